"""Reading tickets, always from `tickets_visible_to`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from helpdesk.errors import Conflict, NotFound, ValidationFailed
from helpdesk.paging import (
    DEEPEST_ROW,
    Order,
    Page,
    PageQuery,
    in_order,
    paginate,
    read_moment,
    read_number,
    read_text,
    read_uuid,
)
from helpdesk.people.models import Person
from helpdesk.people.queries import attach_people
from helpdesk.tickets.asked_fields import sort_text, sorted_field
from helpdesk.tickets.field_sql import FieldOrder
from helpdesk.tickets.filter import TicketFilter
from helpdesk.tickets.models import NEVER, NOBODY, Ticket
from helpdesk.tickets.rules import require_filter, require_order
from helpdesk.tickets.syntax import Asked
from helpdesk.vocabulary import Role

PEOPLE = ("requester", "created_by", "assigned_to")


MOST_COUNTED = 1_000
"""Tickets that hold a word are counted up to here: to count 10,000 of a million takes as long as everything else."""


class TicketNotFound(NotFound):
    """There is no such ticket, or you may not see it."""


class TicketIsMerged(Conflict):
    """This ticket was merged into another: change that one, `data.mergedIntoId`."""

    reason = "merged"

    @classmethod
    def of(cls, ticket: Ticket) -> TicketIsMerged:
        return cls(data={"mergedIntoId": str(ticket.merged_into_id)})


ORDERS: dict[str, tuple[Any, Any, Any]] = {
    "createdAt": (F("created_at"), lambda ticket: ticket.created_at, read_moment),
    "updatedAt": (F("updated_at"), lambda ticket: ticket.updated_at, read_moment),
    "number": (F("number"), lambda ticket: ticket.number, read_number),
    "title": (F("title"), lambda ticket: ticket.title, read_text),
    "status": (F("status"), lambda ticket: ticket.status, read_text),
    "priority": (F("priority"), lambda ticket: ticket.priority, read_number),
    "assignedTo": (
        Coalesce("assigned_to_id", Value(NOBODY)),
        lambda ticket: ticket.assigned_to_id or NOBODY,
        read_uuid,
    ),
    "slaDueAt": (Coalesce("sla_due_at", Value(NEVER)), lambda ticket: ticket.sla_due_at or NEVER, read_moment),
}
"""`sortBy` to the sort value; by assignee means grouped by assignee, the unassigned at the end; by deadline, what has
none behind what has."""


def tickets_visible_to(person: Person) -> QuerySet[Ticket]:
    """Every ticket for agents and admins, their own for requesters."""
    tickets = Ticket.objects.select_related(*PEOPLE, "team")
    return tickets if person.is_staff else tickets.filter(requester_id=person.id)


def get_ticket(person: Person, ticket_id: UUID) -> Ticket:
    """The ticket, or TicketNotFound where the person may not see it."""
    ticket = get_bare_ticket(person, ticket_id)
    attach_people(([ticket], PEOPLE))
    return ticket


def get_bare_ticket(person: Person, ticket_id: UUID) -> Ticket:
    """As `get_ticket`, for who attaches its people together with others'."""
    found = list(_bare(tickets_visible_to(person)).filter(id=ticket_id))
    if not found:
        raise TicketNotFound
    return found[0]


def lock_ticket(person: Person, ticket_id: UUID) -> Ticket:
    """As `get_ticket`, with the row locked until the unit of work ends.

    Locked first and read then: a query that waits for the lock sees the row as it has become, but the
    people joined to it as they were.
    """
    visible = tickets_visible_to(person).select_related(None).filter(id=ticket_id)
    if visible.select_for_update().values("id").first() is None:
        raise TicketNotFound
    return get_ticket(person, ticket_id)


def lock_place(person: Person, ticket_id: UUID) -> Ticket:
    """As `lock_ticket`, for what is said on it: where it was merged into others, the last of them.

    Whoever may see the one may speak on the other, whether they may read it or not: an answer to a mail arrives.
    """
    end = ticket_id
    while not _is_end_locked(person, ticket_id, end):
        get_bare_ticket(person, ticket_id)
        end = _end_of(ticket_id)
    if end == ticket_id:
        return get_ticket(person, ticket_id)
    place = Ticket.objects.select_related("team").get(id=end)
    attach_people(([place], PEOPLE))
    return place


def _is_end_locked(person: Person, ticket_id: UUID, end: UUID) -> bool:
    """Is this where the ticket forwards to at last, locked? If not, no lock is kept.

    Whoever merges locks several in the order of their ids: who held one and asked for another could wait in a circle.
    """
    mark = transaction.savepoint()
    found = (tickets_visible_to(person).select_related(None) if end == ticket_id else Ticket.objects).filter(id=end)
    is_locked = found.filter(merged_into=None).select_for_update().values("id").first() is not None
    if is_locked and (end == ticket_id or _end_of(ticket_id) == end):
        transaction.savepoint_commit(mark)
        return True
    transaction.savepoint_rollback(mark)
    return False


