"""The doors to webhooks: the courier is rung, endpoints that are dead for too long are paused."""

from __future__ import annotations

from celery import shared_task

from helpdesk.webhooks.actions.endpoints import pause_failing_webhooks
from helpdesk.work import unit_of_work
from tasks.courier.engine import engine
from tasks.wakeups import tenant_of
from tenants import context


@shared_task(name="tasks.deliver_webhooks")
def deliver_webhooks(tenant_id: str) -> None:
    """Something is due. Only rings: what is sent, and when, stands in the tenant's tables. Idempotent.

    A suspended desk is delivered what had happened before, as its log is dispatched.
    """
    tenant = tenant_of(tenant_id)
    if tenant is not None:
        engine().ring(tenant)


@shared_task(name="tasks.pause_failing_webhooks")
def pause_webhooks(tenant_id: str) -> int:
    """Pause what has failed for five days; says how many. Idempotent."""
    tenant = tenant_of(tenant_id)
    if tenant is None:
        return 0
    with context.tenant(tenant), unit_of_work():
        return pause_failing_webhooks()
