"""What the bell brings of a commit that is small and plain: its rows, and where they stand in the chain.

An offer is no second log. Whoever follows the log may take its rows instead of reading them only where they continue
the chain at the reader's own place; otherwise, and of all that is not offered, the log itself is read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from helpdesk.clock import rfc3339
from helpdesk.events.chain import Entry, chain_hash
from helpdesk.events.queries import LogRow
from helpdesk.events.rules import Audience
from helpdesk.vocabulary import Floor

OFFERED = frozenset(
    {
        "ticket.created",
        "ticket.updated",
        "ticket.status_changed",
        "ticket.closed",
        "ticket.assigned",
        "ticket.priority_changed",
        "ticket.linked",
        "ticket.unlinked",
        "ticket.merged",
        "ticket.unmerged",
        "ticket.split",
        "comment.added",
        "comment.updated",
        "attachment.added",
        "attachment.scanned",
        "sla.changed",
        "sla.warned",
        "sla.breached",
    }
)
"""They hold their ticket with the requester that it has then, and take nothing away from anybody.

A commit with any other row is read from the log, and so is what stands around it."""
MOST_ROWS = 8
MOST_BYTES = 32 * 1024
"""Of payload text."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Rows of one commit in their order. `before` and `after`: the hashes that the chain has at both ends."""

    epoch: UUID
    before: bytes
    after: bytes
    rows: tuple[LogRow, ...]

    @property
    def last_seq(self) -> int:
        return self.rows[-1].seq


def offer_of(
    entries: Sequence[Entry], *, epoch: UUID, first_seq: int, before: bytes, after: bytes, recorded_at: datetime
) -> Offer | None:
    """The offer of what has just been written; None where it is to be read."""
    if len(entries) > MOST_ROWS or any(entry.type not in OFFERED for entry in entries):
        return None
    if sum(len(entry.payload.encode()) for entry in entries) > MOST_BYTES:
        return None
    return Offer(epoch, before, after, tuple(_row(first_seq + n, one, recorded_at) for n, one in enumerate(entries)))


def packed(offer: Offer) -> bytes:
    """For other processes."""
    return orjson.dumps([offer.epoch, offer.before.hex(), offer.after.hex(), [_shape(row) for row in offer.rows]])


def unpacked(pack: bytes) -> Offer | None:
    """What another process packed; None where that is not to be read, or its rows do not make its chain."""
    try:
        epoch, before, after, shapes = orjson.loads(pack)
        given = [(shape[0], _entry(*shape[1:8]), datetime.fromisoformat(shape[8])) for shape in shapes]
        offer = Offer(UUID(epoch), bytes.fromhex(before), bytes.fromhex(after), tuple(_row(*one) for one in given))
        end = offer.before
        for seq, entry, recorded_at in given:
            end = chain_hash(end, seq=seq, entry=entry, recorded_at=rfc3339(recorded_at))
    except (ValueError, TypeError, LookupError, AttributeError):
        return None
    return offer if given and end == offer.after else None


def _shape(row: LogRow) -> list[Any]:
    audience = row.audience
    who = [row.id, row.type, row.actor, row.ticket, audience.floor.value, audience.people]
    return [row.seq, *who, row.payload, row.recorded_at.isoformat()]


def _row(seq: int, entry: Entry, recorded_at: datetime) -> LogRow:
    requester = UUID(orjson.loads(entry.payload)["data"]["ticket"]["requesterId"])
    return LogRow(
        seq, entry.id, entry.type, entry.actor, entry.ticket, entry.audience, entry.payload, recorded_at, requester
    )


def _entry(id_: str, type_: str, actor: str | None, ticket: str | None, floor: str, people: Any, text: str) -> Entry:
    return Entry(
        id=UUID(id_),
        type=type_,
        actor=UUID(actor) if actor else None,
        ticket=UUID(ticket) if ticket else None,
        audience=Audience(Floor(floor), tuple(map(UUID, people))),
        payload=text,
        payload_sha256=hashlib.sha256(text.encode()).digest(),
    )