def lock_tickets(person: Person, ids: Collection[UUID], where: TicketFilter | None = None) -> dict[UUID, Ticket]:
    """Those of them that the person may see and the filter picks, locked in the order of their ids.

    Everybody who locks several tickets takes them in this order, so nobody waits in a circle. The filter is
    asked once they are locked: what it picked before may have changed.
    """
    visible = tickets_visible_to(person).filter(id__in=ids).order_by("id")
    list(visible.select_related(None).select_for_update().values_list("id"))
    return {ticket.id: ticket for ticket in (visible.filter(_picked(person, where)) if where else visible)}


def list_ticket_ids(person: Person, where: TicketFilter, *, limit: int) -> list[UUID]:
    """Some of what the person may see and the filter picks, in no order."""
    picked = tickets_visible_to(person).filter(_picked(person, where))
    return list(picked.order_by().values_list("id", flat=True)[:limit])


def count_tickets(person: Person, where: TicketFilter) -> tuple[int, bool]:
    """How many there are; beyond 10,000 it is 10,000 and True."""
    picked = tickets_visible_to(person).filter(_picked(person, where))
    count = picked.order_by().values("pk")[: DEEPEST_ROW + 1].count()
    return min(count, DEEPEST_ROW), count > DEEPEST_ROW


def require_askable(person: Person, asked: Asked) -> None:
    """Raise where a requester names people, fields or promises: what is found would tell what they are not given."""
    if asked.is_about_sla() and not person.is_staff:
        raise ValidationFailed.of("q", "Only agents and admins search by deadlines.", "staff")
    if asked.is_about_people() and not person.is_staff:
        raise ValidationFailed.of("q", "Only agents and admins search by other people's names and addresses.", "people")
    if asked.is_about_fields() and not person.is_staff:
        raise ValidationFailed.of("q", "Only agents and admins search by custom fields.", "fields")


def list_tickets(
    person: Person,
    where: TicketFilter,
    query: PageQuery,
    *,
    sort_by: str,
    descending: bool,
    also: TicketFilter | None = None,
) -> Page[Ticket]:
    """One page of what the person may see and the filter picks; `also`: and a saved one."""
    require_filter(Role(person.role), where.model_fields_set)
    require_askable(person, where.asked())
    require_order(Role(person.role), sort_by)
    order = order_of(sort_by, descending=descending)
    picked = _picked(person, where) & (_picked(person, also) if also else Q())
    has_words = any(one.asked().terms for one in (where, also) if one)
    rows = _bare(tickets_visible_to(person)).filter(picked)
    page = paginate(rows, query, order, count_to=MOST_COUNTED if has_words else None)
    attach_people((page.rows, PEOPLE))
    return page


def order_of(sort_by: str, *, descending: bool) -> Order:
    """One of ORDERS, or by a custom field."""
    if (field := sorted_field(sort_by)) is not None:
        return Order(
            sort_by, FieldOrder(field), lambda ticket: sort_text(ticket.custom_fields.get(field)), read_text, descending
        )
    key, value_of, read = ORDERS[sort_by]
    return Order(sort_by, key, value_of, read, descending)


def list_first_tickets(person: Person, where: Sequence[TicketFilter], order: Order, *, limit: int) -> list[Ticket]:
    """The first of what the person may see and all of the filters pick, with their people."""
    picked = _bare(tickets_visible_to(person)).filter(*(_picked(person, one) for one in where))
    tickets = list(in_order(picked, order)[:limit])
    attach_people((tickets, PEOPLE))
    return tickets


def list_numbers(person: Person, where: Sequence[TicketFilter], *, limit: int) -> list[int]:
    """The numbers of some of what the person may see and all of the filters pick, in no order."""
    picked = tickets_visible_to(person).filter(*(_picked(person, one) for one in where))
    try:
        sql, values = picked.order_by("pk").values("number")[:limit].query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        # As one array: ten thousand rows, read one by one, would keep a thread busy for long.
        cursor.execute(f"SELECT array_agg(picked.number) FROM ({sql}) picked", values)
        return cursor.fetchone()[0] or []


def _picked(person: Person, where: TicketFilter) -> Q:
    return where.to_sql(person.id, is_staff=person.is_staff)


def _end_of(ticket_id: UUID) -> UUID:
    """Where it forwards to at last; itself where it does not."""
    while True:
        found = Ticket.objects.filter(id=ticket_id).values_list("merged_into_id", flat=True).first()
        if found is None:
            return ticket_id
        ticket_id = found


def _bare(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    return tickets.select_related(None).select_related("team")
