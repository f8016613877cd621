"""`GET /events`: the log for those who cannot use sockets. What asks for an event stream is let in here, then served
by `realtime.sse`."""

from __future__ import annotations

from django.http import HttpResponse
from ninja import Query, Router

from helpdesk.answers import answer
from helpdesk.door import one_unit_of_work
from helpdesk.people.requests import PersonRequest
from realtime.page import EventPage, EventsQuery, read_page

router = Router()
router.add_decorator(one_unit_of_work, mode="view")


@router.get("", operation_id="listEvents", response=EventPage, summary="What happened since")
def list_events(request: PersonRequest, query: Query[EventsQuery]) -> HttpResponse:
    """The socket's events, a page at a time. With `Accept: text/event-stream` they come as they happen."""
    return answer(read_page(request.auth, query))
