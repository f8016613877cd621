"""What may be changed on a ticket, and by whom. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpdesk.vocabulary import Role, TicketStatus

REQUESTER_FIELDS = frozenset({"title", "description", "priority", "status"})
"""What requesters may change on their own tickets; agents and admins may change every field."""

REQUESTER_STATUSES = frozenset({TicketStatus.OPEN, TicketStatus.RESOLVED, TicketStatus.CLOSED, TicketStatus.CANCELLED})
"""Requesters reopen and finish; whether somebody works on it or waits for them is the agents' to say."""

HOTTEST_FIRST = ("status", "assignedToId", "priority")
"""Fields whose change is an event of its own kind, in the order in which they are recorded."""


def forbidden_fields(role: Role, changes: Mapping[str, tuple[Any, Any]]) -> list[str]:
    """The fields of `changes` (camelCase, only those that really differ) that this role may not change."""
    if role.is_staff:
        return []
    return [
        field
        for field, (_, after) in changes.items()
        if field not in REQUESTER_FIELDS or (field == "status" and after not in REQUESTER_STATUSES)
    ]


def type_of_change(field: str, after: Any) -> str:
    """The most specific event type of a changed field."""
    match field:
        case "status" if after == TicketStatus.CLOSED:
            return "ticket.closed"
        case "status":
            return "ticket.status_changed"
        case "assignedToId":
            return "ticket.assigned"
        case "priority":
            return "ticket.priority_changed"
        case _:
            return "ticket.updated"


def changes_by_type(changes: Mapping[str, tuple[Any, Any]]) -> list[tuple[str, dict[str, tuple[Any, Any]]]]:
    """The changes grouped into the events they make: a row per kind of change, the rest together, first."""
    rest = {field: pair for field, pair in changes.items() if field not in HOTTEST_FIRST}
    own = [(type_of_change(f, changes[f][1]), {f: changes[f]}) for f in HOTTEST_FIRST if f in changes]
    return ([("ticket.updated", rest)] if rest else []) + own
