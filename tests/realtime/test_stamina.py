"""Readers that stall, and thousands who come and go: the others notice nothing, and nothing is left behind.

STAMINA_SUBSCRIBES and STAMINA_CONNECTS hold how many cycles; 20000 and 2000 is the long form.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import orjson
import pytest

from tests.bench.fanout import share
from tests.bench.fanout_hub import SETTINGS, Hub
from tests.bench.fanout_sockets import Count, Sockets
from tests.conftest import Desk
from tests.realtime.live import HANG_S, Server, Talk, serving, signed_in

MakeDesk = Callable[[], Awaitable[Desk]]
pytestmark = [pytest.mark.slow, pytest.mark.alone]
SUBSCRIBES = int(os.environ.get("STAMINA_SUBSCRIBES", "2000"))
CONNECTS = int(os.environ.get("STAMINA_CONNECTS", "200"))
CYCLES_A_SOCKET = 200
"""Two frames each: as many as somebody may send at once (realtime.pace)."""
READERS, STALLED, EVENTS_A_SECOND, SECONDS, TICK_S = 30, 3, 800, 2.5, 0.02


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the hub of a server holds."""

    sockets: int
    tasks: int
    connections: int
    channels: int


class Counted:
    """A server that tells what it holds."""

    def __init__(self, server: Server, file: Path) -> None:
        self.server, self._file = server, file

    def holdings(self) -> Holdings:
        self._file.unlink(missing_ok=True)
        self.server.process.send_signal(signal.SIGUSR1)
        until = time.monotonic() + HANG_S
        while not self._file.exists():
            assert time.monotonic() < until
            time.sleep(0.02)
        return Holdings(**orjson.loads(self._file.read_bytes()))

    def settled(self, *, sockets: int) -> Holdings:
        """What it holds when it has so many sockets and nothing goes away any more."""
        until, last = time.monotonic() + HANG_S, self.holdings()
        while time.monotonic() < until:
            time.sleep(0.3)
            before, last = last, self.holdings()
            if before == last and last.sockets == sockets:
                break
        return last


def busy(hub: Hub, *, stalled: int) -> tuple[Count, int, list[float]]:
    """What those who read were told, how much they should have been, and the milliseconds that each delivery took."""
    sockets = Sockets(hub.door, READERS, stalled=stalled)
    try:
        sockets.begin()
        begun, given, events = time.monotonic(), 0, int(EVENTS_A_SECOND * SECONDS)
        while given < events:
            due = min(events, int((time.monotonic() - begun) * EVENTS_A_SECOND) + 1)
            if due > given:
                hub.publish(due - given)
                given = due
            time.sleep(TICK_S)
        expected = events * (READERS - stalled)
        count = sockets.wait_for(expected, within_s=HANG_S)
        return count, expected, [sample.microseconds / 1000 for sample in sockets.samples()]
    finally:
        sockets.close()


def test_stalled_readers_cost_the_others_nothing(own_desk: Callable[[], Desk]) -> None:
    with serving("uvicorn", **SETTINGS) as server:
        hub = Hub(own_desk(), server)
        slowest: dict[int, list[float]] = {0: [], STALLED: []}
        for stalled in (0, STALLED, 0, STALLED):
            count, expected, latencies = busy(hub, stalled=stalled)
            assert (count.deliveries, count.gaps, count.doubled) == (expected, 0, 0)
            slowest[stalled].append(share(latencies, 0.99))
    # The better of two rounds each: what else the machine does comes and goes.
    assert min(slowest[STALLED]) < 3 * min(slowest[0])


async def subscribe_again_and_again(talk: Talk, cycles: int) -> None:
    for _ in range(cycles):
        assert (await talk.ask("subscribe", stream="queue"))["type"] == "subscribed"
        assert (await talk.ask("unsubscribe", stream="queue"))["type"] == "unsubscribed"
        talk.seen.clear()


async def test_streams_that_come_and_go_leave_nothing_behind(new_desk: MakeDesk, tmp_path: Path) -> None:
    file = tmp_path / "counts"
    desk = await new_desk()
    with serving("uvicorn", **SETTINGS, HUB_TEST_COUNTS=str(file)) as server:
        counted = Counted(server, file)
        async with signed_in(server, desk, desk.agent) as first:
            await subscribe_again_and_again(first, CYCLES_A_SOCKET)
            before, memory = await asyncio.to_thread(partial(counted.settled, sockets=1)), server.memory_kb()
            for _ in range(SUBSCRIBES // CYCLES_A_SOCKET):
                async with signed_in(server, desk, desk.ada) as talk:
                    await subscribe_again_and_again(talk, CYCLES_A_SOCKET)
            assert await asyncio.to_thread(partial(counted.settled, sockets=1)) == before
            assert (before.sockets, before.connections, before.channels) == (1, 1, 0)
            assert (server.memory_kb() - memory) * 1024 / SUBSCRIBES < 500


def test_sockets_that_come_and_go_leave_nothing_behind(own_desk: Callable[[], Desk], tmp_path: Path) -> None:
    file = tmp_path / "counts"
    with serving("uvicorn", **SETTINGS, HUB_TEST_COUNTS=str(file)) as server:
        hub = Hub(own_desk(), server)
        counted = Counted(server, file)
        come_and_go(hub, 100)
        come_and_go(hub, 100)
        before, memory = counted.settled(sockets=0), server.memory_kb()
        for _ in range(CONNECTS // 100):
            come_and_go(hub, 100)
        assert (before.sockets, before.connections, before.channels) == (0, 0, 0)
        assert counted.settled(sockets=0) == before
        assert (server.memory_kb() - memory) / CONNECTS < 5


def come_and_go(hub: Hub, count: int) -> None:
    """So many sockets that follow the queue, are told one event, and break off."""
    sockets = Sockets(hub.door, count)
    hub.publish(1)
    assert sockets.wait_for(count, within_s=HANG_S).deliveries == count
    sockets.close()
