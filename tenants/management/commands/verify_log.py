"""Check the event logs against their hash chains."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from helpdesk.events.queries import get_head
from helpdesk.events.verify import verify_log
from tenants import context
from tenants.models import Tenant


class Command(BaseCommand):
    """`verify_log [SLUG …]`: all tenants where none is named. Exits 1 where a log is not what was written."""

    help = "Verify the event logs of tenants."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slugs", nargs="*", metavar="SLUG")

    def handle(self, *args: Any, **options: Any) -> None:
        broken = 0
        for ref in self._tenants(options["slugs"]):
            with context.tenant(ref), transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                rows, faults = verify_log()
                forgotten = get_head().anchor_seq
            broken += bool(faults)
            self.stdout.write(f"{ref.slug}: {rows} events, {'whole' if not faults else 'BROKEN'}{_told(forgotten)}")
            for fault in faults[:20]:
                self.stdout.write(f"  seq {fault.seq}: {fault.what}")
        if broken:
            raise CommandError(f"{broken} log(s) are not what was written.")

    def _tenants(self, slugs: list[str]) -> list[context.TenantRef]:
        with context.platform(), transaction.atomic():
            found = {tenant.slug: tenant.ref() for tenant in Tenant.objects.all()}
        if unknown := set(slugs) - found.keys():
            raise CommandError(f"There is no tenant {', '.join(sorted(unknown))}.")
        return [found[slug] for slug in slugs] if slugs else list(found.values())


def _told(forgotten: int) -> str:
    """What retention has removed is no fault: what is left is chained to its last hash."""
    return f" from {forgotten + 1} on: what was before is not kept" if forgotten else ""
