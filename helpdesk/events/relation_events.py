"""The events of tickets that have to do with each other.

How tickets are related is the staff's to see; that something came or went its requester sees, too, but not with whom.
"""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from helpdesk.events.payloads import Changes, TicketPayload
from helpdesk.shapes import Shape
from helpdesk.vocabulary import RelationWord


class OtherTicket(Shape):
    """Another ticket, without what is said of it: that is for who may read it."""

    id: UUID
    number: int


class _Relation(Shape):
    ticket: TicketPayload
    other_ticket: OtherTicket
    relation: RelationWord
    """What the other one is to this one."""


class TicketLinked(_Relation):
    type: Literal["ticket.linked"] = "ticket.linked"


class TicketUnlinked(_Relation):
    type: Literal["ticket.unlinked"] = "ticket.unlinked"


class _Move(Shape):
    ticket: TicketPayload
    other_ticket: OtherTicket
    is_source: bool
    """Was it this ticket that something was taken from?"""
    comments: int
    changes: Changes


class TicketMerged(_Move):
    """Told of both: what was said on one stands on the other now, to which it forwards. Read the conversation anew."""

    type: Literal["ticket.merged"] = "ticket.merged"


class TicketUnmerged(_Move):
    """Told of both: what the merge had taken along is back. Read the conversation anew."""

    type: Literal["ticket.unmerged"] = "ticket.unmerged"


class TicketSplit(_Move):
    """Told of both: some of what was said on one stands on a new one. Read the conversation anew."""

    type: Literal["ticket.split"] = "ticket.split"


RelationEvent = TicketLinked | TicketUnlinked
MoveEvent = TicketMerged | TicketUnmerged | TicketSplit
