"""A question of the search box as a condition on tickets, in SQL and in Python.

The property test of filter.py holds the two against each other, here too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from pydantic import TypeAdapter

from helpdesk.clock import now
from helpdesk.people.models import PersonWords
from helpdesk.people.words import person_document
from helpdesk.shapes import Moment
from helpdesk.tickets.field_sql import field_sql
from helpdesk.tickets.spans import Span
from helpdesk.tickets.syntax import ACTIVE, SCOPES, Asked, Condition, Somebody
from helpdesk.tickets.words import ticket_document
from helpdesk.vocabulary import SlaState, TicketPriority, TicketStatus
from helpdesk.words.documents import Document
from helpdesk.words.lookups import holding
from helpdesk.words.terms import Term, tsquery_of

_PEOPLE = {
    "assignee": ("assigned_to_id", "assignedTo"),
    "requester": ("requester_id", "requester"),
    "creator": ("created_by_id", "createdBy"),
}
_MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)
_MOST_NAMED = 200
_COLUMNS = {"created": "created_at", "updated": "updated_at", "due": "sla_due_at"}
_SLA_WORDS = {state.value: (state.value,) for state in SlaState} | {
    "due": tuple(state.value for state in (SlaState.RUNNING, SlaState.WARNED, SlaState.BREACHED)),
    "none": ("",),
}
"""What a word of the filter means in the ticket's column."""


def asked_sql(asked: Asked, me: UUID, *, is_staff: bool = False) -> Q:
    """For a queryset of tickets. Names are looked up here, so that the planner knows whom it is about."""
    where = conditions_sql(asked, me)
    if asked.terms:
        where &= holding("words__vector", terms_for(asked, is_staff=is_staff))
    return where


def terms_for(asked: Asked, *, is_staff: bool) -> tuple[Term, ...]:
    """The terms where they are looked for in tickets: a requester's never in custom fields."""
    scopes = asked.scopes - {"comments"} or SCOPES.keys() - {"comments"}
    weights = "".join(sorted({SCOPES[scope] for scope in scopes if is_staff or scope != "fields"}))
    return tuple(replace(term, weights="" if weights == "ABCD" else weights) for term in asked.terms)


def conditions_sql(asked: Asked, me: UUID) -> Q:
    """As `asked_sql`, of the conditions alone."""
    where = Q(pk__in=[]) if asked.says_nothing else Q()
    for condition in map(_positive, asked.conditions):
        any_of = _any_sql(condition, me)
        where &= ~any_of if condition.negated else any_of
    return where


def _positive(condition: Condition) -> Condition:
    """Not these statuses is the others: what is there can be looked up in an index, what is not there cannot."""
    for field, known in (("status", tuple(TicketStatus)), ("priority", tuple(TicketPriority))):
        if condition.field == field and condition.negated:
            rest = tuple(value for value in known if value not in condition.values)
            return Condition(field, rest) if rest else condition
    return condition


def sla_sql(words: Collection[str]) -> Q:
    """Any of these words of the filter; none: every ticket."""
    return Q(sla_state__in=_states(words)) if words else Q()


def is_sla(words: Collection[str], ticket: Mapping[str, Any]) -> bool:
    """The same for a ticket's JSON as staff have it."""
    return ((ticket.get("sla") or {}).get("state") or "") in _states(words)


def moment_of(ticket: Mapping[str, Any], name: str) -> datetime | None:
    """When it was `created` or `updated`, or is `due`, from its JSON as staff have it."""
    text = (ticket.get("sla") or {}).get("dueAt") if name in ("due", "sla_due") else ticket[f"{name}At"]
    return _MOMENT.validate_python(text) if text else None


def asked_holds(
    asked: Asked,
    ticket: Mapping[str, Any],
    me: UUID,
    *,
    is_staff: bool = False,
    document: Callable[[], Document] | None = None,
) -> bool:
    """For a ticket's JSON as staff have it. `document` gives its words, else they are made."""
    if asked.says_nothing or not all(_holds(condition, ticket, me) for condition in asked.conditions):
        return False
    if not asked.terms:
        return True
    words = document() if document else document_of_shape(ticket)
    return all(term.holds(words) for term in terms_for(asked, is_staff=is_staff))


def document_of_shape(ticket: Mapping[str, Any]) -> Document:
    """What a ticket is found by, from its JSON as staff have it."""
    return ticket_document(
        number=ticket["number"],
        title=ticket["title"],
        description=ticket["description"],
        tags=ticket["tags"],
        custom_fields=ticket["customFields"],
    )


