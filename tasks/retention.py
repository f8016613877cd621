"""What nobody needs any more is removed, tenant by tenant."""

from __future__ import annotations

import structlog
from celery import shared_task
from django.db import transaction

from helpdesk.access_log.actions import forget_old_accesses
from helpdesk.audit.actions import forget_old_origins
from helpdesk.clock import now
from helpdesk.drafts.actions import forget_old_drafts
from helpdesk.idempotency.actions import forget_old_answers
from helpdesk.mail.actions.outbox import forget_old_mails
from helpdesk.people.actions import forget_expired_sessions
from helpdesk.people.links import forget_old_links
from helpdesk.webhooks.actions.tries import forget_old_deliveries
from helpdesk.work import unit_of_work
from tenants import context
from tenants.models import PlatformSession, Tenant

_log = structlog.get_logger(__name__)


@shared_task(name="tasks.remove_expired")
def remove_expired() -> None:
    """Sessions whose refresh token has expired, answers kept for repeated requests, old mails, deliveries,
    links and drafts. Idempotent.

    A tenant that fails does not stop the others.
    """
    with context.platform(), transaction.atomic():
        PlatformSession.objects.filter(expires_at__lte=now()).delete()
        tenants = [tenant.ref() for tenant in Tenant.objects.all()]
    for tenant in tenants:
        try:
            with context.tenant(tenant), unit_of_work():
                sessions, answers = forget_expired_sessions(), forget_old_answers()
                accesses = forget_old_accesses()
                mails, deliveries = forget_old_mails(), forget_old_deliveries()
                links, drafts = forget_old_links(), forget_old_drafts()
                origins = forget_old_origins()
        except Exception:
            _log.exception("retention_failed", tenant=str(tenant.id))
        else:
            counts = {
                "sessions": sessions,
                "answers": answers,
                "mails": mails,
                "deliveries": deliveries,
                "accesses": accesses,
                "links": links,
                "drafts": drafts,
                "origins": origins,
            }
            _log.info("retention", tenant=str(tenant.id), **counts)
