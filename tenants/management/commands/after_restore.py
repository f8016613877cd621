"""After the database was restored to an older state, and before web and workers start."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from tenants import context
from tenants.keeping.restoring import begin_anew
from tenants.keeping.running import stoppable
from tenants.migrating.progress import Progress
from tenants.models import Tenant


class Command(BaseCommand):
    """`after_restore`: every log begins another epoch, so that clients who have seen more than was restored begin anew.

    May be stopped and run again: each time is one epoch more, and does no harm.
    """

    help = "Let every tenant's log begin a new epoch, after a restore."

    def handle(self, *args: Any, **options: Any) -> None:
        with context.platform(), transaction.atomic():
            refs = [tenant.ref() for tenant in Tenant.objects.order_by("slug")]
        progress = Progress(self.stdout, len(refs))
        with stoppable("Run it again before web and workers start."):
            try:
                for ref in refs:
                    begin_anew(ref)
                    progress.step()
            finally:
                progress.end()
        self.stdout.write(f"{len(refs)} tenants begin anew.")
