"""Notifications as ours. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from helpdesk.importing.rules.values import (
    Choices,
    Known,
    Notes,
    NotNeeded,
    NotTaken,
    Row,
    id_of,
    moment_of,
    note_id,
    text_of,
)
from helpdesk.vocabulary import NotificationKind

KINDS = {kind.value.upper(): kind.value for kind in NotificationKind} | {
    "TICKET_ASSIGNED": NotificationKind.ASSIGNED.value
}
UNTOLD = frozenset({"TICKET_CREATED", "TICKET_UPDATED"})
"""Nobody is notified here that there is a new ticket, or that it was changed in some way."""
MOST_TITLE = 400
UNTITLED = "Notification"


@dataclass(frozen=True, slots=True)
class NewNotification:
    """A notification as it will stand here. `comment_id` is only named: the comment may be gone."""

    id: UUID
    person_id: UUID
    kind: str
    title: str
    ticket_id: UUID
    comment_id: UUID | None
    actor_id: UUID | None
    is_read: bool
    created_at: datetime


def ticket_named(row: Row) -> str:
    """The id of the ticket that it is about; empty where it says none."""
    return _named(row, "ticketId")


def notification_of(
    row: Row, *, known: Known, tickets: Collection[str], choices: Choices, now: datetime, notes: Notes
) -> NewNotification:
    """The notification of a row; `tickets`: those of theirs that are here. Raises NotTaken."""
    kind = _kind(row, choices)
    person, ticket = known.person(row.get("userId")), ticket_named(row)
    if person is None:
        raise NotTaken("its user was not taken")
    if ticket not in tickets:
        raise NotTaken("it is about no ticket that was taken")
    comment = _named(row, "commentId")
    return NewNotification(
        id=note_id(row, notes),
        person_id=person,
        kind=kind,
        title=text_of(row.get("title"), name="title", most=MOST_TITLE, notes=notes) or UNTITLED,
        ticket_id=id_of(ticket),
        comment_id=id_of(comment) if comment else None,
        actor_id=known.person(_named(row, "actorId")),
        is_read=row.get("isRead") is True,
        created_at=moment_of(row.get("createdAt"), otherwise=now, now=now),
    )


def _kind(row: Row, choices: Choices) -> str:
    try:
        return choices.word("notification", row.get("type"), KINDS)
    except NotTaken as why:
        if row.get("type") in UNTOLD:
            raise NotNeeded(f"nobody is notified of this here ({why})") from None
        raise


def _named(row: Row, name: str) -> str:
    data: Any = row.get("data")
    value = data.get(name) if isinstance(data, dict) else None
    return value if isinstance(value, str) else ""
