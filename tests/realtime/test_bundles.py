"""Rows that are read together leave together, and who comes or goes while they are handed over has its one place."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest

from helpdesk.events.rules import Viewer
from helpdesk.vocabulary import Floor
from realtime import feed as feed_module
from realtime.audience import class_of
from realtime.feed import Feed
from realtime.outbox import Outbox
from realtime.protocol import Since, ticket_stream
from realtime.replay import subscribe
from realtime.streams import Subscription
from realtime.wire import AsgiWire, Frame, bundle
from tests.realtime.fakes import ADA, AGENT, BOB, TICKET_OF_ADA, FakeLog, FakeWire, settle

MINE = ticket_stream(TICKET_OF_ADA)


class Reader:
    """A peer on one stream."""

    def __init__(self, feed: Feed, viewer: Viewer = AGENT, stream: str = "queue", *, fast: bool = True) -> None:
        self.feed, self.wire = feed, FakeWire(fast=fast)
        self.subscription = Subscription((stream, class_of(viewer, stream)), Outbox(self.wire))

    async def join(self, since: int | None = None) -> Reader:
        place = None if since is None else Since(epoch=self.feed.epoch, seq=since)
        await subscribe(self.feed, self.subscription, place, frame_id=None, turn=asyncio.Lock())
        return self

    @property
    def told(self) -> list[tuple[str, int | None]]:
        return [(frame["type"], frame.get("seq")) for frame in self.wire.got]


async def begin(log: FakeLog) -> Feed:
    feed = Feed(log)
    await feed.start()
    return feed


async def after_the_first(feed: Feed, first: Reader, last: Reader) -> asyncio.Task[None]:
    """Reads on, as far as the moment when `first` has what `last` is still to get."""
    before = len(first.wire.got), len(last.wire.got)
    reading = asyncio.get_running_loop().create_task(feed.catch_up())
    while len(first.wire.got) == before[0]:  # noqa: ASYNC110
        await asyncio.sleep(0)
    assert len(last.wire.got) == before[1]
    return reading


@pytest.fixture
def one_a_turn() -> Iterator[None]:
    """A delivery gives the loop back after each socket."""
    with (
        mock.patch.object(feed_module, "SLICE_S", 0),
        mock.patch.object(feed_module, "HANDED_OVER_BETWEEN_LOOKS", 1),
    ):
        yield


class TestBundle:
    async def test_rows_that_are_read_together_are_one_write_a_socket(self) -> None:
        log = FakeLog()
        feed = await begin(log)
        readers = [await Reader(feed).join() for _ in range(3)]
        for _ in range(20):
            log.write()
        await feed.catch_up()
        for reader in readers:
            assert reader.wire.writes == 2
            assert reader.told == [("subscribed", 0), *(("event", seq) for seq in range(1, 21))]

    async def test_its_bytes_are_made_once_a_class(self) -> None:
        log = FakeLog()
        feed = await begin(log)
        readers = [await Reader(feed).join() for _ in range(3)]
        log.write()
        log.write()
        await feed.catch_up()
        assert len({id(reader.wire.last.ready) for reader in readers if reader.wire.last}) == 1

    async def test_a_burst_leaves_in_bundles_that_a_socket_takes_at_once(self) -> None:
        log = FakeLog()
        feed = await begin(log)
        reader = await Reader(feed).join()
        for _ in range(10):
            log.write(data={"text": "x" * (feed_module.BUNDLE_BYTES // 3)})
        await feed.catch_up()
        assert reader.wire.writes == 1 + 4
        assert [seq for _, seq in reader.told] == list(range(11))

    async def test_is_its_frames_one_after_the_other(self) -> None:
        frames = [Frame(b"x" * size) for size in (1, 125, 126, 70_000)]
        assert bundle(frames).ready == b"".join(frame.ready for frame in frames)
        assert len(bundle(frames)) == sum(map(len, frames))
        assert bundle(frames[:1]) is frames[0]

    async def test_a_server_without_ready_frames_is_given_one_after_the_other(self) -> None:
        sent: list[str] = []

        async def send(message: dict[str, Any]) -> None:
            sent.append(message["text"])

        outbox = Outbox(AsgiWire(send))
        outbox.push(bundle([Frame(b"1"), Frame(b"2")]))
        outbox.push(Frame(b"3"))
        await settle()
        assert sent == ["1", "2", "3"]

    @pytest.mark.parametrize("fast", [True, False], ids=["ready frames", "asgi"])
    async def test_too_many_frames_in_bundles_cut_a_reader_off(self, fast: bool) -> None:
        wire = FakeWire(fast=fast)
        wire.reads.clear()
        outbox = Outbox(wire, most_frames=5)
        for _ in range(2):
            outbox.push(bundle([Frame(b"1"), Frame(b"2")]))
        assert not outbox.closed
        outbox.push(bundle([Frame(b"3"), Frame(b"4")]))
        assert outbox.closed


@pytest.mark.usefixtures("one_a_turn")
class TestHandingOver:
    async def test_others_have_their_turn_between_two_slices(self) -> None:
        log = FakeLog()
        feed = await begin(log)
        readers = [await Reader(feed).join() for _ in range(50)]
        log.write()
        reading = await after_the_first(feed, readers[0], readers[-1])
        turns = 0
        while not reading.done():
            turns += 1
            await asyncio.sleep(0)
        assert turns > 40

    async def test_who_comes_meanwhile_begins_behind_it(self) -> None:
        log = FakeLog()
        feed = await begin(log)
        first, last = await Reader(feed).join(), await Reader(feed).join()
        log.write()
        log.write()
        reading = await after_the_first(feed, first, last)
        live, resuming = await Reader(feed).join(), await Reader(feed).join(since=1)
        log.write()
        await reading
        await settle()
        await feed.catch_up()
        assert live.told == [("subscribed", 2), ("event", 3)]
        assert resuming.told == [("subscribed", 1), ("event", 2), ("synced", 2), ("event", 3)]
        assert last.told == first.told == [("subscribed", 0), ("event", 1), ("event", 2), ("event", 3)]

    async def test_who_goes_meanwhile_is_told_no_more(self) -> None:
        log = FakeLog()
        feed = await begin(log)
        first, last = await Reader(feed).join(), await Reader(feed).join()
        log.write()
        reading = await after_the_first(feed, first, last)
        feed.detach(last.subscription)
        await reading
        assert last.told == [("subscribed", 0)]

    async def test_the_beat_does_not_run_ahead_of_it(self) -> None:
        log = FakeLog()
        feed = await begin(log)
        first, last = await Reader(feed).join(), await Reader(feed).join()
        elsewhere = await Reader(feed, BOB).join()
        log.write()
        reading = await after_the_first(feed, first, last)
        beat = asyncio.ensure_future(feed.sync())
        await reading
        await beat
        assert last.told[:2] == [("subscribed", 0), ("event", 1)]
        assert elsewhere.told == [("subscribed", 0), ("synced", 1)]
        await feed.sync()
        assert last.told[-1] == ("synced", 1)

    async def test_a_reset_meanwhile_voids_it(self) -> None:
        log = FakeLog()
        for _ in range(3):
            log.write()
        feed = await begin(log)
        turn = asyncio.Lock()
        await turn.acquire()
        first, last = await Reader(feed).join(), Reader(feed)
        since = Since(epoch=feed.epoch, seq=1)
        await subscribe(feed, last.subscription, since, frame_id=None, turn=turn)
        log.write()
        reading = await after_the_first(feed, first, last)
        feed.reset(last.subscription)
        await reading
        log.write()
        await feed.catch_up()
        assert last.told == [("subscribed", 1), ("reset", 4), ("event", 5)]

    async def test_a_reading_that_is_cancelled_is_gone_on_with(self) -> None:
        log = FakeLog()
        feed = await begin(log)
        readers = [await Reader(feed).join() for _ in range(5)]
        log.write()
        reading = await after_the_first(feed, readers[0], readers[-1])
        reading.cancel()
        await settle()
        assert readers[-1].told == [("subscribed", 0)]
        log.write()
        await feed.catch_up()
        assert [reader.told for reader in readers] == [[("subscribed", 0), ("event", 1), ("event", 2)]] * 5

    async def test_a_farewell_ends_the_bundle_and_the_stream(self) -> None:
        log = FakeLog()
        feed = await begin(log)
        mine, queue = await Reader(feed, ADA, MINE).join(), await Reader(feed).join()
        log.write()
        log.write("ticket.removed", floor=Floor.NOBODY, people=[ADA.id])
        log.write()
        await feed.catch_up()
        assert mine.told == [("subscribed", 0), ("event", 1), ("event", 2), ("unsubscribed", None)]
        assert queue.told == [("subscribed", 0), ("event", 1), ("event", 3)]
