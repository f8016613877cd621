"""What was done to tenants as a whole."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from helpdesk.clock import rfc3339
from tenants import context
from tenants.models import TenantRecord


class Command(BaseCommand):
    """`tenant_records [SLUG]`: exported, imported, erased, a person erased; when, and by whom. The newest last."""

    help = "Say what was done to tenants, those that are gone too."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", nargs="?", metavar="SLUG")

    def handle(self, *args: Any, **options: Any) -> None:
        with context.platform(), transaction.atomic():
            found = TenantRecord.objects.order_by("at", "id")
            rows = list(found.filter(slug=options["slug"]) if options["slug"] else found)
        for row in rows:
            details = " ".join(f"{name}={value}" for name, value in row.details.items())
            self.stdout.write(
                f"{rfc3339(row.at)} {row.what} {row.slug} ({row.tenant_id}) by {row.by} {details}".rstrip()
            )
