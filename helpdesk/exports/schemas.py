"""What the exports' endpoints take and give."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BeforeValidator, ConfigDict, Field

from helpdesk.analytics.schemas import AnyInterval, By, RangeQuery, ZoneName
from helpdesk.audit.schemas import AuditSource
from helpdesk.errors import ValidationFailed
from helpdesk.events.payloads import ExportPayload
from helpdesk.exports.ticket_columns import TicketColumn
from helpdesk.paging import PageMeta, PageQuery
from helpdesk.shapes import Input, Moment, Shape, lower_word
from helpdesk.tickets.filter import TicketFilter, split
from helpdesk.tickets.schemas import FieldName, SortBy
from helpdesk.vocabulary import ExportFormat, ExportKind

TicketColumns = Annotated[list[TicketColumn | FieldName], BeforeValidator(split), Field(max_length=20)]


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


class AuditAsked(Shape):
    """As in `GET /audit`, without its pages."""

    source: AuditSource | None = None
    user_id: UUID | None = None
    ticket_id: UUID | None = None
    type: str | None = Field(None, max_length=60, pattern=r"^[a-z_]+(\.[a-z_]+)?$")
    from_: Moment | None = Field(None, alias="from")
    to: Moment | None = None


class AuditCsvQuery(Told, AuditAsked):
    """The audit as CSV."""


class AnalyticsAsked(RangeQuery):
    """As in `GET /analytics/…`: `report` says which; `interval` is for `series`, `by` for `groups`."""

    report: Literal["overview", "series", "groups", "backlog"] = "overview"
    interval: AnyInterval | None = None
    by: Annotated[By, BeforeValidator(lower_word)] = "agent"


class AnalyticsCsvQuery(AnalyticsAsked):
    """Figures as CSV."""

    separator: Literal["comma", "semicolon"] = "comma"


class TicketPdfQuery(Shape):
    """`notes`: with the internal notes and their files; agents and admins only."""

    notes: bool = False
    time_zone: ZoneName | None = None


class TicketsInBody(TicketsAsked):
    """As in the query of `GET /exports/tickets.csv`, as JSON."""

    model_config = ConfigDict(populate_by_name=False)


class AuditInBody(AuditAsked):
    """As in the query of `GET /exports/audit.csv`, as JSON."""

    model_config = ConfigDict(populate_by_name=False)


class AnalyticsInBody(AnalyticsAsked):
    """As in the query of `GET /exports/analytics.csv`, as JSON."""

    model_config = ConfigDict(populate_by_name=False)


class CreateExport(Input):
    """A file to be made in the background: of `tickets`, `audit` or `analytics`, one of them, asked for as in
    `GET /exports/tickets.csv` and the others. So are `timeZone` and `separator`.
    """

    format: ExportFormat = ExportFormat.CSV
    tickets: TicketsInBody | None = None
    audit: AuditInBody | None = None
    analytics: AnalyticsInBody | None = None
    time_zone: ZoneName | None = None
    separator: Literal["comma", "semicolon"] = "comma"

    @property
    def asked(self) -> tuple[ExportKind, dict[str, Any]]:
        """The kind, and what is kept of the question: what was given, in JSON."""
        ways: dict[ExportKind, Shape | None] = {
            ExportKind.TICKETS: self.tickets,
            ExportKind.AUDIT: self.audit,
            ExportKind.ANALYTICS: self.analytics,
        }
        given = [(kind, way) for kind, way in ways.items() if way is not None]
        if len(given) != 1:
            field = given[1][0].value if given else ExportKind.TICKETS.value
            raise ValidationFailed.of(field, "Give one of tickets, audit, analytics.", "one_of")
        return given[0][0], asked_json(given[0][1])

    @property
    def told(self) -> Told:
        return Told(time_zone=self.time_zone, separator=self.separator)


class ExportList(Shape):
    data: list[ExportPayload]
    meta: PageMeta


class ExportListQuery(PageQuery):
    """Newest first."""


def asked_json(asked: Shape, *, as_: type[Shape] | None = None) -> dict[str, Any]:
    """What was given, in JSON; `as_`: only what that class has of it."""
    names = set(as_.model_fields) if as_ else None
    return asked.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude_none=True, include=names)
