"""The door to what is promised: tickets whose clocks are due, or whose log has gone on, are looked at."""

from __future__ import annotations

from celery import shared_task

from helpdesk.sla.actions.noting import WAKEUP, sweep_page
from helpdesk.sla.actions.review import AT_ONCE, forget_gone, rest, review_due
from helpdesk.wakeups import note_progress
from helpdesk.work import unit_of_work
from tasks.wakeups import go_on, tenant_of
from tenants import context

MOST_PAGES = 40
"""After so many a job ends and another goes on behind the others, so that no desk keeps a worker from them."""


@shared_task(name="tasks.keep_promises")
def keep_promises(tenant_id: str) -> int:
    """Look at a desk's tickets that are due; says how many. Idempotent; several at once do not harm."""
    tenant = tenant_of(tenant_id)
    if tenant is None:
        return 0
    looked = 0
    with context.tenant(tenant):
        for _ in range(MOST_PAGES):
            with unit_of_work():
                swept = sweep_page()
            with unit_of_work():
                count = review_due()
            looked += count
            if count < AT_ONCE and not swept:
                with unit_of_work():
                    forget_gone()
                    rest()
                return looked
            with unit_of_work():
                note_progress(WAKEUP)
    go_on(keep_promises, tenant_id)
    return looked
