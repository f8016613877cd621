"""What the exports' endpoints take and give."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field

from helpdesk.analytics.schemas import ZoneName
from helpdesk.exports.ticket_columns import TicketColumn
from helpdesk.shapes import Shape
from helpdesk.tickets.filter import TicketFilter, split
from helpdesk.tickets.schemas import SortBy

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
