"""Erase a tenant for good."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from redis.exceptions import RedisError

from helpdesk.objects.store import StoreAway
from tenants.keeping.erasing import count_objects, erase_tenant
from tenants.keeping.running import stoppable, tenant_named
from tenants.migrating.progress import Progress


class Command(BaseCommand):
    """`erase_tenant SLUG`. Asks for the slug again, or takes it from --confirm.

    Schema, domains, sign-in directory, files, what Redis holds. That it was there stays in `tenant_records`.
    """

    help = "Erase a tenant with everything in it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="SLUG")
        parser.add_argument("--confirm", metavar="SLUG", default="", help="the slug again, instead of being asked")

    def handle(self, *args: Any, **options: Any) -> None:
        ref = tenant_named(options["slug"])
        if confirm(options["confirm"], f"Erase {ref.name} for good? Its slug again: ") != ref.slug:
            raise CommandError("That is not its slug. Nothing was changed.")
        with stoppable("If the tenant is gone, the workers remove the files that are left."):
            progress = Progress(self.stdout, 1 + _objects_of(ref))
            try:
                removed = erase_tenant(ref, on_progress=lambda many: progress.step(many=many))
            except StoreAway:
                raise CommandError(f"{ref.slug} is erased, but for its files: the workers go on with these.") from None
            except RedisError:
                raise CommandError(
                    f"{ref.slug} is erased. Redis is away: it forgets by itself; the workers remove the files."
                ) from None
            finally:
                progress.end()
        self.stdout.write(f"{ref.slug} ({ref.id}) is erased, {removed} files with it.")


def confirm(given: str, question: str) -> str:
    """What was given, else what is typed."""
    if given or not sys.stdin.isatty():
        return given
    return input(question).strip()


def _objects_of(ref: Any) -> int:
    try:
        return count_objects(ref)
    except StoreAway:
        return 0
