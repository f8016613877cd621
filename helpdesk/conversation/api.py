"""`GET /tickets/{id}` and its timeline: one ticket with all that was said and done on it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from ninja import Query

from helpdesk.answers import answer
from helpdesk.conversation.queries import get_ticket_detail, list_timeline
from helpdesk.conversation.schemas import TicketDetail, Timeline, TimelineQuery
from helpdesk.people.requests import PersonRequest
from helpdesk.tickets.api import router  # the same paths, so the same router


@router.get("/{ticket_id}", operation_id="getTicket", response=TicketDetail, summary="One ticket")
def get_ticket(request: PersonRequest, ticket_id: UUID) -> HttpResponse:
    """With its newest comments and activities. `Hub-Seq` is the place in the log it stands for."""
    seq, version, detail = get_ticket_detail(request.auth, ticket_id)
    return answer(detail, version=version, seq=seq)


@router.get("/{ticket_id}/timeline", operation_id="getTicketTimeline", response=Timeline, summary="What happened")
def get_timeline(request: PersonRequest, ticket_id: UUID, query: Query[TimelineQuery]) -> HttpResponse:
    """The ticket's events from the log, newest first; `?cursor=<nextCursor>` goes back in time."""
    return answer(list_timeline(request.auth, ticket_id, query))


__all__ = ["router"]
