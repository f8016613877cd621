"""What is due, and whose: beat looks into `public.wakeup`, so that nobody polls a thousand schemas.

Taking a wake-up moves it a lease ahead: if the worker that got the job dies, it is due again then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from celery import Task, current_app, shared_task
from django.db import connection, transaction
from kombu.exceptions import OperationalError

from helpdesk.clock import now
from tenants import context
from tenants.actions import EMPTY_PREFIX, EMPTY_PREFIX_LAST
from tenants.resolve import tenant_by_id

EVERY_S = 2.0
LEASE = timedelta(seconds=30)
MOST_A_TURN = 500
JOBS = {
    "dispatch": "tasks.dispatch",
    "mail": "tasks.deliver_mail",
    "webhooks": "tasks.deliver_webhooks",
    "failing_webhooks": "tasks.pause_failing_webhooks",
    "objects": "tasks.deliver_removals",
    "scans": "tasks.deliver_scans",
    "assignments": "tasks.share_out_tickets",
    "erasures": "tasks.erase_from_log",
    "exports": "tasks.make_exports",
    "sweeps": "tasks.sweep_tickets",
    "sla": "tasks.keep_promises",
    EMPTY_PREFIX: "tasks.deliver_emptying",
    EMPTY_PREFIX_LAST: "tasks.deliver_last_emptying",
}
"""By kind of wake-up, the job that does what is due for a tenant, by its name."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Due:
    """How much waits."""

    count: int
    oldest: datetime | None


@shared_task(name="tasks.wake_due", expires=EVERY_S * 2)
def wake_due() -> int:
    """Queue a job for each tenant and kind that is due. Says how many."""
    return _queue(_take("true", []))


def queue_deliveries(tenant_id: UUID) -> int:
    """Queue at once what the dispatcher made due for a tenant, instead of waiting for beat. Says how many jobs."""
    return _queue(_take("tenant_id = %s AND kind <> 'dispatch'", [tenant_id]))


def tenant_of(tenant_id: str) -> context.TenantRef | None:
    """Whose job it is; None where they are gone, and nothing of theirs is due any more."""
    tenant = tenant_by_id(UUID(tenant_id))
    if tenant is None:
        forget(UUID(tenant_id))
    return tenant


def go_on(job: Task[..., Any], tenant_id: str) -> None:
    """Have the job done again, behind the others. With the broker away its wake-up brings it back, a lease later."""
    try:
        job.delay(tenant_id)
    except OperationalError as error:
        _log.warning("job_not_queued", job=job.name, error=f"{type(error).__name__}: {error}"[:200])


def forget(tenant_id: UUID) -> None:
    """This tenant is gone: nothing of it is due any more, but to empty its place in the object store."""
    with context.platform(), transaction.atomic(), connection.cursor() as cursor:
        left = [EMPTY_PREFIX, EMPTY_PREFIX_LAST]
        cursor.execute("DELETE FROM wakeup WHERE tenant_id = %s AND NOT kind = ANY(%s)", [tenant_id, left])


def _queue(taken: list[tuple[UUID, str]]) -> int:
    for tenant_id, kind in taken:
        current_app.send_task(JOBS[kind], (str(tenant_id),), expires=LEASE.total_seconds())
    return len(taken)


def _take(which: str, given: list[Any]) -> list[tuple[UUID, str]]:
    """What is due, each for a lease; what another worker is taking is left to it."""
    moment = now()
    with context.platform(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE wakeup SET due_at = %s WHERE (tenant_id, kind) IN (SELECT tenant_id, kind FROM wakeup"
            f" WHERE due_at <= %s AND {which} ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED)"
            " RETURNING tenant_id, kind",
            [moment + LEASE, moment, *given, MOST_A_TURN],
        )
        return list(cursor.fetchall())


def count_waiting(kind: str) -> int:
    """How many tenants have a wake-up of this kind, due or not."""
    with context.platform(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM wakeup WHERE kind = %s", [kind])
        return int(cursor.fetchone()[0])


def get_due() -> Due:
    """How many wake-ups are overdue, being worked on or not, and since when nothing happened to the oldest."""
    with context.platform(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*), min(due_since) FROM wakeup WHERE due_since <= %s", [now()])
        return Due(*cursor.fetchone())
