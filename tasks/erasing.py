"""Who was erased leaves the log, a stretch at a time."""

from __future__ import annotations

from celery import shared_task

from helpdesk.erasing.actions.log import erase_from_log
from helpdesk.work import unit_of_work
from tasks.wakeups import go_on, tenant_of
from tenants import context

MOST_STRETCHES = 20
"""After so many a job ends and another goes on behind the others."""


@shared_task(name="tasks.erase_from_log")
def erase(tenant_id: str) -> int:
    """Says how many rows lost their payload. Idempotent; several at once do not harm."""
    tenant = tenant_of(tenant_id)
    if tenant is None:
        return 0
    redacted = 0
    for _ in range(MOST_STRETCHES):
        with context.tenant(tenant), unit_of_work():
            stretch = erase_from_log()
        if stretch is None:
            return redacted
        redacted += stretch.redacted
    go_on(erase, tenant_id)
    return redacted
