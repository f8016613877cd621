"""Channels and the subscriptions to them. A channel is a (stream, audience class) of one tenant."""

from __future__ import annotations

import asyncio
from typing import Protocol
from uuid import UUID

from realtime import encoding
from realtime.audience import Key
from realtime.encoding import EncodedRow
from realtime.outbox import Outbox
from realtime.wire import Frame

MOST_HELD_BYTES = 64 * 1024


class Owner(Protocol):
    """Whoever subscribed, and is told when the stream ends."""

    def forget(self, subscription: Subscription) -> None: ...


class Subscription:
    """One connection's place on one stream: live, or held back while its replay runs."""

    __slots__ = ("_bytes", "_held", "key", "outbox", "owner", "parting", "replay", "target")

    def __init__(self, key: Key, outbox: Outbox, *, owner: Owner | None = None) -> None:
        self.key = key
        self.owner = owner
        self.outbox = outbox
        self.target = 0
        """While held: the seq up to which the replay tells; what comes after is held."""
        self.parting = False
        """The ticket has gone for this audience: the stream ends when everything has been told."""
        self.replay: asyncio.Task[None] | None = None
        self._held: list[Frame] | None = None
        self._bytes = 0

    @property
    def is_live(self) -> bool:
        return self._held is None

    def hold(self, target: int) -> None:
        """Live frames wait until the replay has told everything up to `target`, the feed's cursor now."""
        self.target, self._held, self._bytes = target, [], 0

    def take(self, seq: int, frame: Frame) -> None:
        """A live frame. Too much to hold is not held: then the replay goes on up to it instead."""
        if self._held is None:
            self.outbox.push(frame)
            return
        self._held.append(frame)
        self._bytes += len(frame)
        if self._bytes > MOST_HELD_BYTES:
            self.hold(seq)

    def go_live(self, *, epoch: UUID) -> None:
        """The replay has told everything up to the target: say so, hand out what was held, be live."""
        held, self._held, self.replay = self._held or [], None, None
        self.outbox.push(encoding.synced(self.key[0], epoch, self.target))
        for frame in held:
            self.outbox.push(frame)

    def start_anew(self, frame: Frame) -> None:
        """A reset: whatever was held or being replayed is void, and it is live after this frame."""
        self.stop()
        self._held = None
        self.outbox.push(frame)

    def stop(self) -> None:
        """No replay runs any more."""
        replay, self.replay = self.replay, None
        if replay is not None and replay is not asyncio.current_task():
            replay.cancel()


class Channel:
    """Those who get the same frames. `last` is the seq of the last event that it carried, or of its begin."""

    __slots__ = ("key", "last", "subscriptions")

    def __init__(self, key: Key, last: int) -> None:
        self.key = key
        self.last = last
        self.subscriptions: dict[Subscription, None] = {}

    def deliver(self, encoded: EncodedRow) -> int:
        """Hand the row to everybody here, encoded once. Returns to how many."""
        stream, viewer = self.key
        seq = encoded.row.seq
        frame = encoded.frame(stream, viewer, prev=self.last)
        self.last = seq
        for subscription in self.subscriptions:
            subscription.take(seq, frame)
        return len(self.subscriptions)

    def sync(self, epoch: UUID, seq: int) -> None:
        """Tell all that are live that there is nothing up to `seq` that they have not got."""
        frame = encoding.synced(self.key[0], epoch, seq)
        for subscription in self.subscriptions:
            if subscription.is_live:
                subscription.outbox.push(frame)

    def reset(self, epoch: UUID, seq: int) -> None:
        self.last = seq
        frame = encoding.reset(self.key[0], epoch, seq)
        for subscription in self.subscriptions:
            subscription.start_anew(frame)
