"""Bring `public` and every tenant up to this release; quick where nothing is to do."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from tenants.management.commands.migrate_tenants import tenants_behind
from tenants.migrations_state import public_is_behind


class Command(BaseCommand):
    """`migrate_hub [--demo]`. Safe to run again after it was stopped; see `migrate_tenants` for more of the tenants."""

    help = "Migrate public and all tenants that are behind."
    requires_system_checks: list[str] = []  # noqa: RUF012

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--demo", action="store_true", help="then make the demo tenants (development only)")

    def handle(self, *args: Any, **options: Any) -> None:
        if public_is_behind():
            self._say("Migrating public …")
            call_command("migrate_schemas", shared=True, verbosity=0)
        if tenants_behind():
            call_command("migrate_tenants", stdout=self.stdout, stderr=self.stderr)
        self._say("The database is up to date.")
        if options["demo"]:
            call_command("create_demo", stdout=self.stdout)

    def _say(self, line: str) -> None:
        self.stdout.write(line)
