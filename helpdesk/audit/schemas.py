"""What `/audit` takes and gives."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from helpdesk.shapes import Moment, Shape

AuditSource = Literal["log", "access"]


class AuditQuery(Shape):
    """`type` is an event's, as `ticket.deleted`, or the area of several: `ticket`. `to` itself is no part of it."""

    cursor: str | None = Field(None, max_length=2000)
    limit: int = Field(50, ge=1, le=100)
    source: AuditSource | None = None
    user_id: UUID | None = None
    ticket_id: UUID | None = None
    type: str | None = Field(None, max_length=60, pattern=r"^[a-z_]+(\.[a-z_]+)?$")
    from_: Moment | None = Field(None, alias="from")
    to: Moment | None = None


class AuditActor(Shape):
    id: UUID
    name: str


class OriginShape(Shape):
    """From where: forgotten after half a year. `operation` is an `operationId` of this document."""

    client: str | None = None
    operation: str | None = None
    request_id: str | None = None
    api_key_id: UUID | None = None


class AuditEntry(Shape):
    """One thing that happened. `source` `log`: it stands in the chain at `seq`. `access`: counted by the hour.

    `actor` null: the hub itself, or a stranger. `changes` gives `[before, after]` for each field. What was imported
    says when it happened, and stands in the list where it was recorded.
    """

    id: UUID
    source: AuditSource
    type: str
    occurred_at: Moment
    actor: AuditActor | None
    ticket_id: UUID | None
    changes: dict[str, list[Any]] | None
    data: dict[str, Any]
    origin: OriginShape | None
    seq: int | None
    count: int


class AuditMeta(Shape):
    limit: int
    next_cursor: str | None
    has_next_page: bool


class AuditPage(Shape):
    data: list[AuditEntry]
    meta: AuditMeta


class VerificationQuery(Shape):
    """`after`: the `upto` of the answer before; without it the oldest row that retention left is the first."""

    after: int | None = Field(None, ge=0, le=2**53 - 1)


class FaultShape(Shape):
    seq: int
    what: str


class Verification(Shape):
    """A stretch of the chain that was made again: rows `after < seq <= upto`. `isDone`: it reached the head."""

    after: int
    upto: int
    last_seq: int
    rows: int
    is_done: bool
    is_whole: bool
    faults: list[FaultShape]
