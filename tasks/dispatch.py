"""The door to the dispatcher: a tenant's log is read on, until there is no more to read."""

from __future__ import annotations

import structlog
from celery import shared_task
from django.db import connection

from helpdesk.dispatch.actions import dispatch_page, is_caught_up
from helpdesk.work import unit_of_work
from tasks.wakeups import go_on, queue_deliveries, tenant_of
from tenants import context

MOST_PAGES = 50
"""After so many pages a job ends and another goes on, so that no tenant keeps a worker from the others."""

_log = structlog.get_logger(__name__)


@shared_task(name="tasks.dispatch")
def dispatch(tenant_id: str) -> int:
    """Handle what the tenant's log has new; says how many events. Idempotent; two at once do not harm."""
    tenant = tenant_of(tenant_id)
    if tenant is None:
        return 0
    handled = 0
    for _ in range(MOST_PAGES):
        with context.tenant(tenant), unit_of_work():
            progress = dispatch_page()
        if progress is None:
            return handled  # another worker is at it, and will rest when it has come to the end
        handled += progress.handled
        if progress.handled:
            queue_deliveries(tenant.id)
        if not progress.behind and _rest(tenant):
            return handled
    go_on(dispatch, tenant_id)
    return handled


def _rest(tenant: context.TenantRef) -> bool:
    """Take the wake-up away, unless something was written since: writers wait for the head's lock meanwhile."""
    with context.tenant(tenant), unit_of_work():
        if not is_caught_up():
            return False
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM public.wakeup WHERE tenant_id = %s AND kind = 'dispatch'", [tenant.id])
    return True
