"""Hold the store against the rows."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from helpdesk.objects import store
from tenants import context
from tenants.keeping.restoring import compare_files
from tenants.keeping.running import stoppable, tenant_named
from tenants.models import Tenant

MOST_NAMED = 20


class Command(BaseCommand):
    """`verify_files [SLUG …] [--remove-strays]`. Exits with 1 where an attachment has no file."""

    help = "Say which files of attachments are missing, and which nobody has."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slugs", nargs="*", metavar="SLUG")
        parser.add_argument("--remove-strays", action="store_true", help="remove what no row is of")

    def handle(self, *args: Any, **options: Any) -> None:
        with context.platform(), transaction.atomic():
            slugs = options["slugs"] or list(Tenant.objects.order_by("slug").values_list("slug", flat=True))
        missing = 0
        with stoppable("Nothing is half done."):
            for slug in slugs:
                missing += self._verify(slug, remove=options["remove_strays"])
        if missing:
            raise CommandError(f"{missing} attachments have no file.")

    def _verify(self, slug: str, *, remove: bool) -> int:
        ref = tenant_named(slug)
        found = compare_files(ref)
        self.stdout.write(f"{slug}: {found.kept} files, {len(found.missing)} missing, {len(found.strays)} strays")
        for key in found.missing[:MOST_NAMED]:
            self.stdout.write(f"  missing: {key}")
        for begin in range(0, len(found.strays) if remove else 0, store.MOST_A_PAGE):
            store.remove(found.strays[begin : begin + store.MOST_A_PAGE])
        return len(found.missing)
