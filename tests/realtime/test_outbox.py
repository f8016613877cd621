"""What waits for a peer: in order, bounded, and the slow one goes."""

from __future__ import annotations

import asyncio

import pytest

from realtime.closing import SIGNED_OUT, TOO_SLOW
from realtime.outbox import ROOM_BYTES, Outbox, OutboxClosed
from realtime.wire import Frame
from tests.realtime.fakes import FakeWire, settle

pytestmark = pytest.mark.asyncio


def numbered(n: int, *, padding: int = 0) -> Frame:
    return Frame(b'{"n":%d,"p":"%s"}' % (n, b"x" * padding))


def numbers(wire: FakeWire) -> list[int]:
    return [frame["n"] for frame in wire.got]


@pytest.mark.parametrize("fast", [True, False], ids=["ready frames", "asgi"])
class TestOutbox:
    async def test_keeps_the_order_through_a_pause(self, fast: bool) -> None:
        wire = FakeWire(fast=fast)
        outbox = Outbox(wire)
        outbox.push(numbered(1))
        wire.reads.clear()
        for n in range(2, 5):
            outbox.push(numbered(n))
        wire.reads.set()
        outbox.push(numbered(5))
        await settle()
        assert numbers(wire) == [1, 2, 3, 4, 5]
        assert outbox.waiting_bytes == 0

    async def test_cuts_off_who_does_not_read(self, fast: bool) -> None:
        wire = FakeWire(fast=fast)
        wire.reads.clear()
        outbox = Outbox(wire, most_bytes=1000)
        for n in range(100):
            outbox.push(numbered(n, padding=50))
        await settle()
        assert wire.ending is TOO_SLOW
        assert outbox.waiting_bytes == 0
        assert wire.got == []

    async def test_cuts_off_at_a_number_of_frames(self, fast: bool) -> None:
        wire = FakeWire(fast=fast)
        wire.reads.clear()
        outbox = Outbox(wire, most_frames=3)
        for n in range(4):
            outbox.push(numbered(n))
        assert wire.ending is TOO_SLOW

    async def test_sends_what_waits_before_an_ordinary_close(self, fast: bool) -> None:
        wire = FakeWire(fast=fast)
        outbox = Outbox(wire)
        outbox.push(numbered(1))
        outbox.push(numbered(2))
        outbox.close(SIGNED_OUT, numbered(3))
        outbox.push(numbered(4))
        await settle()
        assert numbers(wire) == [1, 2, 3]
        assert wire.ending is SIGNED_OUT

    async def test_only_the_first_ending_counts(self, fast: bool) -> None:
        wire = FakeWire(fast=fast)
        outbox = Outbox(wire)
        outbox.close(SIGNED_OUT)
        outbox.close(TOO_SLOW)
        assert wire.ending is SIGNED_OUT

    async def test_a_replay_waits_for_room(self, fast: bool) -> None:
        wire = FakeWire(fast=fast)
        wire.reads.clear()
        outbox = Outbox(wire)
        outbox.push(numbered(1, padding=ROOM_BYTES))
        waiting = asyncio.ensure_future(outbox.room())
        await settle()
        assert not waiting.done()
        wire.reads.set()
        await asyncio.wait_for(waiting, 5)

    async def test_a_replay_to_a_stalled_peer_ends(self, fast: bool) -> None:
        wire = FakeWire(fast=fast)
        wire.reads.clear()
        outbox = Outbox(wire, stalled_s=0.01)
        outbox.push(numbered(1, padding=ROOM_BYTES))
        with pytest.raises(OutboxClosed):
            await outbox.room()
        assert wire.ending is TOO_SLOW


async def test_a_frame_is_written_as_websocket_text() -> None:
    assert Frame(b"x" * 125).ready[:2] == bytes((0x81, 125))
    assert Frame(b"x" * 126).ready[:4] == b"\x81\x7e\x00\x7e"
    assert Frame(b"x" * 70_000).ready[:10] == b"\x81\x7f" + (70_000).to_bytes(8, "big")
