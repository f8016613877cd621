"""Reading how tickets are related. It is the staff's: the API's door keeps requesters away."""

from __future__ import annotations

from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from helpdesk.errors import NotFound
from helpdesk.people.models import Person
from helpdesk.relations.models import TicketRelation
from helpdesk.relations.rules import DEEPEST, MOST_RELATIONS, word_of
from helpdesk.relations.schemas import RelatedTicket, RelationPayload
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import tickets_visible_to
from helpdesk.vocabulary import RelationKind, TicketPriority, TicketStatus


class RelationNotFound(NotFound):
    """There is no such relation of this ticket."""


def relations_of(ticket_id: UUID) -> QuerySet[TicketRelation]:
    """Those in which it stands on either side."""
    return TicketRelation.objects.filter(Q(source_id=ticket_id) | Q(target_id=ticket_id))


def get_relation(ticket_id: UUID, relation_id: UUID) -> TicketRelation:
    """One of the ticket's, or RelationNotFound."""
    relation = relations_of(ticket_id).filter(id=relation_id).first()
    if relation is None:
        raise RelationNotFound
    return relation


def list_relations(person: Person, ticket: Ticket) -> list[RelationPayload]:
    """All of a ticket's, the oldest first, with what the other tickets are now."""
    rows = list(relations_of(ticket.id).order_by("created_at", "id")[: 2 * MOST_RELATIONS])
    others = tickets_visible_to(person).select_related(None).in_bulk([_other(row, ticket.id) for row in rows])
    return [relation_payload(row, ticket.id, others[_other(row, ticket.id)]) for row in rows]


def relation_payload(row: TicketRelation, ticket_id: UUID, other: Ticket) -> RelationPayload:
    """As the one ticket shows it."""
    related = RelatedTicket(
        id=other.id,
        number=other.number,
        title=other.title,
        status=TicketStatus(other.status),
        priority=TicketPriority(other.priority_word()),
    )
    word = word_of(RelationKind(row.kind), is_source=row.source_id == ticket_id)
    return RelationPayload(id=row.id, relation=word, ticket=related, created_at=row.created_at)


def list_above(kind: RelationKind, ticket_id: UUID) -> list[UUID]:
    """The ticket, its parent (or its original), and so on to the topmost."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE line (id) AS (SELECT %s::uuid UNION SELECT r.target_id FROM line"
            " JOIN ticket_relation r ON r.source_id = line.id AND r.kind = %s) SELECT id FROM line",
            [ticket_id, kind.value],
        )
        return [id_ for (id_,) in cursor.fetchall()]


def depth_below(ticket_id: UUID) -> int:
    """How many tickets stand in the longest line from this one down to a last child; itself counts."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE line (id, depth) AS (SELECT %s::uuid, 1 UNION ALL"
            " SELECT r.source_id, line.depth + 1 FROM line JOIN ticket_relation r ON r.target_id = line.id"
            " AND r.kind = %s WHERE line.depth <= %s) SELECT max(depth) FROM line",
            [ticket_id, RelationKind.PARENT.value, DEEPEST],
        )
        return int(cursor.fetchone()[0])


def _other(row: TicketRelation, ticket_id: UUID) -> UUID:
    return row.target_id if row.source_id == ticket_id else row.source_id
