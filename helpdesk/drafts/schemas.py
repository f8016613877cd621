"""What the drafts' endpoints take and give."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from helpdesk.paging import PageMeta, PageQuery
from helpdesk.shapes import Input, Moment, Shape
from helpdesk.vocabulary import DraftKind

AsTyped = Annotated[str, StringConstraints(max_length=10_000)]
"""Not trimmed: somebody may be about to type the next word."""
SeenSeq = Annotated[int, Field(ge=0, le=2**53 - 1)]


class SaveDraft(Input):
    """What stands in the box now; nothing but spaces removes the draft.

    `seenSeq` is the log's seq up to which the writer has read (`Hub-Seq`): what came after it is counted in
    `unseenReplies`. Left out, it stays.
    """

    content: AsTyped
    seen_seq: SeenSeq | None = None


class DraftPayload(Shape):
    """One's own unsent reply or note. `unseenReplies`: other people's replies since `seenSeq`, counted to 100."""

    id: UUID
    ticket_id: UUID
    kind: DraftKind
    content: str
    seen_seq: int | None
    unseen_replies: int | None
    version: int
    created_at: Moment
    updated_at: Moment


class DraftList(Shape):
    data: list[DraftPayload]
    meta: PageMeta


class DraftListQuery(PageQuery):
    """The one that was changed last comes first."""


class TicketDrafts(Shape):
    """At most one of each kind."""

    data: list[DraftPayload]
