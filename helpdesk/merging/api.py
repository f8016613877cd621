"""Merging a ticket into another, undoing that, splitting one. Staff only."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from ninja import Body, Router

from helpdesk.answers import answer
from helpdesk.events.payloads import TicketPayload
from helpdesk.merging import actions
from helpdesk.merging.queries import get_merges
from helpdesk.merging.schemas import MergeTicket, SplitTicket, TicketMerges
from helpdesk.people.requests import PersonRequest
from helpdesk.tickets.queries import get_bare_ticket
from helpdesk.tickets.shapes import ticket_for

router = Router()


@router.get("/{ticket_id}/merges", operation_id="listTicketMerges", response=TicketMerges, summary="What was merged")
def list_ticket_merges(request: PersonRequest, ticket_id: UUID) -> HttpResponse:
    """Where this ticket forwards to, and what was merged into it."""
    return answer(get_merges(request.auth, get_bare_ticket(request.auth, ticket_id)))


@router.post("/{ticket_id}/merge", operation_id="mergeTicket", response=TicketPayload, summary="Merge it into another")
def merge_ticket(request: PersonRequest, ticket_id: UUID, body: Body[MergeTicket]) -> HttpResponse:
    """Its conversation goes there; it is closed and forwards. 409 `other_requester` unless that is confirmed."""
    ticket = actions.merge_ticket(request.auth, ticket_id, into_id=body.into_id, is_confirmed=body.is_confirmed)
    return answer(ticket_for(request.auth, ticket), version=ticket.version)


@router.post("/{ticket_id}/unmerge", operation_id="unmergeTicket", response=TicketPayload, summary="Undo a merge")
def unmerge_ticket(request: PersonRequest, ticket_id: UUID) -> HttpResponse:
    """Within a day. What was said on the other ticket since stays there."""
    ticket = actions.unmerge_ticket(request.auth, ticket_id)
    return answer(ticket_for(request.auth, ticket), version=ticket.version)


@router.post(
    "/{ticket_id}/split", operation_id="splitTicket", response={201: TicketPayload}, summary="Split comments off"
)
def split_ticket(request: PersonRequest, ticket_id: UUID, body: Body[SplitTicket]) -> HttpResponse:
    """They become a new ticket of the same requester, linked to this one."""
    ticket = actions.split_ticket(request.auth, ticket_id, comment_ids=body.comment_ids, title=body.title)
    return answer(ticket_for(request.auth, ticket), status=201, version=ticket.version)
