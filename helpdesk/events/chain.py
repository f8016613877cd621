"""The chain of the log: each row's hash is made of the hash before and the row, so no row can be changed unseen."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import rfc8785

from helpdesk.events.rules import Audience

NO_HASH = bytes(32)
"""What the first event is chained to."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An event without its seq: what the chain is made of."""

    id: UUID
    type: str
    actor: UUID | None
    ticket: UUID | None
    audience: Audience
    payload: str
    payload_sha256: bytes


def chain_hash(before: bytes, *, seq: int, entry: Entry, recorded_at: str) -> bytes:
    """sha256 over the hash before, then the canonical JSON array of the row without its payload's text."""
    row: list[Any] = [
        seq,
        str(entry.id),
        entry.type,
        str(entry.actor) if entry.actor else None,
        str(entry.ticket) if entry.ticket else None,
        entry.audience.floor.value,
        [str(person) for person in entry.audience.people],
        recorded_at,
        entry.payload_sha256.hex(),
    ]
    return hashlib.sha256(before + rfc8785.dumps(row)).digest()
