"""Rename a tenant, move it to another slug, give it domains, suspend or resume it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from pydantic import ValidationError

from helpdesk.errors import HelpdeskError
from tenants import context
from tenants.actions import change_tenant
from tenants.models import Tenant
from tenants.schemas import ChangeTenant


class Command(BaseCommand):
    """`change_tenant SLUG [--name …] [--slug …] [--domain … | --no-domains] [--suspend | --resume]`. All or nothing."""

    help = "Rename, move, suspend or resume a tenant."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("tenant", metavar="SLUG")
        parser.add_argument("--name")
        parser.add_argument("--slug", help="its new one: the old host answers no more")
        domains = parser.add_mutually_exclusive_group()
        domains.add_argument("--domain", action="append", metavar="HOST", help="all of its own hosts; more than once")
        domains.add_argument("--no-domains", action="store_const", const=[], dest="domain", help="none any more")
        state = parser.add_mutually_exclusive_group()
        state.add_argument("--suspend", action="store_false", dest="active", default=None)
        state.add_argument("--resume", action="store_true", dest="active", default=None)

    def handle(self, *args: Any, **options: Any) -> None:
        with context.platform(), transaction.atomic():
            found = Tenant.objects.filter(slug=options["tenant"]).first()
        if found is None:
            raise CommandError(f"There is no tenant {options['tenant']}.")
        given = {"name": "name", "slug": "slug", "domains": "domain", "isActive": "active"}
        fields = {field: options[name] for field, name in given.items() if options[name] is not None}
        if not fields:
            raise CommandError("Nothing to change: name a field, --suspend or --resume.")
        try:
            changed = change_tenant(None, found.id, fields=ChangeTenant.model_validate(fields).given())
        except ValidationError as error:
            raise CommandError("; ".join(str(wrong["msg"]) for wrong in error.errors())) from None
        except HelpdeskError as error:
            raise CommandError(error.message) from None
        state = "" if changed.is_active else ", suspended"
        self.stdout.write(f"{changed.slug}: {changed.name}{state}.")
