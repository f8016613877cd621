"""Make a tenant with its first admin."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from pydantic import ValidationError

from helpdesk.errors import HelpdeskError
from tenants.actions import NewAdmin, create_tenant
from tenants.asking import ask_password
from tenants.schemas import CreateTenant, FirstAdmin


class Command(BaseCommand):
    """`create_tenant SLUG NAME --admin EMAIL`. The password is asked for, or read from HUB_ADMIN_PASSWORD."""

    help = "Create a tenant and its first admin."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("name")
        parser.add_argument("--admin", required=True, metavar="EMAIL")
        parser.add_argument("--first-name", default="Admin")
        parser.add_argument("--last-name", default="Admin")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            admin = FirstAdmin(
                email=options["admin"],
                password=ask_password(),
                firstName=options["first_name"],
                lastName=options["last_name"],
            )
            body = CreateTenant(name=options["name"], slug=options["slug"])
            tenant = create_tenant(name=body.name, slug=body.slug, admin=NewAdmin(**admin.model_dump()))
        except ValidationError as error:
            raise CommandError("; ".join(str(wrong["msg"]) for wrong in error.errors())) from None
        except HelpdeskError as error:
            raise CommandError(error.message) from None
        self.stdout.write(f"Created {tenant.slug} ({tenant.id}); {admin.email} may sign in.")
