"""What the exports' endpoints take and give."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BeforeValidator, ConfigDict, Field

from helpdesk.analytics.schemas import ZoneName
from helpdesk.events.payloads import ExportPayload
from helpdesk.exports.ticket_columns import TicketColumn
from helpdesk.paging import PageMeta, PageQuery
from helpdesk.shapes import Input, Shape
from helpdesk.tickets.filter import TicketFilter, split
from helpdesk.tickets.schemas import SortBy
from helpdesk.vocabulary import ExportFormat, ExportKind

TicketColumns = Annotated[list[TicketColumn], BeforeValidator(split), Field(max_length=20)]


class Told(Shape):
    """How a file is written. `timeZone`: a name of the IANA database; else the desk's setting, else UTC.

    `separator`: between the cells of CSV; Excel takes the semicolon where a comma stands before decimals.
    """

    time_zone: ZoneName | None = None
    separator: Literal["comma", "semicolon"] = "comma"


class TicketsAsked(TicketFilter):
    """Which tickets, as in `GET /tickets`, in which order and with which columns; without them the usual ones."""

    view: UUID | None = None
    sort_by: SortBy = "createdAt"
    sort_order: Literal["asc", "desc"] = "desc"
    columns: TicketColumns = Field(default_factory=list)


class TicketsCsvQuery(Told, TicketsAsked):
    """Tickets as CSV."""


class TicketPdfQuery(Shape):
    """`notes`: with the internal notes and their files; agents and admins only."""

    notes: bool = False
    time_zone: ZoneName | None = None


class TicketsInBody(TicketsAsked):
    """As in the query of `GET /exports/tickets.csv`, as JSON."""

    model_config = ConfigDict(populate_by_name=False)


class CreateExport(Input):
    """A file to be made in the background: of `tickets`. How it is written is as in `GET /exports/tickets.csv`."""

    format: ExportFormat = ExportFormat.CSV
    tickets: TicketsInBody
    time_zone: ZoneName | None = None
    separator: Literal["comma", "semicolon"] = "comma"

    @property
    def asked(self) -> tuple[ExportKind, dict[str, Any]]:
        """The kind, and what is kept of the question: what was given, in JSON."""
        return ExportKind.TICKETS, asked_json(self.tickets)

    @property
    def told(self) -> Told:
        return Told(time_zone=self.time_zone, separator=self.separator)


class ExportList(Shape):
    data: list[ExportPayload]
    meta: PageMeta


class ExportListQuery(PageQuery):
    """Newest first."""


def asked_json(asked: Shape) -> dict[str, Any]:
    """What was given, in JSON."""
    return asked.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude_none=True)
