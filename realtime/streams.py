"""Channels and the subscriptions to them. A channel is a (stream, audience class) of one tenant.

Rows that are read together leave as one bundle: its bytes are made once a channel, and a socket gets them in one write.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Protocol
from uuid import UUID

from helpdesk.meters import FRAMES
from realtime import encoding
from realtime.audience import Key
from realtime.encoding import EncodedRow
from realtime.outbox import Outbox
from realtime.wire import Frame, Parcel, bundle

MOST_HELD_BYTES = 64 * 1024


def batches(subscriptions: Sequence[Subscription], size: int) -> Iterator[Sequence[Subscription]]:
    """So many at a time."""
    for begin in range(0, len(subscriptions), size):
        yield subscriptions[begin : begin + size]


class Owner(Protocol):
    """Whoever subscribed, and is told when the stream ends."""

    def forget(self, subscription: Subscription) -> None: ...


class Subscription:
    """One connection's place on one stream: live, or held back while its replay runs."""

    __slots__ = ("_bytes", "_held", "key", "outbox", "owner", "parting", "place", "replay", "target")

    def __init__(self, key: Key, outbox: Outbox, *, owner: Owner | None = None) -> None:
        self.key = key
        self.owner = owner
        self.outbox = outbox
        self.place = 0
        """Where it began, or began anew: what ends there or before is not for it."""
        self.target = 0
        """While held: the seq up to which the replay tells; what comes after is held."""
        self.parting = False
        """The ticket has gone for this audience: the stream ends when everything has been told."""
        self.replay: asyncio.Task[None] | None = None
        self._held: list[Parcel] | None = None
        self._bytes = 0

    @property
    def is_live(self) -> bool:
        return self._held is None

    def hold(self, target: int) -> None:
        """Live frames wait until the replay has told everything up to `target`, the feed's cursor now."""
        self.target, self._held, self._bytes = target, [], 0

    def take(self, seq: int, parcel: Parcel) -> None:
        """What is live, up to `seq`. Too much to hold is not held: then the replay goes on up to it instead."""
        if seq <= self.place:
            return
        if self._held is None:
            self.outbox.push(parcel)
            return
        self._held.append(parcel)
        self._bytes += len(parcel)
        if self._bytes > MOST_HELD_BYTES:
            self.hold(seq)

    def go_live(self, *, epoch: UUID) -> None:
        """The replay has told everything up to the target: say so, hand out what was held, be live."""
        held, self._held, self.replay = self._held or [], None, None
        self.outbox.push(encoding.synced(self.key[0], epoch, self.target))
        for parcel in held:
            self.outbox.push(parcel)

    def start_anew(self, seq: int, frame: Frame) -> None:
        """A reset: whatever was held or being replayed is void, and it is live from `seq` on, after this frame."""
        self.stop()
        self._held = None
        self.place = seq
        self.outbox.push(frame)

    def stop(self) -> None:
        """No replay runs any more."""
        replay, self.replay = self.replay, None
        if replay is not None and replay is not asyncio.current_task():
            replay.cancel()


class Channel:
    """Those who get the same frames. `last` is the seq of the last event that it carried, or of its begin."""

    __slots__ = ("_gathered", "key", "last", "subscriptions", "under_way")

    def __init__(self, key: Key, last: int) -> None:
        self.key = key
        self.last = last
        self.subscriptions: dict[Subscription, None] = {}
        self.under_way = False
        """Some have been handed what others are still to get."""
        self._gathered: list[Frame] = []

    def gather(self, encoded: EncodedRow) -> None:
        """Put the row, encoded once, into the next bundle."""
        stream, viewer = self.key
        self._gathered.append(encoded.frame(stream, viewer, prev=self.last))
        self.last = encoded.row.seq

    def depart(self, seq: int, *, farewell: bool) -> Delivery:
        """Send what was gathered to everybody who is here now. `seq`: how far the log has been read."""
        gathered, self._gathered = self._gathered, []
        self.under_way = True
        return Delivery(self, seq, bundle(gathered), farewell=farewell)

    def sync(self, epoch: UUID, seq: int, some: Sequence[Subscription]) -> None:
        """Tell those of them that are live that there is nothing up to `seq` that they have not got.

        While a bundle is under way they learn it from that.
        """
        if self.under_way:
            return
        frame = encoding.synced(self.key[0], epoch, seq)
        for subscription in some:
            if subscription.is_live and subscription in self.subscriptions:
                subscription.outbox.push(frame)

    def reset(self, epoch: UUID, seq: int) -> None:
        self.last = seq
        frame = encoding.reset(self.key[0], epoch, seq)
        for subscription in self.subscriptions:
            subscription.start_anew(seq, frame)


class Delivery:
    """A bundle on its way to those who were on its channel when it departed; who has left meanwhile is passed over."""

    __slots__ = ("_bundle", "_seq", "_served", "channel", "farewell", "readers")

    def __init__(self, channel: Channel, seq: int, parcel: Parcel, *, farewell: bool) -> None:
        self.channel = channel
        self.farewell = farewell
        """The stream ends with this bundle."""
        self.readers = tuple(channel.subscriptions)
        self._served = 0
        self._seq, self._bundle = seq, parcel

    @property
    def is_done(self) -> bool:
        return self._served >= len(self.readers)

    def hand_on(self, count: int) -> None:
        """Hand it to so many more."""
        here, seq, parcel = self.channel.subscriptions, self._seq, self._bundle
        some = self.readers[self._served : self._served + count]
        self._served += count
        FRAMES.inc(len(some) * len(parcel.frames))
        for subscription in some:
            if subscription in here:
                subscription.take(seq, parcel)
        self.channel.under_way = not self.is_done
