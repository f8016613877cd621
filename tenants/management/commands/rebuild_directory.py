"""Make the sign-in directory anew from the tenants' people and sessions."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from helpdesk.people import directory
from tenants import context
from tenants.models import Tenant


class Command(BaseCommand):
    """`rebuild_directory`. The directory is an index, so this loses nothing; a tenant at a time."""

    help = "Rebuild public.sign_in_directory."

    def handle(self, *args: Any, **options: Any) -> None:
        with context.platform(), transaction.atomic():
            tenants = [tenant.ref() for tenant in Tenant.objects.all()]
        for ref in tenants:
            with context.tenant(ref), transaction.atomic():
                directory.remember_everybody()
            self.stdout.write(f"{ref.slug}: done")
