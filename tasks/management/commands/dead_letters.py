"""Events that a reader could not handle: list them, try them again."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from helpdesk.dispatch.actions import retry_dead_letter
from helpdesk.dispatch.queries import list_dead_letters
from helpdesk.work import unit_of_work
from tenants import context
from tenants.models import Tenant


class Command(BaseCommand):
    """`dead_letters [SLUG] [--retry]`. Each is tried in a transaction of its own."""

    help = "List the events that were put aside, or retry them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", nargs="?")
        parser.add_argument("--retry", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        for ref in self._tenants(options["slug"]):
            with context.tenant(ref), transaction.atomic():
                letters = list_dead_letters()
            for letter in letters:
                done = ""
                if options["retry"]:
                    with context.tenant(ref), unit_of_work():
                        done = "handled now: " if retry_dead_letter(letter) else "failed again: "
                self.stdout.write(f"{done}{ref.slug} seq {letter.seq} {letter.reader}: {letter.error}")

    def _tenants(self, slug: str | None) -> list[context.TenantRef]:
        with context.platform(), transaction.atomic():
            found = [tenant.ref() for tenant in Tenant.objects.order_by("slug")]
        if slug and slug not in {ref.slug for ref in found}:
            raise CommandError(f"There is no tenant {slug}.")
        return [ref for ref in found if slug in (None, ref.slug)]
