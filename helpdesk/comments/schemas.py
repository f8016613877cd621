"""What the comments' endpoints take and give."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictBool, StringConstraints

from helpdesk.events.payloads import CommentPayload
from helpdesk.paging import PageMeta, PageQuery
from helpdesk.shapes import Input, Seen, Shape

Content = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000), Seen]
SeenSeq = Annotated[int, Field(ge=0, le=2**53 - 1)]


class AddComment(Input):
    """A public reply, or with `isInternal` a note for agents.

    `seenSeq` is the log's seq up to which the writer has read: a reply of somebody else after it makes
    the answer 409 `unseen_replies`. `draftId` is the draft that it was written in, which goes with it.
    """

    content: Content
    is_internal: StrictBool = False
    seen_seq: SeenSeq | None = None
    draft_id: UUID | None = None


class AddCommentTo(AddComment):
    """The flat form: the ticket stands in the body."""

    ticket_id: UUID


class ChangeComment(Input):
    """A new text; `isInternal` may be repeated, never changed."""

    content: Content | None = None
    is_internal: StrictBool | None = None


class CommentListQuery(PageQuery):
    """Comments come oldest first, by default up to 1,000."""

    limit: int = Field(1000, ge=1, le=1000)


class FlatCommentListQuery(CommentListQuery):
    ticket_id: UUID


class CommentList(Shape):
    data: list[CommentPayload]
    meta: PageMeta
