"""After a new key was put in front of HUB_ENCRYPTION_KEYS: encrypt every stored secret with it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from helpdesk.sealing import Unreadable
from helpdesk.webhooks.actions.endpoints import reseal_secrets
from helpdesk.work import unit_of_work
from tenants import context
from tenants.models import Tenant


class Command(BaseCommand):
    """`reseal_secrets`: one transaction a tenant; may be run again. Then the old keys can go."""

    help = "Encrypt every stored secret with the first of HUB_ENCRYPTION_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        with context.platform(), transaction.atomic():
            refs = [tenant.ref() for tenant in Tenant.objects.order_by("slug")]
        unreadable = []
        for ref in refs:
            try:
                with context.tenant(ref), unit_of_work():
                    done = reseal_secrets()
            except Unreadable:
                unreadable.append(ref.slug)
            else:
                self.stdout.write(f"{ref.slug}: {done} sealed anew")
        if unreadable:
            raise CommandError(f"Sealed with a key that is not in HUB_ENCRYPTION_KEYS: {', '.join(unreadable)}.")
