"""The doors to webhooks: the courier is rung, endpoints that are dead for too long are paused."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from helpdesk.webhooks.actions.endpoints import pause_failing_webhooks
from helpdesk.work import unit_of_work
from tasks.courier.engine import engine
from tasks.wakeups import forget
from tenants import context
from tenants.resolve import tenant_by_id


@shared_task(name="tasks.deliver_webhooks")
def deliver_webhooks(tenant_id: str) -> None:
    """Something is due. Only rings: what is sent, and when, stands in the tenant's tables. Idempotent.

    A suspended desk is delivered what had happened before, as its log is dispatched.
    """
    tenant = tenant_by_id(UUID(tenant_id))
    if tenant is None:
        forget(UUID(tenant_id))
    else:
        engine().ring(tenant)


@shared_task(name="tasks.pause_failing_webhooks")
def pause_webhooks(tenant_id: str) -> int:
    """Pause what has failed for five days; says how many. Idempotent."""
    tenant = tenant_by_id(UUID(tenant_id))
    if tenant is None:
        forget(UUID(tenant_id))
        return 0
    with context.tenant(tenant), unit_of_work():
        return pause_failing_webhooks()
