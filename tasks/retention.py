"""What nobody needs any more is removed, tenant by tenant."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from celery import shared_task
from django.db import transaction

from helpdesk.access_log.actions import forget_old_accesses
from helpdesk.audit.actions import forget_old_origins
from helpdesk.clock import now
from helpdesk.dispatch.actions import forget_old_events
from helpdesk.drafts.actions import forget_old_drafts
from helpdesk.exports.actions import forget_old_exports
from helpdesk.idempotency.actions import forget_old_answers
from helpdesk.mail.actions.outbox import forget_old_mails
from helpdesk.notifications.actions import forget_old_notifications
from helpdesk.people.actions import forget_expired_sessions
from helpdesk.people.links import forget_old_links
from helpdesk.webhooks.actions.tries import forget_old_deliveries
from helpdesk.work import unit_of_work
from tenants import context
from tenants.models import PlatformSession, Tenant

_log = structlog.get_logger(__name__)

FORGET: dict[str, Callable[[], int]] = {
    "sessions": forget_expired_sessions,
    "answers": forget_old_answers,
    "mails": forget_old_mails,
    "deliveries": forget_old_deliveries,
    "accesses": forget_old_accesses,
    "links": forget_old_links,
    "drafts": forget_old_drafts,
    "notifications": forget_old_notifications,
    "origins": forget_old_origins,
    "exports": forget_old_exports,
}
"""By its word in the log, what is removed in one transaction a tenant; the event log itself goes after these."""


@shared_task(name="tasks.remove_expired")
def remove_expired() -> None:
    """Whatever is older than it is kept (docs/keeping.md). Idempotent.

    A tenant that fails does not stop the others.
    """
    with context.platform(), transaction.atomic():
        PlatformSession.objects.filter(expires_at__lte=now()).delete()
        tenants = [tenant.ref() for tenant in Tenant.objects.all()]
    for tenant in tenants:
        try:
            counts = remove_expired_of(tenant)
        except Exception:
            _log.exception("retention_failed", tenant=str(tenant.id))
        else:
            _log.info("retention", tenant=str(tenant.id), **counts)


def remove_expired_of(tenant: context.TenantRef) -> dict[str, int]:
    """How many of each were removed."""
    with context.tenant(tenant), unit_of_work():
        counts = {what: forget() for what, forget in FORGET.items()}
    counts["events"] = 0
    while True:
        # In stretches: nobody writes to the log while one is removed.
        with context.tenant(tenant), unit_of_work():
            removed = forget_old_events()
        if not removed:
            return counts
        counts["events"] += removed
