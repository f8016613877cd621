"""Is the log what was written? Every row's hash is made again and compared with the chain."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import connection

from helpdesk.clock import rfc3339
from helpdesk.events.chain import Entry, chain_hash
from helpdesk.events.log import REDACTED
from helpdesk.events.rules import Audience
from helpdesk.vocabulary import Floor

PAGE = 1000
_COLUMNS = "seq, id, type, actor, ticket, floor, people, payload, payload_sha256, recorded_at, hash"


@dataclass(frozen=True, slots=True)
class Fault:
    """Where the log is not what was written, and how."""

    seq: int
    what: str


@dataclass(frozen=True, slots=True)
class Part:
    """What was found in the rows `after < seq <= upto`. `is_done`: the last of them is the log's last."""

    after: int
    upto: int
    last_seq: int
    rows: int
    is_done: bool
    faults: list[Fault]


def verify_log() -> tuple[int, list[Fault]]:
    """How many rows were read, and what is wrong with them: gaps, broken links, changed payloads, a wrong head."""
    part = verify_part(after=None, limit=None)
    return part.rows, part.faults


def verify_part(*, after: int | None, limit: int | None) -> Part:
    """A stretch of the log, chained to the row it begins after; None: to what retention left, and to the end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_seq, last_hash, anchor_seq, anchor_hash FROM event_head WHERE id = 1")
        last_seq, last_hash, anchor, anchor_hash = cursor.fetchone()
    begin, before = _begin(after, anchor, bytes(anchor_hash))
    seq, rows, faults = begin, 0, list[Fault]()
    for row in islice(_rows(after=begin), limit):
        rows, expected = rows + 1, seq + 1
        if row["seq"] != expected:
            faults.append(Fault(row["seq"], f"{expected} was expected: rows are missing"))
        seq = row["seq"]
        if _chained(before, row) != bytes(row["hash"]):
            faults.append(Fault(seq, "the row does not fit the chain"))
        if row["payload"] != REDACTED and _sha256(row["payload"]) != bytes(row["payload_sha256"]):
            faults.append(Fault(seq, "the payload was changed"))
        before = bytes(row["hash"])
    is_done = seq >= last_seq or limit is None or rows < limit
    if is_done and (seq, before) != (last_seq, bytes(last_hash)):
        faults.append(Fault(last_seq, "the head does not stand at the last row"))
    return Part(begin, seq, last_seq, rows, is_done, faults)


def _begin(after: int | None, anchor: int, anchor_hash: bytes) -> tuple[int, bytes]:
    """The seq and the hash that the first row is chained to; a row that is gone begins with what is left."""
    if after is not None and after > anchor:
        with connection.cursor() as cursor:
            cursor.execute("SELECT seq, hash FROM event WHERE seq <= %s ORDER BY seq DESC LIMIT 1", [after])
            if found := cursor.fetchone():
                return found[0], bytes(found[1])
    return anchor, anchor_hash


def _rows(*, after: int) -> Iterator[dict[str, Any]]:
    names = _COLUMNS.split(", ")
    while True:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {_COLUMNS} FROM event WHERE seq > %s ORDER BY seq LIMIT {PAGE}", [after])
            page = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1]["seq"]


def _chained(before: bytes, row: dict[str, Any]) -> bytes:
    entry = Entry(
        id=row["id"],
        type=row["type"],
        actor=row["actor"],
        ticket=row["ticket"],
        audience=Audience(Floor(row["floor"]), tuple(row["people"])),
        payload=row["payload"],
        payload_sha256=bytes(row["payload_sha256"]),
    )
    return chain_hash(before, seq=row["seq"], entry=entry, recorded_at=rfc3339(row["recorded_at"]))


def _sha256(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
