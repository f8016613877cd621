"""`/tickets`: one ticket is made, changed and taken away. The list of them stands in `ticket_views`."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from ninja import Body, Router

from helpdesk.answers import answer, no_content
from helpdesk.events.payloads import TicketPayload
from helpdesk.people.requests import PersonRequest
from helpdesk.tickets import actions
from helpdesk.tickets.schemas import ChangeTicket, CreateTicket
from helpdesk.tickets.shapes import ticket_for

router = Router()


@router.post("", operation_id="createTicket", response={201: TicketPayload}, summary="Open a ticket")
def create_ticket(request: PersonRequest, body: Body[CreateTicket]) -> HttpResponse:
    """Requesters give title, description and priority; agents every field, and whom it is for."""
    ticket = actions.create_ticket(request.auth, fields=body.given())
    return answer(ticket_for(request.auth, ticket), status=201, version=ticket.version)


@router.put("/{ticket_id}", operation_id="updateTicket", response=TicketPayload, summary="Change a ticket")
def update_ticket(request: PersonRequest, ticket_id: UUID, body: Body[ChangeTicket]) -> HttpResponse:
    """Merges the fields it is given. With `If-Match` only if nobody changed it since that version."""
    if_match = request.headers.get("If-Match")
    ticket = actions.change_ticket(request.auth, ticket_id, fields=body.given(), if_match=if_match)
    return answer(ticket_for(request.auth, ticket), version=ticket.version)


router.patch("/{ticket_id}", operation_id="patchTicket", response=TicketPayload, summary="Change a ticket")(
    update_ticket
)


@router.delete("/{ticket_id}", operation_id="deleteTicket", response={204: None}, summary="Delete a ticket")
def delete_ticket(request: PersonRequest, ticket_id: UUID) -> HttpResponse:
    """With everything that was said on it."""
    actions.delete_ticket(request.auth, ticket_id, if_match=request.headers.get("If-Match"))
    return no_content()
