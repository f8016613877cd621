"""What the views' endpoints take and give."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from helpdesk.events.payloads import ViewPayload
from helpdesk.paging import PageMeta, PageQuery
from helpdesk.shapes import Input, Shape, lower_word
from helpdesk.ticket_views.defaults import COLUMNS
from helpdesk.tickets.schemas import FieldName, FilterInBody, SortBy, TicketListQuery
from helpdesk.vocabulary import ViewVisibility

Column = Literal[
    "number",
    "title",
    "status",
    "priority",
    "requester",
    "createdBy",
    "assignedTo",
    "team",
    "tags",
    "slaDueAt",
    "lastActivityAt",
    "createdAt",
    "updatedAt",
]
AnyColumn = Column | FieldName


def _distinct(columns: list[AnyColumn]) -> list[AnyColumn]:
    return list(dict.fromkeys(columns))


ViewName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Columns = Annotated[list[AnyColumn], Field(min_length=1, max_length=20), AfterValidator(_distinct)]
Position = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
AnyVisibility = Annotated[ViewVisibility, BeforeValidator(lower_word)]
SortOrder = Literal["asc", "desc"]


class CreateView(Input):
    """A new view; one's own unless it says more. `filter` holds the fields of `GET /tickets`; `me` is whoever looks."""

    name: ViewName
    filter: FilterInBody = Field(default_factory=FilterInBody)
    sort_by: SortBy = "createdAt"
    sort_order: SortOrder = "desc"
    columns: Columns = Field(default_factory=lambda: list(COLUMNS))
    visibility: AnyVisibility = ViewVisibility.PRIVATE
    team_id: UUID | None = None
    position: Position | None = None

    def everything(self) -> dict[str, Any]:
        """Every field, by Python name."""
        return {name: getattr(self, name) for name in type(self).model_fields}


class ChangeView(Input):
    """The fields to change; those left out stay. A view that is no team's any more forgets its `teamId`."""

    name: ViewName = ""
    filter: FilterInBody = Field(default_factory=FilterInBody)
    sort_by: SortBy = "createdAt"
    sort_order: SortOrder = "desc"
    columns: Columns = Field(default_factory=list)
    visibility: AnyVisibility = ViewVisibility.PRIVATE
    team_id: UUID | None = None
    position: Position = 0


class ViewList(Shape):
    data: list[ViewPayload]
    meta: PageMeta


class ViewListQuery(PageQuery):
    """Views come in the order of `position`, by default up to 100."""

    limit: int = Field(100, ge=1, le=100)


class ViewCount(Shape):
    """How many tickets stand in a view; beyond 10,000 it is 10,000 and `isCapped`."""

    view_id: UUID
    count: int
    is_capped: bool


class ViewCounts(Shape):
    """Of the first 50 views."""

    data: list[ViewCount]


class QueueQuery(TicketListQuery):
    """`view` adds a saved view's filter to what is asked besides, and its order where none is asked."""

    view: UUID | None = None


def stored_filter(where: FilterInBody) -> dict[str, Any]:
    """What is kept of a filter: the conditions that were given, in JSON."""
    return where.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude_none=True)
