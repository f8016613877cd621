"""A desk with SLA policies, whose time is the test's: what is due is looked at when the test says so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from django.db import connection

from helpdesk.dispatch.actions import dispatch_page
from helpdesk.sla.actions.noting import sweep_page
from helpdesk.sla.actions.review import review_due
from helpdesk.sla.models import SlaClock
from helpdesk.work import unit_of_work
from tenants import context
from tests.api import Api
from tests.conftest import Desk

MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
"""9:00 in Berlin."""
OFFICE = {
    "zone": "Europe/Berlin",
    "week": {
        day: [{"opens": "09:00", "closes": "17:00"}] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")
    },
}
ALWAYS = {
    "zone": "UTC",
    "week": {
        day: [{"opens": "00:00", "closes": "24:00"}]
        for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    },
}


def policy(**more: Any) -> dict[str, Any]:
    """A body for `POST /sla/policies`: an hour for the first response, a day of office hours for the resolution."""
    return {"name": "Everybody", "targets": {"firstResponse": 60, "resolution": 480}, "hours": OFFICE} | more


def hm(hour: int, minute: int = 0, second: int = 0, *, day: int = 2) -> datetime:
    """A moment of March 2026 on Berlin's wall clock (UTC+1)."""
    return datetime(2026, 3, day, hour, minute, second, tzinfo=UTC) - timedelta(hours=1)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """It is this moment."""
    with time_machine.travel(moment, tick=False):
        yield


def settle(desk: Desk) -> None:
    """The dispatcher reads, and what is due is looked at, until nothing is."""
    for _ in range(10):
        with context.tenant(desk.ref), unit_of_work():
            dispatch_page()
        with context.tenant(desk.ref), unit_of_work():
            swept = sweep_page()
        with context.tenant(desk.ref), unit_of_work():
            if not review_due() and not swept:
                return
    raise AssertionError("It goes on and on.")


def look(desk: Desk) -> int:
    """What is due is looked at, and the log is not read on before."""
    with context.tenant(desk.ref), unit_of_work():
        return review_due()


def sla_of(caller: Api, ticket_id: str) -> dict[str, Any] | None:
    found: dict[str, Any] | None = caller.get(f"/tickets/{ticket_id}")["sla"]
    return found


def clock_rows(desk: Desk) -> list[dict[str, Any]]:
    """All rows of clocks, but for their ids."""
    with context.tenant(desk.ref), unit_of_work():
        rows = SlaClock.objects.order_by("ticket_id", "kind", "nth")
        return [{name: value for name, value in row.items() if name != "id"} for row in rows.values()]


def run(desk: Desk, sql: str, *given: Any) -> None:
    with context.tenant(desk.ref), unit_of_work(), connection.cursor() as cursor:
        cursor.execute(sql, given)
