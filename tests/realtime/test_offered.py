"""What the bell brings is taken where it continues the chain, and never instead of the log."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from helpdesk.clock import now
from realtime import bell
from realtime import feed as feed_module
from realtime import room as room_module
from realtime.hearing import listen_for_bells
from realtime.hub import current_hub
from realtime.room import Room
from tests.conftest import Desk
from tests.realtime.fakes import ADA, AGENT, FakeLog, FakeWire, settle
from tests.realtime.live import HANG_S, new_ticket
from tests.realtime.test_feed import begin, join, told


async def test_takes_what_continues_its_chain_without_reading() -> None:
    log = FakeLog()
    feed = await begin(log)
    agent, looks = await join(feed, AGENT), log.looks
    for _ in range(3):
        seq = log.write()
        feed.wake(seq, [log.offer(seq, seq)])
    await feed.follow()
    assert [seq for _, seq in told(agent)[1:]] == [1, 2, 3]
    assert (feed.cursor, log.looks) == (3, looks)


async def test_reads_after_a_bell_that_was_lost() -> None:
    log = FakeLog()
    feed = await begin(log)
    agent, looks = await join(feed, AGENT), log.looks
    log.write()
    feed.wake(log.write(), [log.offer(2, 2)])
    await feed.follow()
    assert [seq for _, seq in told(agent)[1:]] == [1, 2]
    assert log.looks > looks


async def test_takes_an_offer_once() -> None:
    log = FakeLog()
    feed = await begin(log)
    agent = await join(feed, AGENT)
    offer = log.offer(log.write(), 1)
    for _ in range(3):
        feed.wake(1, [offer, offer])
        await feed.follow()
    assert [seq for _, seq in told(agent)[1:]] == [1]


@pytest.mark.parametrize(
    "wrong",
    [
        {"epoch": uuid4()},
        {"before": bytes(32)},
    ],
)
async def test_believes_nothing_that_is_not_of_its_chain(wrong: dict[str, object]) -> None:
    log = FakeLog()
    feed = await begin(log)
    agent = await join(feed, AGENT)
    offer = log.offer(log.write(), 1)
    forged = replace(offer.rows[0], payload='{"actor":null,"data":{"n":"forged"}}')
    feed.wake(1, [replace(offer, rows=(forged,), **wrong)])  # type: ignore[arg-type]
    await feed.follow()
    assert agent.got[-1]["event"]["data"] == {"n": 1}


async def test_reads_what_is_no_longer_fresh() -> None:
    log = FakeLog()
    feed = await begin(log)
    agent = await join(feed, AGENT)
    log.write("comment.added")
    late = log.offer(1, 1)
    old = replace(late.rows[0], recorded_at=now() - timedelta(seconds=5))
    log.redact(1)
    feed.wake(1, [replace(late, rows=(old,))])
    await feed.follow()
    assert agent.got[-1]["event"]["data"] == {"redacted": True}


async def test_reads_all_where_a_later_bell_may_tell_that_something_was_taken_back() -> None:
    log = FakeLog()
    feed = await begin(log)
    agent = await join(feed, AGENT)
    log.write("comment.added")
    feed.wake(1, [log.offer(1, 1)])
    log.write("comment.deleted")
    log.redact(1)
    feed.wake(2)
    await feed.follow()
    assert [frame["event"]["data"] for frame in agent.got[1:]] == [{"redacted": True}, {"n": 2}]


@pytest.mark.parametrize("bells", [[(1, [1]), (3, [3])], [(2, []), (1, [1])], [(1, [1]), (3, [3]), (2, [])]])
async def test_reads_all_up_to_what_any_bell_has_named(bells: list[tuple[int, list[int]]]) -> None:
    """The bell of the deletion was joined with the next one, overtook the first, or comes last."""
    log = FakeLog()
    feed = await begin(log)
    agent = await join(feed, AGENT)
    log.write("comment.added")
    offers = {1: log.offer(1, 1)}
    log.write("comment.deleted")
    log.redact(1)
    offers[3] = log.offer(log.write(), 3)
    for seq, brought in bells:
        feed.wake(seq, [offers[one] for one in brought])
    await feed.follow()
    assert [frame["event"]["data"] for frame in agent.got[1:]] == [{"redacted": True}, {"n": 2}, {"n": 3}]


async def test_comes_to_an_end_though_new_offers_never_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_module, "SLICE_S", 0.0)
    log = FakeLog()
    feed = await begin(log)
    await join(feed, AGENT)

    async def write() -> None:
        while True:
            seq = log.write()
            feed.wake(seq, [log.offer(seq, seq)])
            await asyncio.sleep(0)

    writing = asyncio.create_task(write())
    await asyncio.sleep(0)
    following = asyncio.create_task(feed.follow())
    await settle(1000)
    writing.cancel()
    assert following.done()


async def test_resets_where_the_log_has_another_chain_at_its_end() -> None:
    log = FakeLog()
    feed = await begin(log)
    agent = await join(feed, AGENT)
    offer = log.offer(log.write(), 1)
    feed.wake(1, [replace(offer, after=bytes(32))])
    await feed.follow()
    await feed.catch_up()
    assert [kind for kind, _ in told(agent)] == ["subscribed", "event", "reset"]


async def test_reads_when_it_is_told_to_look_though_nothing_is_offered() -> None:
    log = FakeLog()
    feed = await begin(log)
    looks = log.looks
    await feed.follow()
    assert log.looks == looks + 1


async def test_a_requester_gets_what_names_them() -> None:
    log = FakeLog()
    feed = await begin(log)
    ada = await join(feed, ADA)
    log.write()
    log.write("comment.added", people=[])
    feed.wake(2, [log.offer(1, 2)])
    await feed.follow()
    assert [seq for _, seq in told(ada)[1:]] == [1]


class TestTheWayFromTheCommit:
    """Through a real hub, in whose room the log is only read to begin."""

    @pytest.fixture
    async def wire(
        self, new_desk: Callable[[], Awaitable[Desk]], monkeypatch: pytest.MonkeyPatch
    ) -> AsyncIterator[tuple[Desk, FakeWire]]:
        monkeypatch.setattr(room_module, "LOOK_EVERY_S", 3600.0)
        desk, hub = await new_desk(), current_hub()
        room = Room(desk.ref, _nobody)
        await room.open()
        hub.rooms[desk.ref.id] = room
        wire = await join(room.feed, AGENT)
        monkeypatch.setattr(room.feed, "log", None)
        yield desk, wire
        room.close()
        del hub.rooms[desk.ref.id]

    async def test_in_this_process(self, wire: tuple[Desk, FakeWire]) -> None:
        await self.require_told(*wire)

    async def test_from_another_process(self, wire: tuple[Desk, FakeWire], monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("ring_local", "knock_local"):
            monkeypatch.setattr(bell, name, lambda *_: None)
        monkeypatch.setattr(bell, "this_process", lambda: "another")
        heard = asyncio.Event()
        monkeypatch.setattr(current_hub(), "look", lambda _: heard.set())
        hearing = asyncio.create_task(listen_for_bells(current_hub()))
        try:
            while not heard.is_set():
                bell.knock(wire[0].ref.id)
                await asyncio.sleep(0.05)
            await self.require_told(*wire)
        finally:
            hearing.cancel()

    async def require_told(self, desk: Desk, wire: FakeWire) -> None:
        await new_ticket(desk)
        async with asyncio.timeout(HANG_S):
            while len(wire.got) < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        (_, begin), *rest = told(wire)
        assert begin is not None
        assert rest == [("event", begin + 1)]


async def _nobody(_: list[UUID]) -> None:
    """There is no other process."""