def _any_sql(condition: Condition, me: UUID) -> Q:
    match condition.field:
        case "status":
            return Q(status__in=[value.value for value in condition.values])  # type: ignore[attr-defined]
        case "priority":
            return Q(priority__in=[value.rank for value in condition.values])  # type: ignore[attr-defined]
    any_of = Q()
    for value in condition.values:
        any_of |= _value_sql(condition.field, value, me)
    return any_of


def _value_sql(field: str, value: Any, me: UUID) -> Q:
    match field:
        case "tag":
            return Q(tags__contains=[value])
        case "number":
            return Q(number=value)
        case "field":
            return field_sql(value, me)
        case "is":
            return _kind_sql(value)
        case "sla":
            return sla_sql((value,))
        case "created" | "updated" | "due":
            return _span_sql(_COLUMNS[field], value)
        case _:
            return _somebody_sql(_PEOPLE[field][0], value, me)


def _kind_sql(kind: str) -> Q:
    match kind:
        case "unassigned":
            return Q(assigned_to_id__isnull=True)
        case "assigned":
            return Q(assigned_to_id__isnull=False)
        case "active":
            return Q(status__in=[status.value for status in ACTIVE])
        case _:
            return Q(status__in=[status.value for status in TicketStatus if status not in ACTIVE])


def _states(words: Collection[str]) -> list[str]:
    return [state for word in words for state in _SLA_WORDS[word]]


def _span_sql(column: str, span: Span) -> Q:
    # Said of what may be null, so that its opposite holds for the others, as it does in Python.
    moment, where = now(), Q(**{f"{column}__isnull": False})
    if span.start is not None:
        where &= Q(**{f"{column}__gte": span.start.when(moment)})
    if span.end is not None:
        where &= Q(**{f"{column}__lt": span.end.when(moment)})
    return where


def _somebody_sql(column: str, somebody: Somebody, me: UUID) -> Q:
    match somebody.kind:
        case "me":
            return Q(**{column: me})
        case "none":
            return Q(**{f"{column}__isnull": True})
        case "id":
            return Q(**{column: somebody.id})
    people = PersonWords.objects.values_list("person_id", flat=True)
    if somebody.kind == "email":
        people = people.filter(person__email=somebody.email)
    else:
        people = people.filter(vector__matches=tsquery_of(somebody.terms))
    named = list(people.order_by("person_id")[: _MOST_NAMED + 1])
    return Q(**{f"{column}__in": named if len(named) <= _MOST_NAMED else people})


def _holds(condition: Condition, ticket: Mapping[str, Any], me: UUID) -> bool:
    met = any(_value_holds(condition.field, value, ticket, me) for value in condition.values)
    return met != condition.negated


def _value_holds(field: str, value: Any, ticket: Mapping[str, Any], me: UUID) -> bool:
    match field:
        case "status" | "priority" | "number":
            return bool(ticket[field] == value)
        case "tag":
            return value in ticket["tags"]
        case "field":
            return bool(value.holds(ticket["customFields"], me))
        case "is":
            return _is_kind(value, ticket)
        case "sla":
            return is_sla((value,), ticket)
        case "created" | "updated" | "due":
            return _in_span(value, moment_of(ticket, field))
        case _:
            return _is_somebody(value, ticket[_PEOPLE[field][1]], me)


def _is_kind(kind: str, ticket: Mapping[str, Any]) -> bool:
    if kind in ("unassigned", "assigned"):
        return (ticket["assignedToId"] is None) == (kind == "unassigned")
    return (ticket["status"] in ACTIVE) == (kind == "active")


def _in_span(span: Span, at: datetime | None) -> bool:
    moment = now()
    if at is None:
        return False
    if span.start is not None and at < span.start.when(moment):
        return False
    return span.end is None or at < span.end.when(moment)


def _is_somebody(somebody: Somebody, person: Mapping[str, Any] | None, me: UUID) -> bool:
    if person is None:
        return somebody.kind == "none"
    match somebody.kind:
        case "none":
            return False
        case "me" | "id":
            return bool(person["id"] == str(me if somebody.kind == "me" else somebody.id))
        case "email":
            return bool(person["email"] == somebody.email)
    document = person_document(
        first_name=person["firstName"], last_name=person["lastName"], email=person["email"] or ""
    )
    return all(term.holds(document) for term in somebody.terms)
