"""Saying when something of this help desk is next due, in `public.wakeup`: one row a tenant and kind.

Written in the transaction that makes it due, so a worker killed anywhere leaves it to be found. Whoever has
done what was due settles the row; writers wait meanwhile, so that nothing becomes due unseen.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from helpdesk import desk
from helpdesk.clock import now

NOTED_EVERY = timedelta(seconds=5)


def wake(kind: str, at: datetime) -> None:
    """Make it due at this moment, unless it is due earlier already: then the row is left alone."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO public.wakeup (tenant_id, kind, due_at, due_since) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (tenant_id, kind) DO UPDATE SET due_at = excluded.due_at,"
            " due_since = least(wakeup.due_since, excluded.due_since) WHERE wakeup.due_at > excluded.due_at",
            [desk.current().id, kind, at, at],
        )


def settle(kind: str, next_due: Callable[[], datetime | None]) -> datetime | None:
    """Move the row to the moment that `next_due` says, asked under the row's lock; None takes it away."""
    given: list[Any] = [desk.current().id, kind]
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM public.wakeup WHERE tenant_id = %s AND kind = %s FOR UPDATE", given)
        held = cursor.fetchone() is not None
        due = next_due()
        if due is None:
            cursor.execute("DELETE FROM public.wakeup WHERE tenant_id = %s AND kind = %s", given)
        elif held:
            cursor.execute(
                "UPDATE public.wakeup SET due_at = %s, due_since = %s WHERE tenant_id = %s AND kind = %s",
                [due, due, *given],
            )
        else:
            wake(kind, due)
    return due


def note_progress(kind: str) -> None:
    """Somebody is at it: what goes on for long is not late. Written every few seconds at most."""
    moment = now()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE public.wakeup SET due_since = %s WHERE tenant_id = %s AND kind = %s AND due_since < %s",
            [moment, desk.current().id, kind, moment - NOTED_EVERY],
        )
