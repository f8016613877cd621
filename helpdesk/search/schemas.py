"""What the search takes and gives."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from helpdesk.events.payloads import CommentPayload, TicketPayload, UserPayload
from helpdesk.shapes import Shape
from helpdesk.tickets.syntax import LONGEST_QUESTION, understand

Kind = Literal["tickets", "comments", "people"]


def _understood(question: str) -> str:
    understand(question)
    return question


def _split(value: Any) -> Any:
    parts = [value] if isinstance(value, str) else value
    return [part.strip() for one in parts for part in one.split(",")] if isinstance(parts, list) else parts


class SearchQuery(Shape):
    """`q` is what is typed into a search box (docs/search.md). Without `types`: tickets, and for staff people."""

    q: Annotated[str, StringConstraints(max_length=LONGEST_QUESTION), AfterValidator(_understood)]
    types: Annotated[list[Kind], BeforeValidator(_split)] = Field(default_factory=list)
    limit: int = Field(20, ge=1, le=50)


class SnippetPart(Shape):
    """A piece of plain text; `isMatch`: this is what was looked for."""

    text: str
    is_match: bool


class Snippet(Shape):
    """The part of a text that matches. `commentId`: the comment that it is from."""

    field: Literal["title", "description", "comment"]
    comment_id: UUID | None = None
    parts: list[SnippetPart]


class SearchResult(Shape):
    """One of ticket, comment and user, as `type` says. Scores compare within one answer only."""

    type: Literal["ticket", "comment", "user"]
    score: float
    ticket: TicketPayload | None = None
    comment: CommentPayload | None = None
    user: UserPayload | None = None
    snippets: list[Snippet]


class Correction(Shape):
    """A word of `q` that stands nowhere, and the words that were found instead."""

    word: str
    found: list[str]


class SearchMeta(Shape):
    """`hasMore`: more was found than is shown; ask more exactly."""

    limit: int
    has_more: bool
    corrected: list[Correction]


class SearchResults(Shape):
    data: list[SearchResult]
    meta: SearchMeta
