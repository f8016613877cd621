"""What of a ticket can be found, and with which weight. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from helpdesk.words.documents import Document

WORDS_OF = frozenset({"title", "description", "tags", "customFields"})
"""The fields whose change changes what a ticket is found by."""


class HasWords(Protocol):
    """A ticket, of whatever make."""

    number: int
    title: str
    description: str
    tags: list[str]
    custom_fields: Any


def document_of(ticket: HasWords) -> Document:
    """What this ticket is found by."""
    return ticket_document(
        number=ticket.number,
        title=ticket.title,
        description=ticket.description,
        tags=ticket.tags,
        custom_fields=ticket.custom_fields,
    )


def ticket_document(
    *, number: int, title: str, description: str, tags: list[str], custom_fields: Mapping[str, Any]
) -> Document:
    """The title (A), number and tags (B), the description (C), and the texts of custom fields (D).

    Staff alone look at D (`conditions.py`): which fields are hidden from requesters may change any day.
    """
    return Document.of(
        [
            ("A", title),
            ("B", str(number)),
            *(("B", tag) for tag in tags),
            ("C", description),
            *(("D", text) for text in _texts(custom_fields)),
        ]
    )


def _texts(custom_fields: Mapping[str, Any]) -> Iterator[str]:
    """What is a text to people; days and people's ids are not."""
    for value in custom_fields.values():
        if isinstance(value, str) and not _is_day_or_id(value):
            yield value


def _is_day_or_id(text: str) -> bool:
    for read in (date.fromisoformat, UUID):
        try:
            read(text)
        except ValueError:
            continue
        return True
    return False
