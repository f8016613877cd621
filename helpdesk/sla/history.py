"""A ticket's rows of the log as a history for clocks. Pure.

The log is the truth; where it does not reach back to the beginning, or has lost what it said of somebody, the ticket's
own row says the rest: when it began, when it was first answered, what its status is now.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from helpdesk.sla.clocks import Created, Happening, Moved, Said
from helpdesk.vocabulary import ClockKind, TicketStatus

WARNED, BREACHED = "sla.warned", "sla.breached"
CHANGES = (
    "ticket.updated",
    "ticket.status_changed",
    "ticket.closed",
    "ticket.assigned",
    "ticket.priority_changed",
    "ticket.merged",
    "ticket.unmerged",
)
READ = ("ticket.created", *CHANGES, "comment.added", WARNED, BREACHED)
"""The types of events that say something about promises."""


@dataclass(frozen=True, slots=True)
class Row:
    """What is read of one row. `people` are those who see it beside the staff; of a note nobody does."""

    seq: int
    type: str
    actor: UUID | None
    people: Collection[UUID]
    at: datetime
    status: str | None = None
    """Of a ticket that begins."""
    changes: Mapping[str, Any] = field(default_factory=dict)
    clock: str | None = None
    began_at: datetime | None = None
    told_at: datetime | None = None
    """What was warned of or breached, and when that was told."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the ticket's own row says."""

    created_at: datetime
    status: TicketStatus
    done_at: datetime | None
    first_response_at: datetime | None
    requesters: Collection[UUID] = ()
    """Of the tickets that are merged into it: what they say there is no answer of the staff's."""


def happenings(rows: Sequence[Row], known: Known) -> list[Happening]:
    """In order, beginning with the ticket's beginning, ending with the status that it has now."""
    begins = _begins(rows, known)
    status, last = begins.status, known.created_at
    found: list[Happening] = [begins]
    reaches_back = any(row.type == "ticket.created" for row in rows)
    if not reaches_back and known.first_response_at:
        found.append(Said(max(last, known.first_response_at), by_staff=True))
    for row in rows:
        at = max(last, row.at)
        for one in _happening(row, at, known.requesters):
            found.append(one)
            last = at
            status = one.status if isinstance(one, Moved) else status
    if status is not known.status:
        at = known.done_at if known.done_at and not known.status.is_active else last
        found.append(Moved(max(last, at), known.status))
    return sorted(found, key=lambda one: one.at)


def told_of(rows: Sequence[Row], type_: str) -> dict[tuple[ClockKind, datetime], list[datetime]]:
    """When each clock was warned of, or breached: by its kind and beginning."""
    found: dict[tuple[ClockKind, datetime], list[datetime]] = {}
    for row in rows:
        if row.type == type_ and row.clock and row.began_at and row.told_at:
            found.setdefault((ClockKind(row.clock), row.began_at), []).append(row.told_at)
    return found


def _begins(rows: Sequence[Row], known: Known) -> Created:
    for row in rows:
        if row.status:
            return Created(known.created_at, TicketStatus(row.status))
        if "status" in row.changes:
            return Created(known.created_at, TicketStatus(row.changes["status"][0]))
    return Created(known.created_at, known.status)


def _happening(row: Row, at: datetime, requesters: Collection[UUID]) -> Iterator[Happening]:
    if row.type == "comment.added":
        # Requesters say something on their own tickets alone: whoever does on another's is staff.
        if row.actor is not None and row.people:
            yield Said(at, by_staff=row.actor not in row.people and row.actor not in requesters)
    elif "status" in row.changes:
        yield Moved(at, TicketStatus(row.changes["status"][1]))
