"""`/ticket-templates`: what new tickets begin with."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from ninja import Body, Query, Router

from helpdesk.answers import answer, no_content
from helpdesk.events.macro_events import TicketTemplatePayload
from helpdesk.events.payloads import TicketPayload
from helpdesk.people.requests import PersonRequest
from helpdesk.sharing.queries import get_shared, list_shared
from helpdesk.sharing.schemas import SharedListQuery
from helpdesk.ticket_templates import actions
from helpdesk.ticket_templates.models import TicketTemplate
from helpdesk.ticket_templates.schemas import (
    ChangeTicketTemplate,
    CreateTicketTemplate,
    OpenFromTemplate,
    TicketTemplateList,
)
from helpdesk.ticket_templates.shapes import template_payload
from helpdesk.tickets.shapes import ticket_for

router = Router()


@router.get("", operation_id="listTicketTemplates", response=TicketTemplateList, summary="List ticket templates")
def list_templates(request: PersonRequest, query: Query[SharedListQuery]) -> HttpResponse:
    """One's own, those of one's teams and everybody's, by name."""
    page = list_shared(TicketTemplate, request.auth, query, archived=query.is_archived)
    rows = [template_payload(template).model_dump(mode="json", by_alias=True) for template in page.rows]
    return answer({"data": rows, "meta": page.meta})


@router.post(
    "", operation_id="createTicketTemplate", response={201: TicketTemplatePayload}, summary="Make a ticket template"
)
def create_template(request: PersonRequest, body: Body[CreateTicketTemplate]) -> HttpResponse:
    """Agents keep it to themselves or share it with a team that they are in; admins with everybody."""
    template = actions.create_template(request.auth, fields=body.everything())
    return answer(template_payload(template), status=201, version=template.version)


@router.get(
    "/{template_id}", operation_id="getTicketTemplate", response=TicketTemplatePayload, summary="One ticket template"
)
def get_template(request: PersonRequest, template_id: UUID) -> HttpResponse:
    """With how often it was used."""
    template = get_shared(TicketTemplate, request.auth, template_id)
    return answer(template_payload(template), version=template.version)


@router.put(
    "/{template_id}",
    operation_id="updateTicketTemplate",
    response=TicketTemplatePayload,
    summary="Change a ticket template",
)
def update_template(request: PersonRequest, template_id: UUID, body: Body[ChangeTicketTemplate]) -> HttpResponse:
    """Merges the fields it is given; `isArchived` takes it out of use."""
    if_match = request.headers.get("If-Match")
    template = actions.change_template(request.auth, template_id, fields=body.given(), if_match=if_match)
    return answer(template_payload(template), version=template.version)


router.patch(
    "/{template_id}",
    operation_id="patchTicketTemplate",
    response=TicketTemplatePayload,
    summary="Change a ticket template",
)(update_template)


@router.delete(
    "/{template_id}", operation_id="deleteTicketTemplate", response={204: None}, summary="Delete a ticket template"
)
def delete_template(request: PersonRequest, template_id: UUID) -> HttpResponse:
    """Tickets that were opened from it stay as they are."""
    actions.delete_template(request.auth, template_id, if_match=request.headers.get("If-Match"))
    return no_content()


@router.post(
    "/{template_id}/tickets",
    operation_id="openFromTemplate",
    response={201: TicketPayload},
    summary="Open a ticket from a template",
)
def open_from_template(request: PersonRequest, template_id: UUID, body: Body[OpenFromTemplate]) -> HttpResponse:
    """With the template's fields; what is given stands in their place."""
    ticket = actions.open_from_template(request.auth, template_id, fields=body.given())
    return answer(ticket_for(request.auth, ticket), status=201, version=ticket.version)
