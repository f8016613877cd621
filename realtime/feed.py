"""One tenant's log, read once for all sockets of this process and handed to the channels, a few rows at a time.

The place in the log (`cursor`) moves over those rows, and the bundle of their frames departs to those who are on the
channel then, without an await between: whoever subscribes later begins behind these rows, and a bundle that ends where
a subscription began is not for it. The handing over takes its time, a slice each turn of the loop, so that thousands of
sockets hold nobody up; the next rows are taken up when everybody has been handed these (ADR 0020).
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol
from uuid import UUID

from helpdesk.clock import now
from helpdesk.events.offers import Offer
from helpdesk.events.queries import Head, LogRow
from helpdesk.events.rules import FAREWELLS
from helpdesk.meters import BELL_LAG, SLICES
from realtime import encoding
from realtime.audience import Key, desk_keys_of, keys_of
from realtime.encoding import EncodedRow
from realtime.log_reader import LogReader, Page
from realtime.offered import MOST_OFFERS, Offered
from realtime.protocol import Unsubscribed, ticket_of
from realtime.ring import Ring, takes_back
from realtime.streams import Channel, Delivery, Subscription, batches

PAGE_ROWS = 500
BUNDLE_BYTES = 48 * 1024
"""A bundle ends after so much: it stays below what a socket takes at once, or a quick reader would look slow."""
SLICE_S = 0.003
"""So long a delivery keeps the loop for itself; then others have their turn."""
HANDED_OVER_BETWEEN_LOOKS = 32
"""At the clock."""


async def nobody_looks(_: list[LogRow]) -> None:
    """Where nobody minds who is still here."""


class Audience(Protocol):
    """Others than channels who follow the log."""

    def see(self, encoded: EncodedRow) -> None:
        """The next row."""
        ...

    def begin_anew(self) -> None:
        """The log is another one, or rows of it are lost; the feed is at its end."""
        ...

    async def sync(self) -> None:
        """The beat."""
        ...


class Feed:
    """See the module. All of it belongs to one event loop."""

    def __init__(
        self,
        log: LogReader,
        *,
        on_people_changed: Callable[[list[LogRow]], Awaitable[None]] = nobody_looks,
        on_ended: Callable[[Subscription], None] = lambda _: None,
    ) -> None:
        """`on_people_changed` is waited for before any later row is handed out: what somebody may no longer read
        is not told to them. `on_ended` hears of subscriptions that the feed ended: a ticket has gone.
        """
        self.log = log
        self.rung = asyncio.Event()
        self.epoch = UUID(int=0)
        self.cursor = 0
        self._recorded_at = now()
        self.anchor = 0
        self._chain: bytes | None = None
        """The hash of the row at `cursor`; None where it is not known."""
        self._offered = Offered()
        self.taken_back = 0
        """Counts the rows that may have redacted earlier ones: a replay looks whether it has moved."""
        self.farewells = 0
        """Counts the rows that end streams: whoever was asking meanwhile whether to follow one asks again."""
        self.ring = Ring(0)
        self.channels: dict[Key, Channel] = {}
        self.audiences: list[Audience] = []
        self._on_people_changed, self._on_ended = on_people_changed, on_ended
        self._people: list[LogRow] = []
        """Rows about people, until it has been looked who of them is still here."""
        self._reading = asyncio.Lock()
        self._gathered: dict[Channel, None] = {}
        self._gathered_bytes = 0
        self._ending: set[Channel] = set()
        """Those among the gathered whose last row is a farewell."""
        self._under_way: deque[Delivery] = deque()
        self._slice_ends = 0.0

    async def start(self) -> None:
        """Begin at the end of the log."""
        self._begin_at(await self.log.head())

    def wake(self, seq: int, offers: Sequence[Offer] = ()) -> None:
        """A bell: there may be rows up to `seq`, and these are offered."""
        self._offered.hear(seq, offers)
        if seq > self.cursor:
            self.rung.set()

    async def follow(self) -> None:
        """After a bell: what it brought is handed out where it fits, and the log is read only for the rest."""
        taken = 0
        async with self._reading:
            await self._hand_over()
            while taken < MOST_OFFERS and not self._people and (offer := self._next_offer()):
                await self._take(offer.rows, upto=offer.after)
                taken += 1
        if not taken or self._people or self._offered.newest > self.cursor:
            await self.catch_up()

    async def catch_up(self) -> None:
        """Read until the log has nothing new. Whatever was committed before this call has been handed out after it."""
        async with self._reading:
            await self._hand_over()
            while True:
                await self._look_at_people()
                page = await self.log.page(after=self.cursor, limit=PAGE_ROWS)
                if self._is_broken(page):
                    self._reset(page.head)
                    return
                self.anchor = page.head.anchor_seq
                is_last = page.scanned_to >= page.head.last_seq
                await self._take(page.rows, upto=page.head.last_hash if is_last else None)
                if is_last or not page.rows:
                    return

    def attach(self, subscription: Subscription) -> None:
        """From now on it gets what its channel carries."""
        channel = self.channels.get(subscription.key)
        if channel is None:
            channel = self.channels[subscription.key] = Channel(subscription.key, self.cursor)
        subscription.place = self.cursor
        channel.subscriptions[subscription] = None

    def detach(self, subscription: Subscription) -> None:
        subscription.stop()
        channel = self.channels.get(subscription.key)
        if channel is None:
            return
        channel.subscriptions.pop(subscription, None)
        if not channel.subscriptions:
            del self.channels[subscription.key]

    def holds(self, epoch: UUID, seq: int) -> bool:
        """Can everything after this place still be told?"""
        return epoch == self.epoch and self.anchor <= seq <= self.cursor

    def reset(self, subscription: Subscription) -> None:
        """Its place is lost: it goes on from here."""
        subscription.start_anew(self.cursor, encoding.reset(subscription.key[0], self.epoch, self.cursor))

    def settle(self, subscription: Subscription) -> None:
        """End it if its ticket has gone and it has been told everything."""
        if subscription.parting and subscription.is_live:
            self.detach(subscription)
            subscription.outbox.push(encoding.frame_of(Unsubscribed(stream=subscription.key[0])))
            self._on_ended(subscription)

    async def sync(self) -> None:
        """The beat: everybody learns how far they have come, a slice a turn, each as it is then."""
        slice_ends = time.perf_counter() + SLICE_S
        for channel in list(self.channels.values()):
            for some in batches(list(channel.subscriptions), HANDED_OVER_BETWEEN_LOOKS):
                channel.sync(self.epoch, self.cursor, some)
                if time.perf_counter() >= slice_ends:
                    await asyncio.sleep(0)
                    slice_ends = time.perf_counter() + SLICE_S
        for audience in self.audiences:
            await audience.sync()

    def _next_offer(self) -> Offer | None:
        return self._offered.next_after(self.cursor, epoch=self.epoch, chain=self._chain)

    async def _take(self, rows: Sequence[LogRow], *, upto: bytes | None) -> None:
        """Hand these rows out, the next in the log. `upto`: the chain's hash at the last of them, where it is known."""
        self._chain = None
        self._begin_slice()
        for row in rows:
            self._take_up(EncodedRow(row))
            if self._ending or self._people or self._gathered_bytes >= BUNDLE_BYTES:
                await self._hand_out()
                await self._look_at_people()
                await self._breathe()
        await self._hand_out()
        self._chain = upto

    def _take_up(self, encoded: EncodedRow) -> None:
        """Move the place over this row, and gather its frames. No await may stand between this and `_hand_out`."""
        row = encoded.row
        self.cursor, self._recorded_at = row.seq, row.recorded_at
        self._gathered_bytes += len(row.payload)
        if takes_back(row):
            self.taken_back += 1
            self.ring.forget(row.seq - 1)
        self.farewells += row.type in FAREWELLS
        self.ring.append(encoded)
        for key in (*keys_of(row), *desk_keys_of(row, self.channels)):
            channel = self.channels.get(key)
            if channel is not None:
                channel.gather(encoded)
                self._gathered[channel] = None
                if row.type in FAREWELLS and ticket_of(key[0]):
                    self._ending.add(channel)
        for audience in self.audiences:
            audience.see(encoded)
        if row.type.startswith(("user.", "api_key.")):
            self._people.append(row)

    async def _look_at_people(self) -> None:
        """Before the next row. Where it fails, it is done first when the log is read again."""
        if self._people:
            await self._on_people_changed(self._people)
            self._people = []

    async def _hand_out(self) -> None:
        """Let what was gathered depart, and hand it over."""
        self._under_way.extend(
            channel.depart(self.cursor, farewell=channel in self._ending) for channel in self._gathered
        )
        self._gathered.clear()
        self._ending.clear()
        self._gathered_bytes = 0
        if self._under_way:
            await self._hand_over()
            BELL_LAG.observe(max(0.0, (now() - self._recorded_at).total_seconds()))

    async def _hand_over(self) -> None:
        """What a cancelled reading has left under way is still here: the next one goes on with it."""
        while self._under_way:
            delivery = self._under_way[0]
            while not delivery.is_done:
                if time.perf_counter() >= self._slice_ends:
                    await self._breathe()
                delivery.hand_on(HANDED_OVER_BETWEEN_LOOKS)
            self._under_way.popleft()
            if delivery.farewell:
                self._end(delivery)

    def _end(self, delivery: Delivery) -> None:
        """The ticket is gone for this audience: after the farewell its own stream ends. A held one replays first."""
        for subscription in delivery.readers:
            if subscription in delivery.channel.subscriptions:
                subscription.parting = True
                self.settle(subscription)

    async def _breathe(self) -> None:
        """Others have their turn, peers too: what waits for ourselves must not make a quick reader look slow."""
        await asyncio.sleep(0)
        self._begin_slice()

    def _begin_slice(self) -> None:
        SLICES.inc()
        self._slice_ends = time.perf_counter() + SLICE_S

    def _is_broken(self, page: Page) -> bool:
        """Is this another log, a shorter one, or one whose next rows are gone? (It has no gaps of its own.)"""
        if page.head.epoch != self.epoch or page.head.last_seq < self.cursor:
            return True
        if page.rows:
            return page.rows[0].seq != self.cursor + 1
        is_other = page.head.last_seq == self.cursor and self._chain not in (None, page.head.last_hash)
        return is_other or page.head.anchor_seq > self.cursor

    def _begin_at(self, head: Head) -> None:
        self.epoch, self.cursor, self.anchor = head.epoch, head.last_seq, head.anchor_seq
        self._chain = head.last_hash
        self._offered = Offered()
        self.ring.forget(head.last_seq)

    def _reset(self, head: Head) -> None:
        self._begin_at(head)
        for channel in self.channels.values():
            channel.reset(self.epoch, self.cursor)
        for audience in self.audiences:
            audience.begin_anew()
