"""Bring tenants up to this release, many at once; what was stopped goes on where it was."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from tenants import context
from tenants.context import TenantRef
from tenants.migrating.fanout import Failure, FanOut, Result
from tenants.migrating.progress import Progress
from tenants.migrating.route import Route
from tenants.models import Tenant
from tenants.versions import is_behind, newest_version

MOST_NAMED = 20


class Command(BaseCommand):
    """`migrate_tenants [SLUG …]`: all that are behind, or only these. Exits with 1 where one could not be migrated."""

    help = "Migrate the tenants that are behind."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slugs", nargs="*", metavar="SLUG", help="only these, as a first try of a new release")
        parser.add_argument("--workers", type=int, default=2, metavar="N", help="so many schemas at once (2)")
        parser.add_argument(
            "--lock-timeout",
            type=int,
            default=2000,
            metavar="MS",
            help="longest wait for a lock (2000)",
        )
        parser.add_argument("--tries", type=int, default=10, metavar="N", help="so often where it stays locked (10)")
        parser.add_argument("--plan", action="store_true", help="say what would be done, and do nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        behind = tenants_behind(options["slugs"])
        if options["plan"]:
            self._plan(behind)
            return
        if not behind:
            self.stdout.write("All tenants are up to date.")
            return
        self.stdout.write(f"Migrating {len(behind)} tenants …")
        result = self._run(behind, options)
        self.stdout.write(_summary(result))
        if result.failures or result.left:
            raise CommandError("Not all tenants are up to date. Run migrate_tenants again: it goes on from here.")

    def _run(self, behind: list[TenantRef], options: dict[str, Any]) -> Result:
        progress = Progress(self.stdout, len(behind))

        def tell(_: TenantRef, failure: Failure | None) -> None:
            progress.step(f"{failure.ref.slug} ({failure.ref.schema_name}): {failure.reason}" if failure else "")

        try:
            return FanOut(
                behind,
                workers=options["workers"],
                lock_timeout_ms=options["lock_timeout"],
                tries=options["tries"],
                on_progress=tell,
            ).run()
        finally:
            progress.end()

    def _plan(self, behind: list[TenantRef]) -> None:
        self.stdout.write(f"{len(behind)} tenants are behind {newest_version()}.")
        route, lacking = Route(), Counter[tuple[str, str]]()
        for ref in behind:
            with context.tenant(ref), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT app, name FROM django_migrations")
                lacking.update(route.missing(set(cursor.fetchall())))
        for key in [key for key in route.keys if lacking[key]]:
            how = "SQL" if route.step(key).is_sql else "code, schema by schema"
            self.stdout.write(f"  {key[0]}.{key[1]}: {lacking[key]} tenants, {how}")


def tenants_behind(slugs: list[str] | None = None) -> list[TenantRef]:
    """Those that this release has not brought up to date, in one query; of these slugs, where some are named."""
    with context.platform(), transaction.atomic():
        others = Tenant.objects.exclude(schema_version=newest_version()).order_by("created_at", "id")
        behind = [tenant.ref() for tenant in others if is_behind(tenant.schema_version)]
        known = set(Tenant.objects.filter(slug__in=slugs or ()).values_list("slug", flat=True))
    if unknown := set(slugs or ()) - known:
        raise CommandError(f"There is no tenant {', '.join(sorted(unknown))}.")
    return [ref for ref in behind if ref.slug in known] if slugs else behind


def _summary(result: Result) -> str:
    told = [f"{result.migrated} migrated"]
    if result.failures:
        names = [failure.ref.slug for failure in result.failures]
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        told.append(f"{len(names)} failed: {', '.join(names[:MOST_NAMED])}{more}")
    if result.left:
        told.append(f"{result.left} not tried to the end")
    return "; ".join(told) + "."
