"""From a client's place to now without a seam: every event after the place once, in order, then live.

The subscription is attached and held first, so that nothing new is lost; the replay tells what lies
between the place and the target; then what was held follows. One replay a connection runs at a time,
at the pace of its peer, with one page in memory.
"""

from __future__ import annotations

import asyncio

import structlog
from django.db import Error as DatabaseFailure

from realtime import encoding
from realtime.audience import carries
from realtime.closing import BROKEN, UNAVAILABLE
from realtime.encoding import EncodedRow
from realtime.feed import Feed
from realtime.outbox import OutboxClosed
from realtime.protocol import Since
from realtime.streams import Subscription

PAGE_ROWS = 100

_log = structlog.get_logger(__name__)


async def subscribe(
    feed: Feed, subscription: Subscription, since: Since | None, *, frame_id: str | int | None, turn: asyncio.Lock
) -> None:
    """Attach, answer `subscribed`, and be live: at once, or after a `reset`, or when the replay ends.

    `turn` is the connection's: one replay at a time.
    """
    stream = subscription.key[0]
    if since is None:
        feed.attach(subscription)
        subscription.outbox.push(encoding.subscribed(stream, feed.epoch, feed.cursor, frame_id=frame_id))
        return
    if since.epoch == feed.epoch and since.seq > feed.cursor:
        await feed.catch_up()
    feed.attach(subscription)
    subscription.outbox.push(encoding.subscribed(stream, since.epoch, since.seq, frame_id=frame_id))
    if not feed.holds(since.epoch, since.seq):
        feed.reset(subscription)
        return
    subscription.hold(feed.cursor)
    subscription.replay = asyncio.get_running_loop().create_task(_run(feed, subscription, since.seq, turn))


async def _run(feed: Feed, subscription: Subscription, place: int, turn: asyncio.Lock) -> None:
    try:
        async with turn:
            await _Replay(feed, subscription, place).run()
    except OutboxClosed:
        pass
    except DatabaseFailure:
        _log.warning("replay_without_database", stream=subscription.key[0])
        subscription.outbox.close(UNAVAILABLE)
    except Exception:
        _log.exception("replay_failed", stream=subscription.key[0])
        subscription.outbox.close(BROKEN)


class _Replay:
    """`place`: everything up to it has been told. `prev`: the last event that was."""

    def __init__(self, feed: Feed, subscription: Subscription, place: int) -> None:
        self.feed, self.subscription = feed, subscription
        self.place = self.prev = place
        self.epoch = feed.epoch

    async def run(self) -> None:
        while self.place < self.subscription.target:
            if not await self._tell_from_ring() and not await self._tell_from_log():
                return
        self.subscription.go_live(epoch=self.epoch)
        self.feed.settle(self.subscription)

    async def _tell_from_ring(self) -> bool:
        """Staff only. False: the ring does not reach back so far."""
        if not self.subscription.key[1].role.is_staff:
            return False
        rows = self.feed.ring.after(self.place, PAGE_ROWS)
        if not rows:
            return False
        await self._tell(rows, scanned_to=rows[-1].row.seq)
        await asyncio.sleep(0)
        return True

    async def _tell_from_log(self) -> bool:
        """False: the place is lost, and the client has been told so."""
        taken_back = self.feed.taken_back
        page = await self.feed.log.page_for(
            self.subscription.key, after=self.place, upto=self.subscription.target, limit=PAGE_ROWS
        )
        if page.head.epoch != self.epoch or page.head.anchor_seq > self.place:
            self.feed.reset(self.subscription)
            self.feed.rung.set()
            return False
        if taken_back == self.feed.taken_back:
            await self._tell([EncodedRow(row) for row in page.rows], scanned_to=page.scanned_to)
        return True

    async def _tell(self, rows: list[EncodedRow], *, scanned_to: int) -> None:
        """Send them at the peer's pace. Stops early when a text may have been taken back while it waited."""
        taken_back = self.feed.taken_back
        stream, viewer = self.subscription.key
        for encoded in rows:
            if encoded.row.seq > self.subscription.target:
                self.place = self.subscription.target
                return
            if carries(self.subscription.key, encoded.row):
                await self.subscription.outbox.room()
                if taken_back != self.feed.taken_back:
                    return
                self.subscription.outbox.push(encoded.frame(stream, viewer, prev=self.prev))
                self.prev = encoded.row.seq
            self.place = encoded.row.seq
        self.place = min(scanned_to, self.subscription.target)
