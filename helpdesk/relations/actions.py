"""Relating tickets, and taking that back. Both tickets are locked, and both tell of it."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from helpdesk import desk
from helpdesk.errors import ValidationFailed
from helpdesk.events.log import record
from helpdesk.events.relation_events import OtherTicket, TicketLinked, TicketUnlinked
from helpdesk.people.models import Person
from helpdesk.permissions import require
from helpdesk.relations.models import TicketRelation
from helpdesk.relations.queries import depth_below, get_relation, list_above, relation_payload, relations_of
from helpdesk.relations.rules import (
    WORDS,
    require_another,
    require_depth,
    require_no_circle,
    require_one,
    require_room,
    sorted_pair,
    word_of,
)
from helpdesk.relations.schemas import RelationPayload
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import TicketNotFound, get_bare_ticket, lock_tickets
from helpdesk.tickets.shapes import ticket_payload
from helpdesk.vocabulary import RelationKind, RelationWord

_LOCK = 7_103
"""Of PostgreSQL's advisory locks: lines of parents are changed one after the other, so none closes to a circle."""


def relate(actor: Person, ticket_id: UUID, *, relation: RelationWord, other_id: UUID) -> RelationPayload:
    """Say what the other ticket is to this one. What is so already stays as it is."""
    require(actor, "relateTicket")
    require_another(ticket_id, other_id)
    tickets = lock_tickets(actor, [ticket_id, other_id])
    if ticket_id not in tickets:
        raise TicketNotFound
    if other_id not in tickets:
        raise ValidationFailed.of("otherId", "There is no such ticket.", "unknown_ticket")
    kind, is_source = WORDS[relation]
    pair = (ticket_id, other_id) if is_source else (other_id, ticket_id)
    row = relate_locked(actor, kind, tickets[pair[0]], tickets[pair[1]])
    return relation_payload(row, ticket_id, tickets[other_id])


def relate_locked(actor: Person, kind: RelationKind, source: Ticket, target: Ticket) -> TicketRelation:
    """What every new relation comes to. Both are locked."""
    source_id, target_id = sorted_pair(kind, source.id, target.id)
    known = TicketRelation.objects.filter(kind=kind.value, source_id=source_id, target_id=target_id).first()
    if known is not None:
        return known
    require_room(relations_of(source.id).count(), relations_of(target.id).count())
    if kind is not RelationKind.LINK:
        _require_in_line(kind, source.id, target.id)
    row = TicketRelation.objects.create(kind=kind.value, source_id=source_id, target_id=target_id)
    _tell(actor, TicketLinked, row, source, target)
    return row


def unrelate(actor: Person, ticket_id: UUID, relation_id: UUID) -> None:
    """They have nothing to do with each other any more, in this way. Raises RelationNotFound."""
    require(actor, "unrelateTicket")
    ticket = get_bare_ticket(actor, ticket_id)
    seen = get_relation(ticket.id, relation_id)
    tickets = lock_tickets(actor, [seen.source_id, seen.target_id])
    row = get_relation(ticket.id, relation_id)  # others may have taken it away meanwhile
    source, target = tickets[row.source_id], tickets[row.target_id]
    _tell(actor, TicketUnlinked, row, source, target)
    row.delete()


def _require_in_line(kind: RelationKind, source: UUID, target: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, desk.current().id.int % 2**31])
    above = list_above(kind, target)
    require_no_circle(source, above)
    require_one(kind, has_one=TicketRelation.objects.filter(kind=kind.value, source_id=source).exists())
    if kind is RelationKind.PARENT:
        require_depth(above=len(above), below=depth_below(source))


def _tell(
    actor: Person,
    event: type[TicketLinked | TicketUnlinked],
    row: TicketRelation,
    source: Ticket,
    target: Ticket,
) -> None:
    for ticket, other in ((source, target), (target, source)):
        word = word_of(RelationKind(row.kind), is_source=ticket.id == row.source_id)
        named = OtherTicket(id=other.id, number=other.number)
        record(actor, event(ticket=ticket_payload(ticket), other_ticket=named, relation=word))
