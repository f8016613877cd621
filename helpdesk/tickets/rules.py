"""What may be changed on a ticket, and by whom. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from helpdesk.errors import Detail, Forbidden, HelpdeskError
from helpdesk.tickets.asked_fields import sorted_field
from helpdesk.vocabulary import Role, TicketStatus

REQUESTER_FIELDS = frozenset({"title", "description", "priority", "status"})
"""What requesters may change on their own tickets; agents and admins may change every field."""

REQUESTER_STATUSES = frozenset({TicketStatus.OPEN, TicketStatus.RESOLVED, TicketStatus.CLOSED, TicketStatus.CANCELLED})
"""Requesters reopen and finish; whether somebody works on it or waits for them is the agents' to say."""

HOTTEST_FIRST = (("status",), ("assignedToId", "teamId"), ("priority",))
"""Fields whose change is an event of its own kind, in the order in which they are recorded."""

MOVED_ANYWAY = frozenset({"teamId", "tags", "customFields"})
"""What changes even on a ticket that was merged: what is renamed or taken away all over the desk."""

STAFF_FILTERS = {
    "team_id": "teamId",
    "field": "field",
    "sla": "sla",
    "sla_due_from": "slaDueFrom",
    "sla_due_to": "slaDueTo",
}
"""What only agents and admins may ask a list for: a requester's answers must not tell what is hidden from them."""


STAFF_ORDERS = frozenset({"slaDueAt"})
"""By what only agents and admins may sort: the order would tell it."""
MOST_TAGS = 50


class TooManyTags(HelpdeskError):
    """A ticket has at most 50 tags."""

    code, status, reason = "VALIDATION_ERROR", 400, "too_many_tags"


class FilterForbidden(Forbidden):
    """Your role may not ask for this."""

    reason = "field"


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
        case "assignedToId" | "teamId":
            return "ticket.assigned"
        case "priority":
            return "ticket.priority_changed"
        case _:
            return "ticket.updated"


def changes_by_type(changes: Mapping[str, tuple[Any, Any]]) -> list[tuple[str, dict[str, tuple[Any, Any]]]]:
    """The changes grouped into the events they make: a row per kind of change, the rest together, first."""
    groups = [{field: changes[field] for field in kind if field in changes} for kind in HOTTEST_FIRST]
    rest = {field: pair for field, pair in changes.items() if not any(field in group for group in groups)}
    own = [(type_of_change(*_first(group)), group) for group in groups if group]
    return ([("ticket.updated", rest)] if rest else []) + own


def require_order(role: Role, sort_by: str) -> None:
    """Raise FilterForbidden where a requester sorts by a custom field, or by deadline: the order would tell it."""
    if not role.is_staff and (sort_by in STAFF_ORDERS or sorted_field(sort_by) is not None):
        raise FilterForbidden(details=[Detail("sortBy", FilterForbidden.__doc__ or "", "field")])


def tags_after(tags: Sequence[str], *, add: Iterable[str], remove: Iterable[str]) -> list[str]:
    """A ticket's tags without and with those; raises TooManyTags. A tag that is in both is there afterwards."""
    gone = set(remove)
    found = list(dict.fromkeys([*(tag for tag in tags if tag not in gone), *add]))
    if len(found) > max(MOST_TAGS, len(tags)):
        raise TooManyTags
    return found


def require_filter(role: Role, names: Collection[str]) -> None:
    """Raise FilterForbidden where one of the filter's fields (by Python name) is not for this role."""
    if not role.is_staff and (refused := [asked for name, asked in STAFF_FILTERS.items() if name in names]):
        raise FilterForbidden(details=[Detail(name, FilterForbidden.__doc__ or "", "field") for name in refused])


def _first(group: Mapping[str, tuple[Any, Any]]) -> tuple[str, Any]:
    field, (_, after) = next(iter(group.items()))
    return field, after
