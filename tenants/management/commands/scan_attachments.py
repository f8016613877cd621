"""Have files looked at for viruses that came before there was a scanner, or before it knew what it knows now."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from helpdesk.attachments.models import Attachment
from helpdesk.attachments.scans import scan_again
from helpdesk.scanning import clamd
from helpdesk.vocabulary import ScanState
from helpdesk.work import unit_of_work
from tenants import context
from tenants.keeping.running import tenant_named
from tenants.models import Tenant


class Command(BaseCommand):
    """`scan_attachments [SLUG …] [--again]`. The workers ask the scanner; until then nobody fetches these files."""

    help = "Have the virus scanner look at files that it has not seen."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slugs", nargs="*", metavar="SLUG")
        parser.add_argument("--again", action="store_true", help="also those that it has looked at")

    def handle(self, *args: Any, **options: Any) -> None:
        if not clamd.is_set():
            raise CommandError("This hub has no scanner: set CLAMAV_SOCKET or CLAMAV_HOST.")
        with context.platform(), transaction.atomic():
            slugs = options["slugs"] or list(Tenant.objects.order_by("slug").values_list("slug", flat=True))
        for slug in slugs:
            with context.tenant(tenant_named(slug)), unit_of_work():
                wanted = Attachment.objects.exclude(scan=ScanState.PENDING.value)
                if not options["again"]:
                    wanted = wanted.filter(scan=ScanState.UNSCANNED.value)
                count = scan_again(wanted)
            self.stdout.write(f"{slug}: {count} files to be looked at")
