"""What the original service noted of a ticket, as the changes that our log tells. Pure.

It noted what was set, not what had been before, and not by whom. So the beginning is made: a ticket began open and
nobody's, and with the first title, description and priority that is told. Where what is noted does not lead to the
ticket as it is now, a last change closes the gap.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from helpdesk.importing.rules.tickets import (
    MOST_DESCRIPTION,
    MOST_TITLE,
    PRIORITIES,
    STATUSES,
    NewTicket,
    State,
)
from helpdesk.importing.rules.values import (
    Choices,
    Known,
    Notes,
    NotTaken,
    Row,
    id_of,
    is_small_object,
    made_id,
    moment_of,
    text_of,
)
from helpdesk.shapes import same_json
from helpdesk.vocabulary import TicketStatus

JSON_NAMES = {
    "title": "title",
    "description": "description",
    "status": "status",
    "priority": "priority",
    "assigned_to_id": "assignedToId",
    "metadata": "metadata",
}
_FIELD_OF_TYPE = {"STATUS_CHANGED": "status", "PRIORITY_CHANGED": "priority", "ASSIGNED": "assignedToId"}
_BEFORE, _AFTER = ("from", "old", "before", "oldValue"), ("to", "new", "after", "newValue")
_ACTORS = ("actorId", "userId", "updatedBy", "changedBy", "createdBy")


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a ticket. `after` is what it was then; `actor_id` None: nobody noted who."""

    id: UUID
    at: datetime
    actor_id: UUID | None
    changes: dict[str, tuple[Any, Any]]
    after: State


@dataclass(frozen=True, slots=True)
class History:
    """How a ticket began, and what was changed since, in order."""

    begin: State
    steps: list[Step]


@dataclass(frozen=True, slots=True)
class _Told:
    """What one activity says: values by field, `before` only where it says that too."""

    id: UUID
    at: datetime
    actor_id: UUID | None
    before: dict[str, Any]
    after: dict[str, Any]


def history_of(
    ticket: NewTicket, activities: Sequence[Row], *, known: Known, choices: Choices, now: datetime
) -> History:
    """From its beginning to the ticket as it is now. `activities` are in order."""
    told = [_told(row, ticket, known, choices, now) for row in activities]
    state = begin = _begin(ticket.state, told)
    steps: list[Step] = []
    for one in told:
        after = replace(state, **one.after)
        if changes := _changes(state, after):
            steps.append(Step(one.id, one.at, one.actor_id, changes, after))
        state = after
    if changes := _changes(state, ticket.state):
        at = max([ticket.updated_at, *(step.at for step in steps)])
        steps.append(Step(made_id(ticket.source_id, "as it is"), at, None, changes, ticket.state))
    return History(begin, steps)


def _begin(final: State, told: Sequence[_Told]) -> State:
    """Of each field the first value that is known to have been; else the last."""
    first: dict[str, Any] = {}
    for one in told:
        for name, value in one.after.items():
            first.setdefault(name, one.before[name] if name in one.before else _at_first(name, value))
    return replace(final, **first)


def _at_first(name: str, after: Any) -> Any:
    return {"status": TicketStatus.OPEN.value, "assigned_to_id": None}.get(name, after)


def _changes(before: State, after: State) -> dict[str, tuple[Any, Any]]:
    pairs = {json: (_json(getattr(before, name)), _json(getattr(after, name))) for name, json in JSON_NAMES.items()}
    return {name: pair for name, pair in pairs.items() if not same_json(*pair)}


def _json(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value


def _told(row: Row, ticket: NewTicket, known: Known, choices: Choices, now: datetime) -> _Told:
    noted = row.get("changes")
    given: Mapping[str, Any] = noted if isinstance(noted, dict) else {}
    actor = next((known.person(value) for value in _named(row, given) if value), None)
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    kind = str(row.get("type") or row.get("action") or "").upper()
    if kind not in ("CREATED", "COMMENTED"):
        for name, json in JSON_NAMES.items():
            for place, value in _values(kind, json, given):
                _put(before if place == 0 else after, name, value, known, choices)
    at = max(ticket.created_at, moment_of(row.get("createdAt"), otherwise=ticket.updated_at, now=now))
    return _Told(id_of(row["id"]), at, actor, before, after)


def _named(row: Row, given: Mapping[str, Any]) -> Iterable[Any]:
    return (place.get(name) for place in (row, given) for name in _ACTORS)


def _values(kind: str, json: str, given: Mapping[str, Any]) -> Iterable[tuple[int, Any]]:
    """(0, what it was before) and (1, what it became), as far as it is told of this field, in each way to write it."""
    told = given if _FIELD_OF_TYPE.get(kind) == json and json not in given else given.get(json)
    if isinstance(told, list) and len(told) == 2:
        return list(enumerate(told))
    if isinstance(told, dict) and (told is given or set(told) & {*_AFTER}):
        pairs = [(0, told[name]) for name in _BEFORE if name in told][:1]
        return pairs + [(1, told[name]) for name in _AFTER if name in told][:1]
    return [(1, told)] if json in given else []


def _put(place: dict[str, Any], name: str, value: Any, known: Known, choices: Choices) -> None:
    """As it would stand here; what could not is left out."""
    try:
        match name:
            case "status":
                place[name] = choices.word("status", value, STATUSES)
            case "priority":
                place[name] = choices.word("priority", value, PRIORITIES)
            case "assigned_to_id":
                person = known.assignee(value)
                if person is not None or value is None:
                    place[name] = person
            case "metadata" if is_small_object(value):
                place[name] = value
            case "title" | "description" if isinstance(value, str) and value.strip():
                most = MOST_TITLE if name == "title" else MOST_DESCRIPTION
                place[name] = text_of(value, name=name, most=most, notes=Notes())
    except NotTaken:
        return
