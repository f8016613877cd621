"""The door to sharing out: one ticket after another finds its assignee, until none can."""

from __future__ import annotations

from celery import shared_task

from helpdesk.assignment.actions import rest, share_out
from helpdesk.work import unit_of_work
from tasks.wakeups import go_on, tenant_of
from tenants import context

MOST_AT_ONCE = 100
"""After so many another job goes on, so that no desk keeps a worker from the others."""


@shared_task(name="tasks.share_out_tickets")
def share_out_tickets(tenant_id: str) -> int:
    """Share out what waits; says how many tickets. Idempotent; several at once do not harm."""
    tenant = tenant_of(tenant_id)
    if tenant is None:
        return 0
    given = 0
    with context.tenant(tenant):
        while given < MOST_AT_ONCE and _share_out_one():
            given += 1
        with unit_of_work():
            is_done = rest() is None
    if not is_done and given:
        go_on(share_out_tickets, tenant_id)
    return given


def _share_out_one() -> bool:
    with unit_of_work():
        return share_out()
