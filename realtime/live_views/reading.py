"""A live view as the database has it at one place of the log."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from django.db import connection

from helpdesk.events.queries import get_head
from helpdesk.teams.queries import list_teams_of
from helpdesk.tickets.queries import list_first_tickets, list_numbers, order_of
from helpdesk.tickets.shapes import ticket_payload
from realtime.live_views.members import MOST_KEPT
from realtime.live_views.rows import Row
from realtime.live_views.selection import Selection
from tenants.context import TenantRef, run_in_tenant


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything in it is from one snapshot: the state at exactly `seq` of the log."""

    log_epoch: UUID
    seq: int
    rows: list[Row]
    is_all: bool
    """Are there no rows after these?"""
    numbers: list[int]
    """Of the tickets that stand in it; more than MOST_KEPT say that there may be others."""
    my_teams: Collection[UUID]
    sorts_texts_alike: bool
    """Does the database sort texts by their code points, as Python does?"""


class Reader(Protocol):
    """One tenant's database."""

    async def read(self, selection: Selection, *, capacity: int) -> Reading: ...


class TenantReader:
    """The tickets of a tenant in PostgreSQL."""

    def __init__(self, ref: TenantRef) -> None:
        self._ref = ref

    async def read(self, selection: Selection, *, capacity: int) -> Reading:
        """Raises django.db.Error."""
        return await run_in_tenant(self._ref, lambda: read_now(selection, capacity=capacity))


def read_now(selection: Selection, *, capacity: int) -> Reading:
    """First in its transaction: what is committed meanwhile is not in it, and `seq` says so."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        # Only texts are sorted differently by the locales of databases.
        cursor.execute("SELECT 'a' > 'B' AND 'Z' < 'a' AND 'a-b' < 'ab' AND 'é' > 'z'")
        (sorts_texts_alike,) = cursor.fetchone()
    head = get_head()
    person, filters = selection.person, selection.filters
    order = order_of(selection.sort_by, descending=selection.descending)
    tickets = list_first_tickets(person, filters, order, limit=capacity + 1) if capacity else []
    shapes = [ticket_payload(one).model_dump(mode="json", by_alias=True) for one in tickets[:capacity]]
    return Reading(
        log_epoch=head.epoch,
        seq=head.last_seq,
        rows=[selection.row(shape) for shape in shapes],
        is_all=len(tickets) <= capacity,
        numbers=list_numbers(person, filters, limit=MOST_KEPT + 1),
        my_teams=list_teams_of(person.id) if selection.is_about_teams else (),
        sorts_texts_alike=sorts_texts_alike,
    )
