"""What bulk changes take and give."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field, StrictBool

from helpdesk.bulk.rules import MOST_TICKETS
from helpdesk.comments.schemas import Content
from helpdesk.shapes import Input, Shape, lower_word
from helpdesk.tickets.filter import AnyPriority, AnyStatus
from helpdesk.tickets.schemas import FilterInBody, Tags
from helpdesk.vocabulary import TicketPriority, TicketStatus

Version = Annotated[int, Field(strict=True, ge=1, le=2**31 - 1)]


class BulkSet(Input):
    """The fields to set on every ticket; those left out stay."""

    status: AnyStatus = TicketStatus.OPEN
    priority: AnyPriority = TicketPriority.MEDIUM
    assigned_to_id: UUID | None = None
    team_id: UUID | None = None


class BulkComment(Input):
    """The same reply, or note, on every ticket. It is written before the fields are set."""

    content: Content
    is_internal: StrictBool = False


class BulkChange(Input):
    """Which tickets (`ids`, `filter` or `viewId`, one of them; at most 1,000), and what is done to them.

    `delete` stands alone, and is the admins'. A ticket whose version is not the one in `versions` is refused; the
    others go on.
    """

    ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST_TICKETS)] | None = None
    filter: FilterInBody | None = None
    view_id: UUID | None = None
    set_: BulkSet | None = Field(None, alias="set")
    add_tags: Tags = Field(default_factory=list)
    remove_tags: Tags = Field(default_factory=list)
    comment: BulkComment | None = None
    delete: StrictBool = False
    versions: Annotated[dict[UUID, Version], Field(max_length=MOST_TICKETS)] = Field(default_factory=dict)

    @property
    def fields(self) -> dict[str, Any]:
        """The columns to set, by Python name."""
        return self.set_.given() if self.set_ else {}

    @property
    def changes(self) -> bool:
        """Is there anything to do but to delete?"""
        return bool(self.fields or self.add_tags or self.remove_tags or self.comment)


class Refusal(Shape):
    code: str
    message: str
    details: list[dict[str, str]]


class BulkResult(Shape):
    """What became of one ticket. `version` is the one it has now; null where it is deleted or was not found."""

    id: UUID
    number: int | None
    status: Literal["changed", "unchanged", "refused", "not_found"]
    version: int | None
    error: Refusal | None


class BulkMeta(Shape):
    """How many of each."""

    changed: int
    unchanged: int
    refused: int
    not_found: int


class BulkAnswer(Shape):
    """In the order of `ids`; else in the order in which the tickets were made."""

    data: list[BulkResult]
    meta: BulkMeta


class DeleteTeamQuery(Shape):
    """`moveTo`: where its tickets go, another team's id or `none`. Without it only an unused team is deleted."""

    move_to: Annotated[Literal["none"], BeforeValidator(lower_word)] | UUID | None = None
