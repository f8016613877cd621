"""After a new key was put in front of HUB_ENCRYPTION_KEYS: encrypt every stored secret with it, in stretches."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from helpdesk.api_keys.models import ApiKey
from helpdesk.sealing import Unreadable
from helpdesk.webhooks.actions.endpoints import reseal_secrets
from helpdesk.work import unit_of_work
from tenants import context
from tenants.keeping.running import stoppable
from tenants.migrating.progress import Progress
from tenants.models import Tenant

AT_ONCE = 100


class Command(BaseCommand):
    """`rotate_keys`: may be stopped and run again; what is sealed with the first key already is left as it is.

    Run it when every process has the new key; then the old one can go, as far as API keys allow (docs/keeping.md).
    """

    help = "Encrypt every stored secret with the first of HUB_ENCRYPTION_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        with context.platform(), transaction.atomic():
            refs = [tenant.ref() for tenant in Tenant.objects.order_by("slug")]
        progress, sealed, keys, unreadable = Progress(self.stdout, len(refs)), 0, 0, list[str]()
        with stoppable("Run it again: it goes on from here."):
            try:
                for ref in refs:
                    try:
                        sealed += self._reseal(ref)
                    except Unreadable:
                        unreadable.append(ref.slug)
                    keys += self._api_keys(ref)
                    progress.step(
                        f"{ref.slug}: sealed with a key that we do not have" if ref.slug in unreadable else ""
                    )
            finally:
                progress.end()
        self.stdout.write(f"{sealed} secrets sealed anew.")
        if keys:
            self.stdout.write(f"{keys} API keys live: those made under an old key end when that is taken away.")
        if unreadable:
            raise CommandError(f"Sealed with a key that is not in HUB_ENCRYPTION_KEYS: {', '.join(unreadable)}.")

    def _reseal(self, ref: context.TenantRef) -> int:
        sealed, after = 0, None
        while True:
            with context.tenant(ref), unit_of_work():
                after, count = reseal_secrets(after=after, most=AT_ONCE)
            sealed += count
            if after is None:
                return sealed

    def _api_keys(self, ref: context.TenantRef) -> int:
        with context.tenant(ref), transaction.atomic():
            return ApiKey.objects.filter(revoked_at=None).count()
