"""What the tickets' endpoints take and give."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from helpdesk.events.payloads import TicketPayload
from helpdesk.paging import PageMeta, PageQuery
from helpdesk.shapes import Input, Seen, Shape
from helpdesk.tickets.filter import AnyPriority, AnyStatus, TicketFilter
from helpdesk.vocabulary import TicketPriority, TicketStatus

MOST_JSON_BYTES = 16 * 1024
MOST_TAGS = 50


def _small(value: dict[str, Any]) -> dict[str, Any]:
    if len(orjson.dumps(value)) > MOST_JSON_BYTES:
        raise ValueError(f"At most {MOST_JSON_BYTES // 1024} kB of JSON.")
    return value


def _distinct(tags: list[str]) -> list[str]:
    return list(dict.fromkeys(tags))


Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), Seen]
Description = Annotated[str, StringConstraints(strip_whitespace=True, max_length=5000)]
Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50), Seen]
Tags = Annotated[list[Tag], Field(max_length=MOST_TAGS), AfterValidator(_distinct)]
SmallObject = Annotated[dict[str, Any], AfterValidator(_small)]


class CreateTicket(Input):
    """A new ticket. The requester is whoever asks; agents may name another."""

    title: Title
    description: Description = ""
    status: AnyStatus = TicketStatus.OPEN
    priority: AnyPriority = TicketPriority.MEDIUM
    requester_id: UUID | None = None
    assigned_to_id: UUID | None = None
    team_id: UUID | None = None
    tags: Tags = Field(default_factory=list)
    custom_fields: SmallObject = Field(default_factory=dict)
    metadata: SmallObject = Field(default_factory=dict)


class ChangeTicket(Input):
    """The fields to change; those left out stay. Sending a field's present value is no change.

    `customFields` replaces all of them; `setCustomFields` sets those it names, and null takes one away.
    """

    title: Title = ""
    description: Description = ""
    status: AnyStatus = TicketStatus.OPEN
    priority: AnyPriority = TicketPriority.MEDIUM
    requester_id: UUID = UUID(int=0)
    assigned_to_id: UUID | None = None
    team_id: UUID | None = None
    tags: Tags = Field(default_factory=list)
    custom_fields: SmallObject = Field(default_factory=dict)
    set_custom_fields: SmallObject = Field(default_factory=dict)
    metadata: SmallObject = Field(default_factory=dict)


FieldName = Annotated[str, StringConstraints(pattern=r"^field:[A-Za-z_][A-Za-z0-9_.-]{0,39}$")]
"""A custom field where lists are sorted, and have columns: `field:` and its key."""
SortBy = (
    Literal["createdAt", "updatedAt", "number", "title", "status", "priority", "assignedTo", "slaDueAt"] | FieldName
)


class FilterInBody(TicketFilter):
    """The filter of `GET /tickets` as JSON. Only the JSON names are its fields."""

    model_config = ConfigDict(populate_by_name=False)


class TicketListQuery(PageQuery, TicketFilter):
    """Filter, order and place of a list of tickets."""

    sort_by: SortBy = "createdAt"
    sort_order: Literal["asc", "desc"] = "desc"


class TicketList(Shape):
    data: list[TicketPayload]
    meta: PageMeta
