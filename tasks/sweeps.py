"""What is changed on many tickets at once, a page at a time."""

from __future__ import annotations

from celery import shared_task

from helpdesk.sweeps.actions import sweep_some
from helpdesk.work import unit_of_work
from tasks.wakeups import go_on, tenant_of
from tenants import context

MOST_PAGES = 40
"""After so many a job ends and another goes on behind the others."""


@shared_task(name="tasks.sweep_tickets")
def sweep(tenant_id: str) -> int:
    """Says how many tickets were changed. Idempotent; several at once do not harm."""
    tenant = tenant_of(tenant_id)
    if tenant is None:
        return 0
    changed = 0
    for _ in range(MOST_PAGES):
        with context.tenant(tenant), unit_of_work():
            swept = sweep_some()
        if swept is None:
            return changed
        changed += swept.changed
    go_on(sweep, tenant_id)
    return changed
