"""Remove now what beat removes every night."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from tasks.retention import remove_expired_of
from tenants import context
from tenants.keeping.running import stoppable
from tenants.migrating.progress import Progress
from tenants.models import Tenant


class Command(BaseCommand):
    """`remove_expired [SLUG …]`: all tenants where none is named. May be stopped at any moment, and run again."""

    help = "Remove what is older than it is kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slugs", nargs="*", metavar="SLUG")

    def handle(self, *args: Any, **options: Any) -> None:
        with context.platform(), transaction.atomic():
            found = {tenant.slug: tenant.ref() for tenant in Tenant.objects.order_by("slug")}
        if unknown := set(options["slugs"]) - found.keys():
            raise CommandError(f"There is no tenant {', '.join(sorted(unknown))}.")
        refs = [found[slug] for slug in options["slugs"]] if options["slugs"] else list(found.values())
        progress, removed = Progress(self.stdout, len(refs)), 0
        with stoppable("What was removed until now is removed."):
            try:
                for ref in refs:
                    removed += sum(remove_expired_of(ref).values())
                    progress.step()
            finally:
                progress.end()
        self.stdout.write(f"{removed} removed from {len(refs)} tenants.")
