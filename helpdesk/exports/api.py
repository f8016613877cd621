"""`/exports`: what the hub holds, as files."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from ninja import Query, Router

from helpdesk.exports import actions
from helpdesk.exports.of_tickets import TicketTable
from helpdesk.exports.schemas import TicketsCsvQuery
from helpdesk.exports.streams import stream_csv
from helpdesk.people.requests import PersonRequest
from helpdesk.vocabulary import ExportFormat, ExportKind

router = Router()
AS_CSV = {"responses": {200: {"description": "The file", "content": {"text/csv": {"schema": {"type": "string"}}}}}}


@router.get(
    "/tickets.csv",
    operation_id="exportTickets",
    response={200: None},
    openapi_extra=AS_CSV,
    summary="Tickets as CSV",
)
def export_tickets(request: PersonRequest, query: Query[TicketsCsvQuery]) -> HttpResponseBase:
    """All that the filter picks, however many, while they are read; requesters get their own. Breaks off where the
    right to it is lost meanwhile.
    """
    answer = stream_csv(request, TicketTable(query), query, operation="exportTickets")
    actions.note_streamed(request.auth, what=ExportKind.TICKETS, format_=ExportFormat.CSV, asked=query)
    return answer
