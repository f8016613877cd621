"""One tenant's log, read once for all sockets of this process and handed to the channels, row by row.

The place in the log (`cursor`) and what the channels have been told move together, without an await
between: so whoever subscribes between two rows has exactly one place.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

from helpdesk.events.queries import Head, LogRow
from helpdesk.events.rules import FAREWELLS
from realtime import encoding
from realtime.audience import Key, keys_of
from realtime.encoding import EncodedRow
from realtime.log_reader import LogReader, Page
from realtime.protocol import Unsubscribed, ticket_of
from realtime.ring import Ring, takes_back
from realtime.streams import Channel, Subscription

PAGE_ROWS = 500
HANDED_OUT_BETWEEN_BREATHS = 500
BYTES_BETWEEN_BREATHS = 32 * 1024
"""After so many frames, or so many bytes for each reader, the loop gets its turn: uvloop writes at the end of a turn,
and a burst that was held back by ourselves must not make a quick reader look slow."""


async def nobody_looks(_: list[LogRow]) -> None:
    """Where nobody minds who is still here."""


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
        self.anchor = 0
        self.taken_back = 0
        """Counts the rows that may have redacted earlier ones: a replay looks whether it has moved."""
        self.ring = Ring(0)
        self.channels: dict[Key, Channel] = {}
        self._on_people_changed, self._on_ended = on_people_changed, on_ended
        self._people: list[LogRow] = []
        """Rows about people, until it has been looked who of them is still here."""
        self._reading = asyncio.Lock()
        self._since_breath = 0
        self._bytes_since_breath = 0

    async def start(self) -> None:
        """Begin at the end of the log."""
        self._begin_at(await self.log.head())

    def wake(self, seq: int) -> None:
        """A bell: there may be rows up to `seq`."""
        if seq > self.cursor:
            self.rung.set()

    async def catch_up(self) -> None:
        """Read until the log has nothing new. Whatever was committed before this call has been handed out after it."""
        async with self._reading:
            while True:
                await self._look_at_people()
                page = await self.log.page(after=self.cursor, limit=PAGE_ROWS)
                if self._is_broken(page):
                    self._reset(page.head)
                    return
                self.anchor = page.head.anchor_seq
                for row in page.rows:
                    self._hand_out(EncodedRow(row))
                    await self._look_at_people()
                    await self._breathe()
                if self.cursor >= page.head.last_seq or not page.rows:
                    return

    def attach(self, subscription: Subscription) -> None:
        """From now on it gets what its channel carries."""
        channel = self.channels.get(subscription.key)
        if channel is None:
            channel = self.channels[subscription.key] = Channel(subscription.key, self.cursor)
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
        subscription.start_anew(encoding.reset(subscription.key[0], self.epoch, self.cursor))

    def settle(self, subscription: Subscription) -> None:
        """End it if its ticket has gone and it has been told everything."""
        if subscription.parting and subscription.is_live:
            self.detach(subscription)
            subscription.outbox.push(encoding.frame_of(Unsubscribed(stream=subscription.key[0])))
            self._on_ended(subscription)

    def sync(self) -> None:
        """The beat: everybody learns how far they have come."""
        for channel in self.channels.values():
            channel.sync(self.epoch, self.cursor)

    def _hand_out(self, encoded: EncodedRow) -> None:
        row = encoded.row
        self.cursor = row.seq
        self._bytes_since_breath += len(row.payload)
        if takes_back(row):
            self.taken_back += 1
            self.ring.forget(row.seq - 1)
        self.ring.append(encoded)
        for key in keys_of(row):
            channel = self.channels.get(key)
            if channel is not None:
                self._since_breath += channel.deliver(encoded)
                if row.type in FAREWELLS and ticket_of(key[0]):
                    self._end(channel)
        if row.type.startswith(("user.", "api_key.")):
            self._people.append(row)

    async def _look_at_people(self) -> None:
        """Before the next row. Where it fails, it is done first when the log is read again."""
        if self._people:
            await self._on_people_changed(self._people)
            self._people = []

    def _end(self, channel: Channel) -> None:
        """The ticket is gone for this audience: after the farewell its own stream ends. A held one replays first."""
        for subscription in list(channel.subscriptions):
            subscription.parting = True
            self.settle(subscription)

    async def _breathe(self) -> None:
        if self._since_breath >= HANDED_OUT_BETWEEN_BREATHS or self._bytes_since_breath >= BYTES_BETWEEN_BREATHS:
            self._since_breath = self._bytes_since_breath = 0
            await asyncio.sleep(0)

    def _is_broken(self, page: Page) -> bool:
        """Is this another log, a shorter one, or one whose next rows are gone? (It has no gaps of its own.)"""
        if page.head.epoch != self.epoch or page.head.last_seq < self.cursor:
            return True
        if page.rows:
            return page.rows[0].seq != self.cursor + 1
        return page.head.anchor_seq > self.cursor

    def _begin_at(self, head: Head) -> None:
        self.epoch, self.cursor, self.anchor = head.epoch, head.last_seq, head.anchor_seq
        self.ring.forget(head.last_seq)

    def _reset(self, head: Head) -> None:
        self._begin_at(head)
        for channel in self.channels.values():
            channel.reset(self.epoch, self.cursor)
