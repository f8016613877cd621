"""The columns of a table of tickets, and who may ask for which."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

import orjson

from helpdesk.custom_fields.queries import known_fields, name_of
from helpdesk.custom_fields.rules import Field
from helpdesk.errors import Detail
from helpdesk.exports.cells import Cell
from helpdesk.tickets.asked_fields import sorted_field
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import FilterForbidden
from helpdesk.vocabulary import FieldType

TicketColumn = Literal[
    "number",
    "title",
    "status",
    "priority",
    "requester",
    "requesterEmail",
    "createdBy",
    "assignedTo",
    "assignedToEmail",
    "team",
    "tags",
    "createdAt",
    "updatedAt",
    "lastActivityAt",
    "firstResponseAt",
    "doneAt",
    "reopenedCount",
    "slaState",
    "slaDueAt",
    "description",
    "customFields",
    "id",
]


@dataclass(frozen=True, slots=True)
class _Told:
    label: str
    of: Callable[[Ticket], Cell]
    width: float = 1.0
    for_requesters: bool = True
    by_default: bool = True
    reads: str = ""
    """A large column of the row, which is read only where it is asked for."""


TOLD: dict[TicketColumn, _Told] = {
    "number": _Told("Number", lambda ticket: ticket.number, 0.55),
    "title": _Told("Title", lambda ticket: ticket.title, 3.0),
    "status": _Told("Status", lambda ticket: ticket.status.replace("_", " "), 0.8),
    "priority": _Told("Priority", lambda ticket: ticket.priority_word().value, 0.7),
    "requester": _Told("Requester", lambda ticket: ticket.requester.name, 1.3),
    "requesterEmail": _Told("Requester's address", lambda ticket: ticket.requester.email, 1.6),
    "createdBy": _Told("Created by", lambda ticket: ticket.created_by.name, 1.3, by_default=False),
    "assignedTo": _Told("Assignee", lambda ticket: ticket.assigned_to.name if ticket.assigned_to else None, 1.3),
    "assignedToEmail": _Told(
        "Assignee's address",
        lambda ticket: ticket.assigned_to.email if ticket.assigned_to else None,
        1.6,
        for_requesters=False,
        by_default=False,
    ),
    "team": _Told("Team", lambda ticket: ticket.team.name if ticket.team else None, 1.0, for_requesters=False),
    "tags": _Told("Tags", lambda ticket: ", ".join(ticket.tags), 1.2),
    "createdAt": _Told("Created", lambda ticket: ticket.created_at, 1.15),
    "updatedAt": _Told("Updated", lambda ticket: ticket.updated_at, 1.15),
    "lastActivityAt": _Told("Last activity", lambda ticket: ticket.last_activity_at, 1.15, by_default=False),
    "firstResponseAt": _Told("First response", lambda ticket: ticket.first_response_at, 1.15, for_requesters=False),
    "doneAt": _Told("Done", lambda ticket: ticket.done_at, 1.15, for_requesters=False),
    "reopenedCount": _Told(
        "Reopened", lambda ticket: ticket.reopened_count, 0.6, for_requesters=False, by_default=False
    ),
    "slaState": _Told("SLA", lambda ticket: ticket.sla_state or None, 0.8, for_requesters=False, by_default=False),
    "slaDueAt": _Told("Due", lambda ticket: ticket.sla_due_at, 1.15, for_requesters=False, by_default=False),
    "description": _Told("Description", lambda ticket: ticket.description, 4.0, by_default=False, reads="description"),
    "customFields": _Told(
        "Custom fields",
        lambda ticket: _json(ticket.custom_fields),
        2.0,
        by_default=False,
        reads="custom_fields",
    ),
    "id": _Told("Id", lambda ticket: str(ticket.id), 1.8, by_default=False),
}
MOMENTS = frozenset({"createdAt", "updatedAt", "lastActivityAt", "firstResponseAt", "doneAt", "slaDueAt"})
_LARGE = ("description", "custom_fields")


def columns_for(asked: Sequence[str], *, is_staff: bool) -> list[str]:
    """Those that were asked for, or the usual ones. Raises FilterForbidden for what is not a requester's to see."""
    if asked:
        hidden = [] if is_staff else [name for name in asked if not told(name, is_staff=False).for_requesters]
        if hidden:
            raise FilterForbidden(details=[Detail("columns", FilterForbidden.__doc__ or "", "field")])
        return list(dict.fromkeys(asked))
    return [name for name, one in TOLD.items() if one.by_default and (is_staff or one.for_requesters)]


def told(name: str, *, is_staff: bool) -> _Told:
    """What stands in this column. Custom fields are read as they are defined now."""
    fields = known_fields()
    if name == "customFields" and not is_staff:
        hidden = fields.hidden
        return replace(
            TOLD["customFields"],
            of=lambda ticket: _json({key: value for key, value in ticket.custom_fields.items() if key not in hidden}),
        )
    if (key := sorted_field(name)) is None:
        return TOLD[cast("TicketColumn", name)]
    field = fields.get(key)
    return _Told(
        field.label if field else key,
        lambda ticket: _cell(field, ticket.custom_fields.get(key)),
        for_requesters=key not in fields.hidden,
        reads="custom_fields",
    )


def _cell(field: Field | None, value: Any) -> Cell:
    if value is None or (isinstance(value, (int, float)) and not isinstance(value, bool)):
        return value
    if isinstance(value, dict) or (field is None and isinstance(value, list)):
        return orjson.dumps(value).decode()
    if field is not None and field.type is FieldType.USER and isinstance(value, str):
        return name_of(value)
    return (field or Field("", "", FieldType.TEXT)).words(value)


def _json(fields: Mapping[str, Any]) -> Cell:
    return orjson.dumps(fields).decode() if fields else None


def left_out(columns: Sequence[str]) -> list[str]:
    """What need not be read from the database for these."""
    read = {told(name, is_staff=True).reads for name in columns}
    return ["metadata", *(name for name in _LARGE if name not in read)]
