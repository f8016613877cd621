"""`/exports`: what the hub holds, as files."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from ninja import Body, Query, Router

from helpdesk.answers import answer, no_content
from helpdesk.attachments.rules import disposition_of
from helpdesk.events.payloads import ExportPayload
from helpdesk.exports import actions, queries
from helpdesk.exports.fonts import require_fonts
from helpdesk.exports.kinds import OPERATIONS
from helpdesk.exports.making import MIME_TYPES
from helpdesk.exports.of_analytics import AnalyticsTable
from helpdesk.exports.of_audit import AuditTable
from helpdesk.exports.of_ticket import get_conversation
from helpdesk.exports.of_tickets import TicketTable
from helpdesk.exports.places import Places
from helpdesk.exports.rules import LINK_LASTS, MOST_DRAWN, MOST_DRAWN_OF_ONE
from helpdesk.exports.schemas import (
    AnalyticsCsvQuery,
    AuditCsvQuery,
    CreateExport,
    ExportList,
    ExportListQuery,
    TicketPdfQuery,
    TicketsCsvQuery,
    Told,
)
from helpdesk.exports.shapes import export_payload
from helpdesk.exports.streams import stream_csv
from helpdesk.exports.tables import Table, zone_for
from helpdesk.exports.writers import foot_of
from helpdesk.objects import store
from helpdesk.people.requests import PersonRequest
from helpdesk.shapes import Shape
from helpdesk.vocabulary import ExportFormat, ExportKind
from helpdesk.work import unit_of_work

router = Router()
network_router = Router()
_drawing = Places(most_of_one=MOST_DRAWN_OF_ONE, most=MOST_DRAWN)
AS_PDF = {
    "responses": {
        200: {
            "description": "The file",
            "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}
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
    return _streamed(request, TicketTable(query), ExportKind.TICKETS, told=query, asked=query)


@router.get(
    "/audit.csv", operation_id="exportAudit", response={200: None}, openapi_extra=AS_CSV, summary="The audit as CSV"
)
def export_audit(request: PersonRequest, query: Query[AuditCsvQuery]) -> HttpResponseBase:
    """What `GET /audit` lists, newest first, while it is read."""
    return _streamed(request, AuditTable(query), ExportKind.AUDIT, told=query, asked=query)


@router.get(
    "/analytics.csv",
    operation_id="exportAnalytics",
    response={200: None},
    openapi_extra=AS_CSV,
    summary="Figures as CSV",
)
def export_analytics(request: PersonRequest, query: Query[AnalyticsCsvQuery]) -> HttpResponseBase:
    """A table of `/analytics`; how long it took is in hours."""
    told = Told(time_zone=query.time_zone, separator=query.separator)
    return _streamed(request, AnalyticsTable(query), ExportKind.ANALYTICS, told=told, asked=query)


def _streamed(request: PersonRequest, table: Table, what: ExportKind, *, told: Told, asked: Shape) -> HttpResponseBase:
    found = stream_csv(request, table, told, operation=OPERATIONS[what])
    actions.note_streamed(request.auth, what=what, format_=ExportFormat.CSV, asked=asked)
    return found


@network_router.get(
    "/tickets/{ticket_id}.pdf",
    operation_id="exportTicket",
    response={200: None},
    openapi_extra=AS_PDF,
    summary="One ticket as PDF",
)
def export_ticket(request: PersonRequest, ticket_id: UUID, query: Query[TicketPdfQuery]) -> HttpResponse:
    """With its conversation and the names of its files; 503 `no_font` where the hub's machine has no fonts."""
    require_fonts()
    zone = zone_for(query.time_zone)
    with unit_of_work():
        conversation = get_conversation(request.auth, ticket_id, notes=query.notes)
        actions.note_streamed(
            request.auth, what=ExportKind.TICKET, format_=ExportFormat.PDF, asked=query, ticketId=str(ticket_id)
        )
    # What draws documents is loaded only where one is drawn.
    from helpdesk.exports.pdf_ticket import TicketPaper

    with _drawing.one_for(request.auth):
        content = TicketPaper(conversation, foot=foot_of(zone), zone=zone).written()
    response = HttpResponse(content, content_type=MIME_TYPES[ExportFormat.PDF])
    response["Content-Disposition"] = disposition_of(f"ticket-{conversation.ticket['number']}.pdf")
    response["Cache-Control"] = "no-store"
    return response


@router.post("", operation_id="createExport", response={201: ExportPayload}, summary="Have a file made")
def create_export(request: PersonRequest, body: Body[CreateExport]) -> HttpResponse:
    """In the background, also of millions of rows. Ask for it until its `status` is `done` or `failed`, or wait for
    `export.finished` on the stream `me`. At most three at once.
    """
    kind, query = body.asked
    export = actions.create_export(request.auth, kind=kind, format_=body.format, query=query, told=body.told)
    return answer(export_payload(export), status=201)


@router.get("", operation_id="listExports", response=ExportList, summary="List one's exports")
def list_exports(request: PersonRequest, query: Query[ExportListQuery]) -> HttpResponse:
    """Newest first, those that have not expired."""
    page = queries.list_exports(request.auth, query)
    rows = [export_payload(export).model_dump(mode="json", by_alias=True) for export in page.rows]
    return answer({"data": rows, "meta": page.meta})


@router.get("/{export_id}", operation_id="getExport", response=ExportPayload, summary="One export")
def get_export(request: PersonRequest, export_id: UUID) -> HttpResponse:
    """How far it is: `rowsDone` of `rowsExpected`."""
    return answer(export_payload(queries.get_export(request.auth, export_id)))


@router.delete("/{export_id}", operation_id="deleteExport", response={204: None}, summary="Give an export up")
def delete_export(request: PersonRequest, export_id: UUID) -> HttpResponse:
    """It is no longer made, or its file is removed."""
    actions.delete_export(request.auth, export_id)
    return no_content()


@network_router.get(
    "/{export_id}/file", operation_id="downloadExport", response={302: None}, summary="Fetch an export's file"
)
def download_export(request: PersonRequest, export_id: UUID) -> HttpResponse:
    """Leads to the object store, by an address that lasts a minute. Whoever asks is looked at each time."""
    store.require_reachable()
    with unit_of_work():
        export = actions.fetch_export(request.auth, export_id)
    address = store.address_to_get(
        export.key,
        mime_type=MIME_TYPES[ExportFormat(export.format)],
        disposition=disposition_of(export.filename),
        lasts=LINK_LASTS,
    )
    return HttpResponseRedirect(address, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
