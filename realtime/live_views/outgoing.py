"""The frames of one live view on their way to its readers.

What is told within one turn of the loop leaves as one bundle a stream, one write a socket; a bundle for many is handed
over in slices. Who comes while one is under way is not among its readers: their window holds it already.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from uuid import UUID

from realtime import encoding
from realtime.streams import Subscription, batches
from realtime.wire import Frame, Parcel, bundle

BUNDLE_BYTES = 48 * 1024
"""A bundle ends after so much: it stays below what a socket takes at once."""
SYNCED_A_TURN = 100


class _Stream:
    __slots__ = ("bytes", "gathered", "readers", "seq")

    def __init__(self) -> None:
        self.readers: dict[Subscription, None] = {}
        self.gathered: list[Frame] = []
        self.bytes = self.seq = 0


class _Delivery:
    __slots__ = ("parcel", "passed_over", "readers", "seq")

    def __init__(self, seq: int, parcel: Parcel, readers: list[Subscription]) -> None:
        self.seq, self.parcel, self.readers = seq, parcel, readers
        self.passed_over = set[Subscription]()


class Outgoing:
    """`on_news` hears that there is something to hand on."""

    def __init__(self, on_news: Callable[[Outgoing], None]) -> None:
        self._on_news = on_news
        self._streams: dict[str, _Stream] = {}
        self._under_way: deque[_Delivery] = deque()

    @property
    def has_readers(self) -> bool:
        return bool(self._streams)

    @property
    def is_idle(self) -> bool:
        """Has everybody got everything that was told?"""
        return not self._under_way and not any(stream.gathered for stream in self._streams.values())

    def attach(self, subscription: Subscription) -> None:
        """From now on it gets what is told."""
        stream = self._streams.setdefault(subscription.key[0], _Stream())
        self._depart(stream)
        stream.readers[subscription] = None

    def detach(self, subscription: Subscription) -> None:
        """It gets nothing more, nor what is under way."""
        name = subscription.key[0]
        stream = self._streams.get(name)
        if stream is None or subscription not in stream.readers:
            return
        for delivery in self._under_way:
            delivery.passed_over.add(subscription)
        del stream.readers[subscription]
        if not stream.readers:
            del self._streams[name]

    def detach_all(self) -> list[Subscription]:
        """Says who there was."""
        readers = [subscription for stream in self._streams.values() for subscription in stream.readers]
        self._streams.clear()
        self._under_way.clear()
        return readers

    def tell(self, seq: int, frame_for: Callable[[str], Frame]) -> None:
        """`frame_for` makes the frame for a stream of this name."""
        for name, stream in self._streams.items():
            frame = frame_for(name)
            if stream.bytes + len(frame) > BUNDLE_BYTES:
                self._depart(stream)
            stream.gathered.append(frame)
            stream.bytes += len(frame)
            stream.seq = seq
        if self._streams:
            self._on_news(self)

    async def sync(self, place: Callable[[], tuple[UUID, int]]) -> None:
        """Tell all that are live that there is nothing up to the place that they have not got; else what comes does.

        A slice a turn; `place` says the epoch and the seq as they are then.
        """
        for name, stream in list(self._streams.items()):
            for some in batches(list(stream.readers), SYNCED_A_TURN):
                if not self.is_idle:
                    return
                frame = encoding.synced(name, *place())
                for subscription in some:
                    if subscription.is_live and subscription in stream.readers:
                        subscription.outbox.push(frame)
                await asyncio.sleep(0)

    def hand_on(self, count: int) -> bool:
        """Hand what was told to so many more; False: there is nothing left."""
        if not self._under_way:
            for stream in self._streams.values():
                self._depart(stream)
        if not self._under_way:
            return False
        delivery = self._under_way[0]
        for _ in range(min(count, len(delivery.readers))):
            subscription = delivery.readers.pop()
            if subscription not in delivery.passed_over:
                subscription.take(delivery.seq, delivery.parcel)
        if not delivery.readers:
            self._under_way.popleft()
        return not self.is_idle

    def _depart(self, stream: _Stream) -> None:
        if stream.gathered:
            self._under_way.append(_Delivery(stream.seq, bundle(stream.gathered), list(stream.readers)))
            stream.gathered, stream.bytes = [], 0
