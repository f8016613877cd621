"""Each kind of export: what asks for it, which operation it needs the right to, and the table that it is read from."""

from __future__ import annotations

from typing import Any

from helpdesk.exports.of_analytics import AnalyticsTable
from helpdesk.exports.of_audit import AuditTable
from helpdesk.exports.of_tickets import TicketTable
from helpdesk.exports.schemas import AnalyticsAsked, AuditAsked, TicketsAsked
from helpdesk.exports.tables import Table
from helpdesk.vocabulary import ExportKind

OPERATIONS: dict[ExportKind, str] = {
    ExportKind.TICKETS: "exportTickets",
    ExportKind.TICKET: "exportTicket",
    ExportKind.AUDIT: "exportAudit",
    ExportKind.ANALYTICS: "exportAnalytics",
}
"""Who may not do this in person gets no file of it either."""


def table_of(kind: ExportKind, query: dict[str, Any]) -> Table:
    """As it was asked for; `query` is what was kept of the question."""
    match kind:
        case ExportKind.TICKETS:
            return TicketTable(TicketsAsked.model_validate(query))
        case ExportKind.AUDIT:
            return AuditTable(AuditAsked.model_validate(query))
        case ExportKind.ANALYTICS:
            return AnalyticsTable(AnalyticsAsked.model_validate(query))
        case ExportKind.TICKET:  # no table: it is made while one waits
            raise ValueError(kind)
