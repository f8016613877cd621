"""What is due, and whose: beat looks into `public.wakeup`, so that nobody polls a thousand schemas.

Taking a wake-up moves it a lease ahead: if the worker that got the job dies, it is due again then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from celery import shared_task
from django.db import connection, transaction

from helpdesk.clock import now
from tasks.dispatch import dispatch
from tenants import context

EVERY_S = 2.0
LEASE = timedelta(seconds=30)
MOST_A_TURN = 500
JOBS = {"dispatch": dispatch}


@dataclass(frozen=True, slots=True)
class Due:
    """How much waits."""

    count: int
    oldest: datetime | None


@shared_task(name="tasks.wake_due", expires=EVERY_S * 2)
def wake_due() -> int:
    """Queue a job for each tenant and kind that is due. Says how many."""
    taken = take_due()
    for tenant_id, kind in taken:
        JOBS[kind].delay(str(tenant_id))
    return len(taken)


def take_due() -> list[tuple[UUID, str]]:
    """What is due, each for a lease; what another worker is taking is left to it."""
    moment = now()
    with context.platform(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE wakeup SET due_at = %s WHERE (tenant_id, kind) IN (SELECT tenant_id, kind FROM wakeup"
            " WHERE due_at <= %s ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING tenant_id, kind",
            [moment + LEASE, moment, MOST_A_TURN],
        )
        return list(cursor.fetchall())


def get_due() -> Due:
    """How many wake-ups are overdue, and since when the oldest is."""
    with context.platform(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*), min(due_at) FROM wakeup WHERE due_at <= %s", [now()])
        return Due(*cursor.fetchone())
