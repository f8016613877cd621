"""Make the demo tenants of development."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tenants.demo import create_demo


class Command(BaseCommand):
    """`create_demo`. Refused in production: its passwords are public."""

    help = "Create the demo tenants acme and globex (development only)."
    requires_system_checks: list[str] = []  # noqa: RUF012

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.HUB_ENV != "development":
            raise CommandError("Demo data is for HUB_ENV=development: its passwords are public.")
        made = create_demo()
        self.stdout.write(f"Made the demo tenants {' and '.join(made)}." if made else "The demo data is there.")
