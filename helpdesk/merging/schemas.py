"""What the endpoints of merging and splitting take and give."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StrictBool

from helpdesk.merging.rules import MOST_SPLIT
from helpdesk.shapes import Input, Moment, Shape
from helpdesk.tickets.schemas import Title


def _distinct(ids: list[UUID]) -> list[UUID]:
    return list(dict.fromkeys(ids))


class MergeTicket(Input):
    """`intoId`: where the conversation goes. `isConfirmed`: the other's requester may read it, too."""

    into_id: UUID
    is_confirmed: StrictBool = False


class SplitTicket(Input):
    """The comments that go to a new ticket of the same requester, and what it is called."""

    comment_ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST_SPLIT), AfterValidator(_distinct)]
    title: Title


class Merge(Shape):
    """One ticket that was merged into another."""

    id: UUID
    number: int
    merged_at: Moment
    undone_until: Moment
    """From then on it stays merged."""


class TicketMerges(Shape):
    """Where this ticket forwards to, and what was merged into it."""

    into: Merge | None
    merged: list[Merge]
