"""What is done to tickets. Each action changes rows and records what happened, in the open unit of work."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from helpdesk.clock import now
from helpdesk.errors import FieldForbidden
from helpdesk.events import catalogue
from helpdesk.events.log import record
from helpdesk.events.payloads import TicketPayload
from helpdesk.objects.actions import remove_objects_of_tickets
from helpdesk.people.models import Person
from helpdesk.permissions import require
from helpdesk.shapes import same_json, to_json_name
from helpdesk.tickets.filling import are_theirs, fields_given, fields_of_new, require_resolvable, with_fields_after
from helpdesk.tickets.models import Ticket, TicketWords
from helpdesk.tickets.named import Named
from helpdesk.tickets.queries import PEOPLE, TicketIsMerged, TicketNotFound, lock_ticket, lock_tickets
from helpdesk.tickets.rules import MOVED_ANYWAY, changes_by_type, forbidden_fields
from helpdesk.tickets.shapes import ticket_for, ticket_payload
from helpdesk.tickets.words import WORDS_OF, document_of
from helpdesk.versions import require_match
from helpdesk.vocabulary import Role, TicketPriority, TicketStatus
from helpdesk.words.actions import remember_words

_SET_IN_BULK = {
    "status": "text",
    "priority": "smallint",
    "assigned_to_id": "uuid",
    "team_id": "uuid",
    "tags": "text[]",
    "custom_fields": "jsonb",
    "version": "integer",
    "last_activity_at": "timestamptz",
    "updated_at": "timestamptz",
    "done_at": "timestamptz",
    "reopened_count": "integer",
}
"""Columns and their types in PostgreSQL."""

CHANGE_EVENTS: dict[str, Any] = {
    "ticket.updated": catalogue.TicketUpdated,
    "ticket.status_changed": catalogue.TicketStatusChanged,
    "ticket.closed": catalogue.TicketClosed,
    "ticket.assigned": catalogue.TicketAssigned,
    "ticket.priority_changed": catalogue.TicketPriorityChanged,
}


def create_ticket(actor: Person, *, fields: Mapping[str, Any]) -> TicketPayload:
    """Open a ticket. `fields` are the columns to set, by Python name; absent ones take their defaults."""
    require(actor, "createTicket")
    wanted = {name: value for name, value in fields.items() if not (name == "requester_id" and value is None)}
    wanted["custom_fields"] = given = fields_given(actor, wanted.get("custom_fields", {}))
    moment = now()
    ticket = Ticket(requester=actor, created_by=actor, created_at=moment, updated_at=moment, last_activity_at=moment)
    _require_rights(actor, ticket, _differences(ticket, wanted))
    _apply(ticket, wanted | {"custom_fields": fields_of_new(actor, given)}, Named())
    ticket.done_at = None if TicketStatus(ticket.status).is_active else moment
    ticket.number = _next_number()
    ticket.save(force_insert=True)
    payload = ticket_payload(ticket)
    index_tickets([ticket])
    record(actor, catalogue.TicketCreated(ticket=payload))
    return payload


def change_ticket(
    actor: Person, ticket_id: UUID, *, fields: Mapping[str, Any], if_match: str | None = None
) -> TicketPayload:
    """Set the given fields. What does not differ is no change, needs no right and makes no event."""
    require(actor, "updateTicket")
    ticket = lock_ticket(actor, ticket_id)
    require_match(if_match, ticket.version, lambda: ticket_for(actor, ticket))
    payload = apply_change(actor, ticket, fields=fields, named=Named())
    if payload is None:
        return ticket_payload(ticket)
    save_ticket(ticket)
    return payload


def save_ticket(ticket: Ticket) -> None:
    """Write what `apply_change` has changed in one ticket."""
    ticket.save(force_update=True)
    _index_changed([ticket])


def apply_change(
    actor: Person | None, ticket: Ticket, *, fields: Mapping[str, Any], named: Named, is_checked: bool = True
) -> TicketPayload | None:
    """What every change of a locked ticket comes to, alone or among many; None where nothing differs.

    `actor` None: the hub itself. Its events are recorded; the caller writes the row and, where `words_changed`, its
    words. Refuses before it does anything. Not `is_checked`: custom fields are kept as they are given,
    whatever has been defined since.
    """
    if is_checked:
        fields = with_fields_after(actor, ticket, fields)
    changes = _differences(ticket, fields)
    if not changes:
        return None
    if ticket.merged_into_id is not None and changes.keys() - MOVED_ANYWAY:
        raise TicketIsMerged.of(ticket)
    if actor is not None:
        _require_rights(actor, ticket, changes)
    require_resolvable(actor, ticket, fields)
    fields_before = ticket.custom_fields
    requester_before, status_before = ticket.requester_id, TicketStatus(ticket.status)
    _apply(ticket, {name: value for name, value in fields.items() if to_json_name(name) in changes}, named)
    moment = now()
    ticket.version += 1
    ticket.updated_at = ticket.last_activity_at = moment
    ticket.words_changed = bool(changes.keys() & WORDS_OF)
    _follow(ticket, status_before, moment)
    payload = ticket_payload(ticket, fields_before=fields_before)
    for type_, group in changes_by_type(changes):
        record(actor, CHANGE_EVENTS[type_](ticket=payload, changes=group))
    if ticket.requester_id != requester_before:
        record(actor, catalogue.TicketRemoved(ticket_id=ticket.id, requester_id=requester_before))
    return payload


def save_tickets(tickets: Iterable[Ticket]) -> None:
    """Write what `apply_change` has changed in many tickets, in one statement: only fields that are set in bulk."""
    tickets = list(tickets)
    _index_changed(tickets)
    rows = [{name: getattr(ticket, name) for name in ("id", *_SET_IN_BULK)} for ticket in tickets]
    wanted = ", ".join(f"{name} = changed.{name}" for name in _SET_IN_BULK)
    columns = ", ".join(f"{name} {kind}" for name, kind in _SET_IN_BULK.items())
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE ticket SET {wanted} FROM jsonb_to_recordset(%s::jsonb) AS changed (id uuid, {columns})"
            " WHERE ticket.id = changed.id",
            [orjson.dumps(rows).decode()],
        )


def delete_ticket(actor: Person, ticket_id: UUID, *, if_match: str | None = None) -> None:
    """Delete a ticket with all that was said on it. The log keeps that it was there."""
    require(actor, "deleteTicket")
    # With those that forward to it, in the order in which everybody locks several.
    forwarding = Ticket.objects.filter(merged_into=ticket_id).values_list("id", flat=True)
    ticket = lock_tickets(actor, [ticket_id, *forwarding]).get(ticket_id)
    if ticket is None:
        raise TicketNotFound
    require_match(if_match, ticket.version, lambda: ticket_for(actor, ticket))
    delete_locked_tickets(actor, [ticket])


def delete_locked_tickets(actor: Person | None, tickets: Sequence[Ticket]) -> None:
    """What every deletion of tickets comes to, of one or of many, in as few statements; an event for each."""
    ids = [ticket.id for ticket in tickets]
    remove_objects_of_tickets(ids)
    forwarding = _unforward(ids)
    Ticket.objects.filter(id__in=ids).delete()
    for ticket in tickets:
        event = catalogue.TicketDeleted(ticket_id=ticket.id, number=ticket.number, requester_id=ticket.requester_id)
        record(actor, event)
    for ticket in forwarding:
        changes = {"mergedIntoId": (str(ticket.merged_into_id), None)}
        ticket.merged_into = None
        record(actor, catalogue.TicketUpdated(ticket=ticket_payload(ticket), changes=changes))


def _unforward(gone: Collection[UUID]) -> list[Ticket]:
    """Those that were merged into tickets which go now forward nowhere any more; with where they did."""
    theirs = Ticket.objects.filter(merged_into__in=gone).exclude(id__in=gone)
    tickets = list(theirs.select_related(*PEOPLE, "team").select_for_update(of=("self",)).order_by("id"))
    for ticket in tickets:
        ticket.version, ticket.updated_at = ticket.version + 1, now()
        Ticket.objects.filter(id=ticket.id).update(
            merged_into=None, version=ticket.version, updated_at=ticket.updated_at
        )
    return tickets


def _index_changed(tickets: Sequence[Ticket]) -> None:
    if changed := [ticket for ticket in tickets if ticket.words_changed]:
        index_tickets(changed)


def index_tickets(tickets: Sequence[Ticket]) -> None:
    """Write what these tickets are found by, in the transaction that changed them."""
    documents = {ticket.id: document_of(ticket) for ticket in tickets}
    TicketWords.objects.bulk_create(
        [TicketWords(ticket_id=id_, vector=document.vector()) for id_, document in documents.items()],
        update_conflicts=True,
        unique_fields=["ticket"],
        update_fields=["vector"],
    )
    for is_public in (True, False):
        remember_words(
            (word for document in documents.values() for word in document.words(said=is_public)), public=is_public
        )


def touch_ticket(ticket: Ticket, *, responded_at: datetime | None = None) -> None:
    """Note public activity on a locked ticket: comments move `lastActivityAt`, never the version.

    `responded_at`: it was a response of staff, which is remembered where it is the first.
    """
    ticket.last_activity_at = now()
    changed = ["last_activity_at"]
    if responded_at is not None and ticket.first_response_at is None:
        ticket.first_response_at = responded_at
        changed.append("first_response_at")
    ticket.save(update_fields=changed)


def _follow(ticket: Ticket, before: TicketStatus, moment: datetime) -> None:
    """Keep when it was done and how often it was reopened, once its status has changed."""
    is_active = TicketStatus(ticket.status).is_active
    if is_active != before.is_active:
        ticket.done_at = None if is_active else moment
        ticket.reopened_count += is_active


def _differences(ticket: Ticket, fields: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """`{camelCase field: (before, after)}` in JSON values, only where they differ."""
    found: dict[str, tuple[Any, Any]] = {}
    for name, after in fields.items():
        before: Any = ticket.priority_word() if name == "priority" else getattr(ticket, name)
        if not same_json(before, after):
            found[to_json_name(name)] = (_json(before), _json(after))
    return found


def _json(value: Any) -> Any:
    return str(value) if isinstance(value, (UUID, str)) else value


def _require_rights(actor: Person, ticket: Ticket, changes: Mapping[str, tuple[Any, Any]]) -> None:
    own = {"customFields"} if are_theirs(ticket, changes.get("customFields")) else set()
    if refused := [name for name in forbidden_fields(Role(actor.role), changes) if name not in own]:
        raise FieldForbidden.of(refused)


def _apply(ticket: Ticket, fields: Mapping[str, Any], named: Named) -> None:
    for name, value in fields.items():
        match name:
            case "priority":
                ticket.priority = TicketPriority(value).rank
            case "status":
                ticket.status = str(value)
            case "requester_id":
                ticket.requester = named.requester(value)
            case "assigned_to_id":
                ticket.assigned_to = named.assignee(value) if value else None
            case "team_id":
                ticket.team = named.team(value) if value else None
            case _:
                setattr(ticket, name, value)


def _next_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('ticket_number_seq')")
        return int(cursor.fetchone()[0])
