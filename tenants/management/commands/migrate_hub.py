"""Bring `public` and every tenant up to this release; quick where nothing is to do."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from tenants import context
from tenants.migrations_state import public_is_behind
from tenants.models import Tenant
from tenants.versions import newest_version


class Command(BaseCommand):
    """`migrate_hub [--demo]`. Safe to run again after it was stopped; tenants that are up to date cost one query."""

    help = "Migrate public and all tenants that are behind."
    requires_system_checks: list[str] = []  # noqa: RUF012

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--demo", action="store_true", help="then make the demo tenants (development only)")

    def handle(self, *args: Any, **options: Any) -> None:
        if public_is_behind():
            self._say("Migrating public …")
            call_command("migrate_schemas", shared=True, verbosity=0)
        with context.platform(), transaction.atomic():
            behind = [tenant.ref() for tenant in Tenant.objects.exclude(schema_version=newest_version())]
        for number, ref in enumerate(behind, start=1):
            self._say(f"Migrating {ref.slug} ({number} of {len(behind)}) …")
            with context.platform(direct=True):
                call_command("migrate_schemas", schema_name=ref.schema_name, verbosity=0)
            with context.platform(), transaction.atomic():
                Tenant.objects.filter(id=ref.id).update(schema_version=newest_version())
        self._say("The database is up to date.")
        if options["demo"]:
            call_command("create_demo", stdout=self.stdout)

    def _say(self, line: str) -> None:
        self.stdout.write(line)
