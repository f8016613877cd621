"""The door to exports: what is due is made, one after another, until nothing more is due."""

from __future__ import annotations

from celery import shared_task

from helpdesk.exports.actions import claim_export, rest
from helpdesk.exports.making import make_export
from helpdesk.work import unit_of_work
from tasks.wakeups import go_on, tenant_of
from tenants import context


@shared_task(name="tasks.make_exports")
def make_exports(tenant_id: str) -> int:
    """Make the next export of a desk; says how many, 0 or 1. Idempotent; several at once do not harm.

    Where more is due another job goes on behind the others, so that no desk keeps a worker from them.
    """
    tenant = tenant_of(tenant_id)
    if tenant is None:
        return 0
    with context.tenant(tenant):
        with unit_of_work():
            claim = claim_export()
        if claim is None:
            with unit_of_work():
                rest()
            return 0
        make_export(claim)
        with unit_of_work():
            is_done = rest()
    if not is_done:
        go_on(make_exports, tenant_id)
    return 1
