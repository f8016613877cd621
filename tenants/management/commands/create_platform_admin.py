"""Make somebody who may make tenants."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from pydantic import ValidationError

from helpdesk.people.passwords import hash_password
from tenants import context
from tenants.asking import ask_password
from tenants.models import PlatformAdmin
from tenants.schemas import FirstAdmin


class Command(BaseCommand):
    """`create_platform_admin EMAIL`. The password is asked for, or read from HUB_ADMIN_PASSWORD."""

    help = "Create a platform admin."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--first-name", default="Platform")
        parser.add_argument("--last-name", default="Admin")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            wanted = FirstAdmin(
                email=options["email"],
                password=ask_password(),
                firstName=options["first_name"],
                lastName=options["last_name"],
            )
        except ValidationError as error:
            raise CommandError("; ".join(str(wrong["msg"]) for wrong in error.errors())) from None
        with context.platform(), transaction.atomic():
            if PlatformAdmin.objects.filter(email=wanted.email).exists():
                raise CommandError("There is a platform admin with this address already.")
            PlatformAdmin.objects.create(
                email=wanted.email,
                first_name=wanted.first_name,
                last_name=wanted.last_name,
                password_hash=hash_password(wanted.password),
            )
        self.stdout.write(f"{wanted.email} may sign in on the platform's host.")
