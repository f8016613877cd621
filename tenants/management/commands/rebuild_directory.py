"""Make the sign-in directory anew from the tenants' people and sessions."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, transaction

from helpdesk.people import directory
from helpdesk.people.models import Person, Session
from tenants import context
from tenants.models import Tenant


class Command(BaseCommand):
    """`rebuild_directory`. The directory is an index, so this loses nothing; a tenant at a time."""

    help = "Rebuild public.sign_in_directory."

    def handle(self, *args: Any, **options: Any) -> None:
        with context.platform(), transaction.atomic():
            tenants = [tenant.ref() for tenant in Tenant.objects.all()]
        for ref in tenants:
            with context.tenant(ref), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("DELETE FROM public.sign_in_directory WHERE tenant_id = %s", [ref.id])
                for email in Person.objects.values_list("email", flat=True).iterator():
                    directory.remember(directory.digest(email))
                for digest in Session.objects.values_list("refresh_sha256", flat=True).iterator():
                    directory.remember(bytes(digest))
            self.stdout.write(f"{ref.slug}: done")
