"""`/views`: saved views; and `GET /tickets`, which may be asked for what stands in one."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from ninja import Body, Query, Router

from helpdesk.answers import answer, no_content
from helpdesk.events.payloads import ViewPayload
from helpdesk.people.requests import PersonRequest
from helpdesk.ticket_views import actions, queries
from helpdesk.ticket_views.schemas import (
    ChangeView,
    CreateView,
    QueueQuery,
    ViewCounts,
    ViewList,
    ViewListQuery,
)
from helpdesk.ticket_views.shapes import view_payload
from helpdesk.tickets.api import router as tickets  # the same path, so the same router
from helpdesk.tickets.schemas import TicketList
from helpdesk.tickets.shapes import ticket_for

router = Router()


@tickets.get("", operation_id="listTickets", response=TicketList, summary="List tickets")
def list_tickets(request: PersonRequest, query: Query[QueueQuery]) -> HttpResponse:
    """A page of the tickets that one may see. `?cursor=` for deep lists; filters and `view` combine with and."""
    page = queries.list_queue(request.auth, query)
    return answer({"data": [ticket_for(request.auth, ticket) for ticket in page.rows], "meta": page.meta})


@router.get("", operation_id="listViews", response=ViewList, summary="List views")
def list_views(request: PersonRequest, query: Query[ViewListQuery]) -> HttpResponse:
    """One's own, those of one's teams and everybody's, in the order of `position`."""
    page = queries.list_views(request.auth, query)
    rows = [view_payload(view).model_dump(mode="json", by_alias=True) for view in page.rows]
    return answer({"data": rows, "meta": page.meta})


@router.post("", operation_id="createView", response={201: ViewPayload}, summary="Save a view")
def create_view(request: PersonRequest, body: Body[CreateView]) -> HttpResponse:
    """Agents keep it to themselves or share it with a team that they are in; admins with everybody."""
    view = actions.create_view(request.auth, fields=body.everything())
    return answer(view_payload(view), status=201, version=view.version)


@router.get("/counts", operation_id="countViews", response=ViewCounts, summary="How many tickets stand in each view")
def count_views(request: PersonRequest) -> HttpResponse:
    """For the first 50 views; exact up to 10,000."""
    return answer(ViewCounts(data=queries.count_views(request.auth)))


@router.get("/{view_id}", operation_id="getView", response=ViewPayload, summary="One view")
def get_view(request: PersonRequest, view_id: UUID) -> HttpResponse:
    """Its tickets: `GET /tickets?view=<id>`."""
    view = queries.get_view(request.auth, view_id)
    return answer(view_payload(view), version=view.version)


@router.put("/{view_id}", operation_id="updateView", response=ViewPayload, summary="Change a view")
def update_view(request: PersonRequest, view_id: UUID, body: Body[ChangeView]) -> HttpResponse:
    """Merges the fields it is given; `filter` and `columns` are replaced whole."""
    if_match = request.headers.get("If-Match")
    view = actions.change_view(request.auth, view_id, fields=body.given(), if_match=if_match)
    return answer(view_payload(view), version=view.version)


router.patch("/{view_id}", operation_id="patchView", response=ViewPayload, summary="Change a view")(update_view)


@router.delete("/{view_id}", operation_id="deleteView", response={204: None}, summary="Delete a view")
def delete_view(request: PersonRequest, view_id: UUID) -> HttpResponse:
    """The tickets in it are as they were."""
    actions.delete_view(request.auth, view_id, if_match=request.headers.get("If-Match"))
    return no_content()


__all__ = ["router", "tickets"]
