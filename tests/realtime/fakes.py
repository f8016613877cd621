"""A log in memory and a peer that reads at will: what the hub is tried on without database and server."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

import orjson

from helpdesk.clock import now
from helpdesk.events.offers import Offer
from helpdesk.events.queries import Head, LogRow
from helpdesk.events.rules import Audience, Viewer
from helpdesk.vocabulary import Floor, Role
from realtime.audience import Key, carries
from realtime.closing import Ending
from realtime.log_reader import Page
from realtime.wire import Parcel

AGENT = Viewer(UUID(int=1), Role.AGENT)
ADMIN = Viewer(UUID(int=2), Role.ADMIN)
ADA = Viewer(UUID(int=11), Role.REQUESTER)
BOB = Viewer(UUID(int=12), Role.REQUESTER)
TICKET_OF_ADA = UUID(int=101)
TICKET_OF_BOB = UUID(int=102)


@dataclass
class FakeLog:
    """As PostgreSQL would answer, with a turn of the loop before and after each look (`turns`)."""

    rows: list[LogRow] = field(default_factory=list)
    epoch: UUID = field(default_factory=uuid4)
    anchor: int = 0
    first: int = 0
    requester: dict[UUID, UUID] = field(default_factory=lambda: {TICKET_OF_ADA: ADA.id, TICKET_OF_BOB: BOB.id})
    turns: int = 0
    looks: int = 0

    @property
    def last(self) -> int:
        return self.first + len(self.rows)

    def write(
        self,
        type_: str = "ticket.updated",
        *,
        ticket: UUID | None = TICKET_OF_ADA,
        floor: Floor = Floor.AGENT,
        people: Sequence[UUID] | None = None,
        data: dict[str, Any] | None = None,
    ) -> int:
        """Commit a row; by default an ordinary change that its requester sees."""
        seq = self.last + 1
        if people is None:
            people = [self.requester[ticket]] if ticket in self.requester else []
        payload = orjson.dumps({"actor": None, "data": data or {"n": seq}}).decode()
        audience = Audience(floor, tuple(people))
        moment = now()
        self.rows.append(LogRow(seq, UUID(int=seq), type_, None, ticket, audience, payload, moment, None))
        return seq

    def redact(self, seq: int) -> None:
        index = seq - 1 - self.first
        self.rows[index] = replace(self.rows[index], payload='{"redacted":true}')

    def remove_up_to(self, seq: int) -> None:
        """Retention."""
        del self.rows[: seq - self.first]
        self.anchor = self.first = seq

    def restore_to(self, seq: int) -> None:
        """An older state from a backup: the tail is lost, the epoch is another."""
        del self.rows[seq - self.first :]
        self.epoch = uuid4()

    def now(self) -> Head:
        return Head(self.epoch, self.last, self.anchor, self.hash_at(self.last))

    def hash_at(self, seq: int) -> bytes:
        """The chain's: another where the log is another."""
        return hashlib.sha256(f"{self.epoch} {seq}".encode()).digest()

    def offer(self, first: int, last: int) -> Offer:
        """As if these rows had been one commit."""
        rows = tuple(self._read(first - 1, last))
        return Offer(self.epoch, self.hash_at(first - 1), self.hash_at(last), rows)

    async def _turn(self) -> None:
        for _ in range(self.turns):
            await asyncio.sleep(0)

    def _read(self, after: int, upto: int) -> list[LogRow]:
        return [
            replace(row, requester_now=self.requester.get(row.ticket) if row.ticket else None)
            for row in self.rows
            if after < row.seq <= upto
        ]

    async def head(self) -> Head:
        await self._turn()
        return self.now()

    async def page(self, *, after: int, limit: int) -> Page:
        self.looks += 1
        await self._turn()
        rows = self._read(after, self.last)[:limit]
        page = Page(rows, rows[-1].seq if rows else after, self.now())
        await self._turn()
        return page

    async def page_for(self, key: Key, *, after: int, upto: int, limit: int) -> Page:
        self.looks += 1
        await self._turn()
        rows = [row for row in self._read(after, upto) if carries(key, row)][:limit]
        page = Page(rows, rows[-1].seq if len(rows) == limit else upto, self.now())
        await self._turn()
        return page


class FakeWire:
    """A peer that takes frames while `reads` is set."""

    def __init__(self, *, fast: bool = True) -> None:
        self.got: list[dict[str, Any]] = []
        self.writes = 0
        self.last: Parcel | None = None
        self.ending: Ending | None = None
        self.reads = asyncio.Event()
        self.reads.set()
        self.fast = fast

    def try_write(self, parcel: Parcel) -> bool:
        if not self.fast or not self.reads.is_set():
            return False
        self._get(parcel)
        return True

    def portions(self, parcel: Parcel) -> Sequence[Parcel]:
        return (parcel,) if self.fast else parcel.frames

    async def write(self, portion: Parcel) -> None:
        await self.reads.wait()
        self._get(portion)

    def close(self, ending: Ending, last: Sequence[Parcel]) -> None:
        if self.reads.is_set():
            for parcel in last:
                self._get(parcel)
        self.ending = ending

    def _get(self, parcel: Parcel) -> None:
        self.writes += 1
        self.last = parcel
        self.got.extend(orjson.loads(frame.text) for frame in parcel.frames)


async def settle(turns: int = 200) -> None:
    """Let everything that can go on go on."""
    for _ in range(turns):
        await asyncio.sleep(0)
