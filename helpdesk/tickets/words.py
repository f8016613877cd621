"""What of a ticket can be found, and with which weight. Pure."""

from __future__ import annotations

from typing import Protocol

from helpdesk.words.documents import Document

WORDS_OF = frozenset({"title", "description", "tags"})
"""The fields whose change changes what a ticket is found by."""


class HasWords(Protocol):
    """A ticket, of whatever make."""

    number: int
    title: str
    description: str
    tags: list[str]


def document_of(ticket: HasWords) -> Document:
    """What this ticket is found by."""
    return ticket_document(number=ticket.number, title=ticket.title, description=ticket.description, tags=ticket.tags)


def ticket_document(*, number: int, title: str, description: str, tags: list[str]) -> Document:
    """The title (A), number and tags (B), the description (C)."""
    return Document.of([("A", title), ("B", str(number)), *(("B", tag) for tag in tags), ("C", description)])
