"""What somebody is found by. Pure."""

from __future__ import annotations

from helpdesk.words.documents import Document


def person_document(*, first_name: str, last_name: str, email: str) -> Document:
    """Their name and their address."""
    return Document.of([("A", f"{first_name} {last_name}"), ("B", email)])
