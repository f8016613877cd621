"""A ticket and its comments as ours. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
    is_deleted,
    is_seen,
    moment_of,
    note_id,
    object_of,
    quoted,
    text_of,
)
from helpdesk.vocabulary import TicketPriority, TicketStatus

STATUSES = {status.value.upper(): status.value for status in TicketStatus} | {"CANCELED": "cancelled"}
PRIORITIES = {priority.value.upper(): priority.value for priority in TicketPriority} | {"CRITICAL": "urgent"}
MOST_TITLE, MOST_DESCRIPTION, MOST_CONTENT = 200, 5000, 10_000
MOST_TAG, MOST_TAGS = 50, 50
MOST_NUMBER = 10**12
"""New tickets are counted on from the highest; beyond 2^53 no JSON holds them."""
UNTITLED = "Untitled"


@dataclass(frozen=True, slots=True)
class State:
    """What of a ticket changes while it lives."""

    title: str
    description: str
    status: str
    priority: str
    assigned_to_id: UUID | None
    metadata: dict[str, Any]


@dataclass(frozen=True, slots=True)
class NewTicket:
    """A ticket as it will stand here. `number` None: it gets the next one."""

    id: UUID
    source_id: str
    number: int | None
    state: State
    requester_id: UUID
    created_by_id: UUID
    tags: list[str]
    custom_fields: dict[str, Any]
    created_at: datetime
    updated_at: datetime

    def without_number(self) -> NewTicket:
        """The same; it gets the next number."""
        return replace(self, number=None)


@dataclass(frozen=True, slots=True)
class NewComment:
    """A reply or a note as it will stand here."""

    id: UUID
    ticket_id: UUID
    author_id: UUID
    content: str
    is_internal: bool
    created_at: datetime
    updated_at: datetime
    edited_at: datetime | None


def ticket_of(row: Row, *, known: Known, choices: Choices, now: datetime, notes: Notes) -> NewTicket:
    """The ticket of a row. Raises NotTaken."""
    if is_deleted(row):
        raise NotNeeded("it was deleted there")
    creator, requester = _people_of(row, known, notes)
    created_at = moment_of(row.get("createdAt"), otherwise=now, now=now)
    return NewTicket(
        id=note_id(row, notes),
        source_id=str(row["id"]),
        number=_number_of(row, notes),
        state=_state_of(row, known, choices, notes),
        requester_id=requester,
        created_by_id=creator,
        tags=_tags_of(row.get("tags"), notes),
        custom_fields=object_of(row.get("customFields"), name="custom fields", notes=notes),
        created_at=created_at,
        updated_at=max(created_at, moment_of(row.get("updatedAt"), otherwise=created_at, now=now)),
    )


def comment_of(row: Row, *, ticket_id: UUID, since: datetime, known: Known, now: datetime, notes: Notes) -> NewComment:
    """The comment of a row; never before `since`, when its ticket was made. Raises NotTaken."""
    if is_deleted(row):
        raise NotNeeded("it was deleted there")
    author = known.person(row.get("authorId"))
    if author is None:
        raise NotTaken(f"its author {quoted(row.get('authorId'))} is nobody of this tenant")
    content = text_of(row.get("content"), name="text", most=MOST_CONTENT, notes=notes)
    if not is_seen(content):
        raise NotTaken("it says nothing")
    created_at = max(since, moment_of(row.get("createdAt"), otherwise=since, now=now))
    updated_at = max(created_at, moment_of(row.get("updatedAt"), otherwise=created_at, now=now))
    return NewComment(
        id=note_id(row, notes),
        ticket_id=ticket_id,
        author_id=author,
        content=content,
        # What is neither true nor false was meant for nobody's eyes that it may not have been meant for.
        is_internal=row.get("isInternal", False) is not False,
        created_at=created_at,
        updated_at=updated_at,
        edited_at=updated_at if (updated_at - created_at).total_seconds() >= 1 else None,
    )


def _people_of(row: Row, known: Known, notes: Notes) -> tuple[UUID, UUID]:
    """Who made it, and whom it is for: one of them may be missing, not both."""
    named = row.get("requesterId") or row.get("createdById")
    requester, creator = known.person(named), known.person(row.get("createdById"))
    if requester is None:
        raise NotTaken(f"its requester {quoted(named)} is nobody of this tenant")
    if creator is None:
        notes.add("who made it is nobody of this tenant: it is as if its requester had")
    return creator or requester, requester


def _state_of(row: Row, known: Known, choices: Choices, notes: Notes) -> State:
    title = text_of(row.get("title"), name="title", most=MOST_TITLE, notes=notes)
    if not is_seen(title):
        title = UNTITLED
        notes.add("it has no title")
    assignee = known.assignee(row.get("assignedToId"))
    if row.get("assignedToId") and assignee is None:
        notes.add("its assignee is no agent or admin of this tenant: it is nobody's")
    return State(
        title=title,
        description=text_of(row.get("description"), name="description", most=MOST_DESCRIPTION, notes=notes),
        status=choices.word("status", row.get("status"), STATUSES),
        priority=choices.word("priority", row.get("priority"), PRIORITIES),
        assigned_to_id=assignee,
        metadata=object_of(row.get("metadata"), name="metadata", notes=notes),
    )


def _tags_of(value: Any, notes: Notes) -> list[str]:
    given = [str(tag).strip() for tag in value] if isinstance(value, list) else []
    kept = list(dict.fromkeys(tag for tag in given if tag and is_seen(tag) and len(tag) <= MOST_TAG))[:MOST_TAGS]
    if len(kept) < len(set(given)):
        notes.add(f"{len(set(given)) - len(kept)} of its tags were left out")
    return kept


def _number_of(row: Row, notes: Notes) -> int | None:
    number = row.get("number")
    if isinstance(number, int) and not isinstance(number, bool) and 0 < number <= MOST_NUMBER:
        return number
    if number is not None:
        notes.add(f"its number {quoted(number)} is none that tickets have here: it gets the next one")
    return None
