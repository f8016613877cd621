"""`/tickets/{id}/relations`: what other tickets are to this one. Staff only."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from ninja import Body, Router

from helpdesk.answers import answer, no_content
from helpdesk.people.requests import PersonRequest
from helpdesk.relations import actions
from helpdesk.relations.queries import list_relations
from helpdesk.relations.schemas import RelateTicket, RelationList, RelationPayload
from helpdesk.tickets.queries import get_bare_ticket

router = Router()


@router.get(
    "/{ticket_id}/relations", operation_id="listTicketRelations", response=RelationList, summary="Related tickets"
)
def list_ticket_relations(request: PersonRequest, ticket_id: UUID) -> HttpResponse:
    """Links, duplicates, parent and children, with what those tickets are now."""
    ticket = get_bare_ticket(request.auth, ticket_id)
    return answer(RelationList(data=list_relations(request.auth, ticket)))


@router.post(
    "/{ticket_id}/relations", operation_id="relateTicket", response={201: RelationPayload}, summary="Relate a ticket"
)
def relate_ticket(request: PersonRequest, ticket_id: UUID, body: Body[RelateTicket]) -> HttpResponse:
    """One parent, one original, no circles, five deep. 409 `has_parent`, `has_original`, `circle`, `too_deep`."""
    relation = actions.relate(request.auth, ticket_id, relation=body.relation, other_id=body.other_id)
    return answer(relation, status=201)


@router.delete(
    "/{ticket_id}/relations/{relation_id}",
    operation_id="unrelateTicket",
    response={204: None},
    summary="Take a relation away",
)
def unrelate_ticket(request: PersonRequest, ticket_id: UUID, relation_id: UUID) -> HttpResponse:
    """From either side."""
    actions.unrelate(request.auth, ticket_id, relation_id)
    return no_content()
