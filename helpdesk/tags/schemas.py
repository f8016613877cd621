"""What the endpoints of tags take and give."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from helpdesk.shapes import Input, Shape
from helpdesk.tickets.schemas import Tag


class TagListQuery(Shape):
    """`q`: what tags begin with, in any case. The most used first."""

    q: Annotated[str, StringConstraints(strip_whitespace=True, max_length=50)] = ""
    limit: int = Field(100, ge=1, le=1000)


class TagCount(Shape):
    """A tag, and how many tickets have it."""

    tag: str
    count: int


class TagListMeta(Shape):
    limit: int
    has_more: bool


class TagList(Shape):
    data: list[TagCount]
    meta: TagListMeta


class RenameTags(Input):
    """These tags become `to` on every ticket; one is renamed, several are merged. `to` may be there already."""

    tags: Annotated[list[Tag], Field(min_length=1, max_length=50)]
    to: Tag


class TagsRenamedAnswer(Shape):
    """How many tickets have been changed; the others follow soon where it is not done."""

    changed: int
    is_done: bool
