"""Write anew what tickets, comments and people are found by."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from helpdesk.search.actions import KINDS, rebuild_some
from helpdesk.work import unit_of_work
from tenants import context
from tenants.models import Tenant


class Command(BaseCommand):
    """`rebuild_search [SLUG …]`: all tenants where none is named. `--kind` and `--after` go on where it was stopped."""

    help = "Rebuild the search of tenants."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slugs", nargs="*", metavar="SLUG")
        parser.add_argument("--kind", choices=KINDS, help="only these")
        parser.add_argument("--after", type=UUID, metavar="ID", help="of one kind of one tenant: those with later ids")

    def handle(self, *args: Any, **options: Any) -> None:
        refs, kind, after = self._tenants(options["slugs"]), options["kind"], options["after"]
        if after and not (kind and len(refs) == 1):
            raise CommandError("--after needs one tenant and a --kind.")
        for ref in refs:
            for one in [kind] if kind else KINDS:
                self._rebuild(ref, one, after)

    def _rebuild(self, ref: context.TenantRef, kind: str, after: UUID | None) -> None:
        done = 0
        while True:
            with context.tenant(ref), unit_of_work():
                after, count = rebuild_some(kind, after=after)
            if after is None:
                break
            done += count
            self.stdout.write(f"{ref.slug}: {done} {kind}, up to {after}")

    def _tenants(self, slugs: list[str]) -> list[context.TenantRef]:
        with context.platform(), transaction.atomic():
            found = {tenant.slug: tenant.ref() for tenant in Tenant.objects.all()}
        if unknown := set(slugs) - found.keys():
            raise CommandError(f"There is no tenant {', '.join(sorted(unknown))}.")
        return [found[slug] for slug in slugs] if slugs else list(found.values())
