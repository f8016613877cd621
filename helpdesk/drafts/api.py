"""`/drafts` and `/tickets/{id}/drafts`: what one is writing oneself. Nobody else ever sees it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from ninja import Body, Query, Router

from helpdesk.answers import answer, no_content
from helpdesk.drafts import actions, queries
from helpdesk.drafts.schemas import DraftList, DraftListQuery, DraftPayload, SaveDraft, TicketDrafts
from helpdesk.events.queries import get_head
from helpdesk.people.requests import PersonRequest
from helpdesk.vocabulary import DraftKind

router = Router()
tickets = Router()


@router.get("", operation_id="listDrafts", response=DraftList, summary="What you are writing")
def list_drafts(request: PersonRequest, query: Query[DraftListQuery]) -> HttpResponse:
    """Your own, on all tickets."""
    page = queries.list_drafts(request.auth, query)
    return answer({"data": queries.shapes_for(request.auth, page.rows), "meta": page.meta})


@tickets.get(
    "/{ticket_id}/drafts", operation_id="listTicketDrafts", response=TicketDrafts, summary="What you are writing on it"
)
def list_ticket_drafts(request: PersonRequest, ticket_id: UUID) -> HttpResponse:
    """Your own: at most a reply and a note."""
    seq = get_head().last_seq
    drafts = queries.list_ticket_drafts(request.auth, ticket_id)
    return answer({"data": queries.shapes_for(request.auth, drafts)}, seq=seq)


@tickets.put(
    "/{ticket_id}/drafts/{draft_kind}",
    operation_id="saveDraft",
    response={200: DraftPayload, 204: None},
    summary="Save what you are writing",
)
def save_draft(request: PersonRequest, ticket_id: UUID, draft_kind: DraftKind, body: Body[SaveDraft]) -> HttpResponse:
    """Makes it or changes it; nothing but spaces removes it (204). `If-Match` of a draft that is gone: 412."""
    draft = actions.save_draft(
        request.auth,
        ticket_id,
        draft_kind,
        content=body.content,
        seen_seq=body.seen_seq,
        if_match=request.headers.get("If-Match"),
    )
    return answer(queries.shape_for(request.auth, draft), version=draft.version) if draft else no_content()


@tickets.delete(
    "/{ticket_id}/drafts/{draft_kind}", operation_id="deleteDraft", response={204: None}, summary="Throw a draft away"
)
def delete_draft(request: PersonRequest, ticket_id: UUID, draft_kind: DraftKind) -> HttpResponse:
    """Your own."""
    actions.delete_draft(request.auth, ticket_id, draft_kind, if_match=request.headers.get("If-Match"))
    return no_content()
