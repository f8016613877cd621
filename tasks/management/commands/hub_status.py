"""How the hub stands, for somebody at three in the morning."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import BaseCommand
from django.db import transaction

from helpdesk.clock import now
from helpdesk.dispatch.actions import DISPATCHER
from helpdesk.dispatch.queries import get_lag
from helpdesk.mail.queries import count_mails
from helpdesk.vocabulary import MailState
from helpdesk.webhooks.queries import Standing, list_standings
from tasks.wakeups import get_due
from tenants import context
from tenants.models import Tenant


class Command(BaseCommand):
    """`hub_status`: what is due, and how far each tenant's log has been handled. Reads only."""

    help = "Show what is due and how far each tenant's log has been handled."

    def handle(self, *args: Any, **options: Any) -> None:
        due = get_due()
        since = f", the oldest for {(now() - due.oldest).total_seconds():.0f} s" if due.oldest else ""
        self.stdout.write(f"due: {due.count} wake-ups{since}")
        with context.platform(), transaction.atomic():
            tenants = [tenant.ref() for tenant in Tenant.objects.order_by("slug")]
        for ref in tenants:
            with context.tenant(ref), transaction.atomic():
                lag, webhooks, mails = get_lag(DISPATCHER), list_standings(), count_mails()
            state = "" if ref.is_active else " (suspended)"
            self.stdout.write(
                f"{ref.slug}{state}: {lag.last_seq} events, {lag.behind} not handled yet, {lag.dead_letters} put aside"
            )
            self.stdout.write(f"  mail: {', '.join(f'{mails.get(state, 0)} {state}' for state in MailState)}")
            for one in webhooks:
                self.stdout.write(f"  webhook {_place_of(one.url)}: {_state_of(one)}")


def _place_of(url: str) -> str:
    """Scheme and host: what stands behind them is often a secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _state_of(one: Standing) -> str:
    state = "active" if one.is_active else f"paused ({one.paused_reason or 'by hand'})"
    failing = f", failing for {(now() - one.failing_since).total_seconds() / 3600:.1f} h" if one.failing_since else ""
    return f"{state}{failing}, {one.pending} deliveries wait, {one.behind} events not looked at"
