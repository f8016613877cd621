"""Whatever happens in whatever order: a client that follows the rules has the visible log, once and in order."""

from __future__ import annotations

import asyncio
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk.events.rules import Viewer
from helpdesk.vocabulary import Floor
from realtime import feed as feed_module
from realtime import replay as replay_module
from realtime import ring as ring_module
from realtime import streams as streams_module
from realtime.audience import carries, class_of
from realtime.feed import Feed
from realtime.outbox import Outbox
from realtime.protocol import Since
from realtime.replay import subscribe
from realtime.streams import Subscription
from tests.realtime.fakes import ADA, ADMIN, AGENT, BOB, TICKET_OF_ADA, TICKET_OF_BOB, FakeLog, FakeWire, settle

STREAMS = ("queue", f"ticket:{TICKET_OF_ADA}")


class Client:
    """Follows one stream as docs/realtime.md tells clients to, and writes down what it got."""

    def __init__(self, feed: Feed, viewer: Viewer, stream: str, *, fast: bool) -> None:
        self.feed, self.stream, self.fast = feed, stream, fast
        self.key = (stream, class_of(viewer, stream))
        self.epoch, self.place = feed.epoch, 0
        self.record: list[int] = []
        self.wire: FakeWire | None = None
        self.subscription: Subscription | None = None

    async def connect(self) -> None:
        self.drop()
        self.wire = FakeWire(fast=self.fast)
        outbox = Outbox(self.wire, most_bytes=1500)
        self.subscription = Subscription(self.key, outbox)
        since = Since(epoch=self.epoch, seq=self.place)
        await subscribe(self.feed, self.subscription, since, frame_id=None, turn=asyncio.Lock())

    def drop(self) -> None:
        self.read()
        if self.subscription:
            self.feed.detach(self.subscription)
            self.subscription.outbox.abandon()
        self.wire = self.subscription = None

    def read(self) -> None:
        """Take what has arrived."""
        frames = self.wire.got if self.wire else []
        for frame in frames:
            self._take(frame)
        frames.clear()

    def _take(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "event":
            assert frame["prev"] <= self.place, "something was missed"
            assert frame["seq"] > self.place, "something came twice"
            self.record.append(frame["seq"])
        elif frame["type"] == "reset":
            self.record.append(-frame["seq"])
        assert frame["seq"] >= self.place
        self.place = frame["seq"]

    @property
    def is_cut(self) -> bool:
        return self.subscription is None or self.subscription.outbox.closed


WRITES = st.sampled_from(["ada", "bob", "note", "user", "redacting"])
STEP = st.one_of(
    st.tuples(st.just("write"), WRITES),
    st.tuples(st.just("write"), WRITES),
    st.tuples(st.sampled_from(["connect", "drop", "stall", "unstall", "read"]), st.integers(0, 7)),
    st.tuples(st.just("bell"), st.just(0)),
    st.tuples(st.just("offer"), st.tuples(st.integers(1, 6), st.integers(1, 6))),
    st.tuples(st.just("offer"), st.just((1, 1))),
    st.tuples(st.just("plain bell"), st.just(0)),
    st.tuples(st.just("cancel"), st.integers(0, 3)),
    st.tuples(st.just("beat"), st.just(0)),
    st.tuples(st.just("turns"), st.integers(1, 12)),
)


def write(log: FakeLog, kind: str) -> None:
    match kind:
        case "ada":
            log.write(ticket=TICKET_OF_ADA)
        case "bob":
            log.write(ticket=TICKET_OF_BOB)
        case "note":
            log.write("comment.added", ticket=TICKET_OF_ADA, people=[])
        case "user":
            log.write("user.created", ticket=None, floor=Floor.ADMIN, people=[])
        case "redacting":
            log.write("comment.deleted", ticket=TICKET_OF_ADA)


async def play(steps: list[tuple[str, Any]], turns: int) -> None:  # noqa: C901
    log = FakeLog(turns=turns)
    for _ in range(4):
        write(log, "ada")
    feed = Feed(log)
    await feed.start()
    clients = [
        Client(feed, viewer, stream, fast=fast)
        for viewer, stream, fast in (
            (AGENT, STREAMS[0], True), (AGENT, STREAMS[1], False), (ADMIN, STREAMS[0], False),
            (ADA, STREAMS[0], True), (ADA, STREAMS[1], True), (BOB, STREAMS[0], False),
            (AGENT, STREAMS[0], False), (AGENT, STREAMS[0], True),
        )
    ]  # fmt: skip
    readers: list[asyncio.Future[None]] = []
    for name, argument in steps:
        match name:
            case "write":
                write(log, argument)
            case "bell":
                readers.append(asyncio.ensure_future(feed.catch_up()))
            case "offer":
                # Of the newest commits or earlier ones, of one row or several; and a bell may have been lost before it.
                last = max(5, log.last + 1 - argument[0])
                first = max(1, last + 1 - argument[1])
                feed.wake(last, [log.offer(first, last)] if last <= log.last else [])
                readers.append(asyncio.ensure_future(feed.follow()))
            case "plain bell":
                feed.wake(log.last)
                readers.append(asyncio.ensure_future(feed.follow()))
            case "cancel":
                for reader in readers[argument : argument + 1]:
                    reader.cancel()
            case "beat":
                readers.append(asyncio.ensure_future(feed.sync()))
            case "turns":
                await settle(argument)
            case "connect":
                await clients[argument].connect()
            case "drop":
                clients[argument].drop()
            case "read":
                clients[argument].read()
            case "stall" | "unstall":
                if (wire := clients[argument].wire) is not None:
                    wire.reads.clear() if name == "stall" else wire.reads.set()
    await asyncio.gather(*readers, return_exceptions=True)
    assert not [reader for reader in readers if not reader.cancelled() and reader.exception()]
    await finish(log, feed, clients)


async def finish(log: FakeLog, feed: Feed, clients: list[Client]) -> None:
    """Everybody comes back and catches up; then the books must agree."""
    for client in clients:
        if client.wire:
            client.wire.reads.set()
    await settle()
    await feed.catch_up()
    for client in clients:
        for _ in range(20):
            client.read()
            if not client.is_cut and client.place >= feed.cursor:
                break
            if client.is_cut:
                await client.connect()
            await settle()
            await feed.sync()
        visible = [row.seq for row in log._read(0, log.last) if carries(client.key, row)]
        assert client.record == visible
        client.drop()
    assert feed.channels == {}


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(STEP, max_size=60), turns=st.integers(0, 3))
def test_every_client_has_the_visible_log(steps: list[tuple[str, Any]], turns: int) -> None:
    small = (
        mock.patch.object(feed_module, "PAGE_ROWS", 4),
        mock.patch.object(feed_module, "BUNDLE_BYTES", 60),
        mock.patch.object(feed_module, "SLICE_S", 0),
        mock.patch.object(feed_module, "HANDED_OVER_BETWEEN_LOOKS", 1),
        mock.patch.object(replay_module, "PAGE_ROWS", 3),
        mock.patch.object(ring_module, "MOST_ROWS", 6),
        mock.patch.object(streams_module, "MOST_HELD_BYTES", 500),
        mock.patch("realtime.outbox.ROOM_BYTES", 700),
    )
    for patch in small:
        patch.start()
    try:
        asyncio.run(play(steps, turns))
    finally:
        mock.patch.stopall()


def test_the_model_sees_frames_as_clients_do() -> None:
    """Guards the test itself: a client that is not told of a row must notice."""

    async def lose_one() -> None:
        log = FakeLog()
        feed = Feed(log)
        await feed.start()
        client = Client(feed, AGENT, "queue", fast=True)
        await client.connect()
        await settle()
        log.write()
        log.write()
        await feed.catch_up()
        assert client.wire
        del client.wire.got[-2]
        client.read()

    with pytest.raises(AssertionError, match="missed"):
        asyncio.run(lose_one())
