"""One ticket with all that happened on it, as the API gives it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import Field

from helpdesk.events.payloads import AttachmentPayload, CommentPayload, TicketPayload
from helpdesk.paging import PageMeta
from helpdesk.shapes import Moment, Shape


class EventActor(Shape):
    """Who did it; null where the hub itself did."""

    id: UUID
    name: str


class TimelineItem(Shape):
    """Something that happened to a ticket, from the log."""

    seq: int
    id: UUID
    type: str
    occurred_at: Moment
    actor: EventActor | None
    data: dict[str, Any]
    changes: dict[str, list[Any]] | None = None


class MergedInto(Shape):
    """The ticket that another one forwards to."""

    id: UUID
    number: int


class TicketDetail(TicketPayload):
    """A ticket with its newest comments, attachments (oldest first) and activities (newest first): 100 each at most."""

    merged_into: MergedInto | None = None
    """Where what was said on it stands now, if that is for the reader to see."""
    comments: list[CommentPayload]
    attachments: list[AttachmentPayload]
    activities: list[TimelineItem]


class TimelineQuery(Shape):
    """`cursor` is the seq to go back from, as `nextCursor` gave it."""

    limit: int = Field(100, ge=1, le=100)
    cursor: str | None = Field(None, max_length=20)


class Timeline(Shape):
    data: list[TimelineItem]
    meta: PageMeta
