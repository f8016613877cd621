"""`/macros`, and what they do to a ticket."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from ninja import Body, Query, Router

from helpdesk.answers import answer, no_content
from helpdesk.comments.shapes import comment_for
from helpdesk.events.macro_events import MacroPayload
from helpdesk.macros import actions
from helpdesk.macros.models import Macro
from helpdesk.macros.schemas import ApplyMacro, ChangeMacro, CreateMacro, MacroApplied, MacroList, MacroPreview
from helpdesk.macros.shapes import fields_json, macro_payload
from helpdesk.people.requests import PersonRequest
from helpdesk.sharing.queries import get_shared, list_shared
from helpdesk.sharing.schemas import SharedListQuery
from helpdesk.tickets.shapes import ticket_for

router, on_tickets = Router(), Router()


@router.get("", operation_id="listMacros", response=MacroList, summary="List macros")
def list_macros(request: PersonRequest, query: Query[SharedListQuery]) -> HttpResponse:
    """One's own, those of one's teams and everybody's, by name."""
    page = list_shared(Macro, request.auth, query, archived=query.is_archived)
    rows = [macro_payload(macro).model_dump(mode="json", by_alias=True) for macro in page.rows]
    return answer({"data": rows, "meta": page.meta})


@router.post("", operation_id="createMacro", response={201: MacroPayload}, summary="Make a macro")
def create_macro(request: PersonRequest, body: Body[CreateMacro]) -> HttpResponse:
    """Agents keep it to themselves or share it with a team that they are in; admins with everybody."""
    macro = actions.create_macro(request.auth, fields=body.everything())
    return answer(macro_payload(macro), status=201, version=macro.version)


@router.get("/{macro_id}", operation_id="getMacro", response=MacroPayload, summary="One macro")
def get_macro(request: PersonRequest, macro_id: UUID) -> HttpResponse:
    """With how often it was used."""
    macro = get_shared(Macro, request.auth, macro_id)
    return answer(macro_payload(macro), version=macro.version)


@router.put("/{macro_id}", operation_id="updateMacro", response=MacroPayload, summary="Change a macro")
def update_macro(request: PersonRequest, macro_id: UUID, body: Body[ChangeMacro]) -> HttpResponse:
    """Merges the fields it is given; `isArchived` takes it out of use."""
    if_match = request.headers.get("If-Match")
    macro = actions.change_macro(request.auth, macro_id, fields=body.given(), if_match=if_match)
    return answer(macro_payload(macro), version=macro.version)


router.patch("/{macro_id}", operation_id="patchMacro", response=MacroPayload, summary="Change a macro")(update_macro)


@router.delete("/{macro_id}", operation_id="deleteMacro", response={204: None}, summary="Delete a macro")
def delete_macro(request: PersonRequest, macro_id: UUID) -> HttpResponse:
    """What it has done stays."""
    actions.delete_macro(request.auth, macro_id, if_match=request.headers.get("If-Match"))
    return no_content()


@on_tickets.get(
    "/{ticket_id}/macros/{macro_id}", operation_id="previewMacro", response=MacroPreview, summary="Preview a macro"
)
def preview_macro(request: PersonRequest, ticket_id: UUID, macro_id: UUID) -> HttpResponse:
    """What it would say and set on this ticket. Nothing is done."""
    content, is_internal, fields = actions.preview_macro(request.auth, ticket_id, macro_id)
    return answer(MacroPreview(content=content, is_internal=is_internal, set_=fields_json(fields)))


@on_tickets.post(
    "/{ticket_id}/macros/{macro_id}", operation_id="applyMacro", response=MacroApplied, summary="Apply a macro"
)
def apply_macro(request: PersonRequest, ticket_id: UUID, macro_id: UUID, body: Body[ApplyMacro]) -> HttpResponse:
    """Says and sets it all, or nothing. With `If-Match` only if nobody changed the ticket since that version."""
    ticket, comment = actions.apply_macro(
        request.auth,
        ticket_id,
        macro_id,
        content=body.content,
        seen_seq=body.seen_seq,
        draft_id=body.draft_id,
        if_match=request.headers.get("If-Match"),
    )
    said = comment_for(request.auth, comment) if comment else None
    return answer({"ticket": ticket_for(request.auth, ticket), "comment": said}, version=ticket.version)
