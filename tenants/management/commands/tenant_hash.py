"""The state of tenants as a hash: what is the same has the same, in every cluster."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection, transaction

from tenants import context
from tenants.keeping.running import tenant_named
from tenants.keeping.state import state_of


class Command(BaseCommand):
    """`tenant_hash SLUG …`. With `--tables` each table's, so that what differs is found."""

    help = "Print the state hash of tenants."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slugs", nargs="+", metavar="SLUG")
        parser.add_argument("--tables", action="store_true", help="each table's rows and hash, too")

    def handle(self, *args: Any, **options: Any) -> None:
        for slug in options["slugs"]:
            ref = tenant_named(slug)
            with context.tenant(ref), transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                state = state_of(ref)
            self.stdout.write(f"{slug}: {state.sha256}")
            if options["tables"]:
                for one in sorted(state.tables, key=lambda one: one.name):
                    self.stdout.write(f"  {one.name}: {one.rows} {one.sha256}")
