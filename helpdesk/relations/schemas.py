"""What the endpoints about relations take and give."""

from __future__ import annotations

from uuid import UUID

from helpdesk.shapes import Input, Moment, Shape
from helpdesk.vocabulary import RelationWord, TicketPriority, TicketStatus


class RelateTicket(Input):
    """`relation` is what the other ticket is to this one."""

    relation: RelationWord
    other_id: UUID


class RelatedTicket(Shape):
    """As much of another ticket as is shown beside this one."""

    id: UUID
    number: int
    title: str
    status: TicketStatus
    priority: TicketPriority


class RelationPayload(Shape):
    """What another ticket is to the one of which it was asked."""

    id: UUID
    relation: RelationWord
    ticket: RelatedTicket
    created_at: Moment


class RelationList(Shape):
    data: list[RelationPayload]
