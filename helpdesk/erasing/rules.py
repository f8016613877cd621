"""What is left of a person who was erased, and what may be chosen. Pure."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

FIRST_NAME, LAST_NAME = "Erased", "person"
NAME = f"{FIRST_NAME} {LAST_NAME}"
TEXT = "[erased]"
"""Stands where something of theirs was said, and for the title of what they asked."""
DOMAIN = "erased.invalid"
"""A name that never resolves (RFC 2606)."""
ROWS_AT_ONCE = 5_000
"""Of the log, in one transaction."""

Texts = Literal["erase", "keep"]
"""Of what they wrote: comments, descriptions, files."""
Tickets = Literal["keep", "erase"]
"""Of the tickets that they are the requester of, with all that others said there."""


def address_of(person_id: UUID) -> str:
    """What stands in place of their address: nobody's, and of one form for all."""
    return f"erased-{person_id.hex}@{DOMAIN}"


def is_erased(email: str) -> bool:
    return email.endswith(f"@{DOMAIN}")
