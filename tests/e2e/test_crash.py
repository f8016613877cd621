"""kill -9 of the web server and of Redis while people write: nothing acknowledged is lost, nothing comes twice."""

from __future__ import annotations

import asyncio
import http.client
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest
import redis
from websockets.exceptions import WebSocketException

from config.embedded.valkey import PROGRAM, _package
from helpdesk.events.rules import Viewer
from helpdesk.people.models import Person
from helpdesk.vocabulary import Role
from tests.conftest import Desk, token_for
from tests.helpdesk.log import last_seq, payload, require_whole, rows_after
from tests.realtime.live import Server, free_port, in_thread, open_socket, serving

WRITERS = 6
ROUNDS = 3
WRITES_A_STEP = 25
HANG_S = 60.0


class Valkey:
    """One of our own, to kill."""

    def __init__(self, folder: Path) -> None:
        self.port, self.folder = free_port(), folder
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        command = [str(_package() / PROGRAM), "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self.process = subprocess.Popen([*command, "--dir", str(self.folder)], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + HANG_S
        while time.monotonic() < deadline:
            try:
                with redis.Redis.from_url(self.url) as client:
                    client.ping()
                return
            except redis.RedisError:
                time.sleep(0.02)
        raise AssertionError("Valkey did not start")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Valkey]:
    running = Valkey(tmp_path)
    yield running
    running.kill()


class Writer:
    """Opens tickets over HTTP, each with a title of its own; what was not acknowledged may or may not be there."""

    def __init__(self, server: Server, token: str) -> None:
        self.server, self.token = server, token
        self.acknowledged: list[str] = []
        self.wrong: list[str] = []
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self) -> None:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        while not self.stopped.is_set():
            title = f"ticket {uuid4()}"
            connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=HANG_S)
            try:
                connection.request("POST", "/api/v1/tickets", orjson.dumps({"title": title}), headers)
                answer = connection.getresponse()
                text = answer.read()
                if answer.status == 201:
                    self.acknowledged.append(title)
                else:
                    self.wrong.append(f"{answer.status} {text[:300]!r}")
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)  # the server is down
            finally:
                connection.close()


class Follower:
    """A client as the contract asks for: it remembers its place, resumes from it, and notices what it missed."""

    def __init__(self, server: Server, person: Person, token: str) -> None:
        self.server, self.person, self.token = server, person, token
        self.place: dict[str, Any] | None = None
        self.first = 0
        self.got: list[int] = []
        self.sockets = 0
        self.wrong: list[str] = []
        self.ready = asyncio.Event()

    async def follow(self) -> None:
        while True:
            try:
                async with open_socket(self.server, token=self.token) as talk:
                    self.sockets += 1
                    since = {"since": self.place} if self.place else {}
                    await talk.say("subscribe", stream="queue", **since)
                    while True:
                        self.take(await talk._frame())
            except (OSError, WebSocketException, TimeoutError):
                await asyncio.sleep(0.05)

    def take(self, frame: dict[str, Any]) -> None:
        match frame["type"]:
            case "subscribed":
                if self.place is None:
                    self.first = frame["seq"]
                self.place = {"epoch": frame["epoch"], "seq": frame["seq"]}
                self.ready.set()
            case "event":
                assert self.place
                if frame["prev"] > self.place["seq"]:
                    self.wrong.append(f"a hole: at {self.place['seq']}, then {frame['prev']} -> {frame['seq']}")
                self.got.append(frame["seq"])
                self.place["seq"] = frame["seq"]
            case "synced":
                assert self.place
                self.place["seq"] = max(self.place["seq"], frame["seq"])
            case other:
                self.wrong.append(other)

    def has_reached(self, seq: int) -> bool:
        return self.place is not None and self.place["seq"] >= seq


async def until(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + HANG_S
    while not true():
        assert time.monotonic() < deadline, what
        await asyncio.sleep(0.05)


async def more_writes(writers: list[Writer]) -> None:
    """Wait until so many more writes were acknowledged."""

    def count() -> int:
        return sum(len(writer.acknowledged) for writer in writers)

    wanted = count() + WRITES_A_STEP
    await until(lambda: count() >= wanted, f"no writes any more: {[writer.wrong for writer in writers]}")


async def havoc(server: Server, valkey: Valkey, writers: list[Writer]) -> None:
    """Redis dies, then the web server, then one comes back after the other; people write all the while."""
    await more_writes(writers)
    valkey.kill()
    await more_writes(writers)  # writes succeed without Redis
    server.kill()
    await in_thread(server.restart)
    await more_writes(writers)
    await in_thread(valkey.start)
    await more_writes(writers)
    server.kill()
    await in_thread(server.restart)


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_killing_web_and_redis_loses_nothing_and_tells_nothing_twice(
    own_desk: Callable[[], Desk], valkey: Valkey
) -> None:
    desk = await in_thread(own_desk)
    people = [desk.agent, desk.ada, desk.admin, desk.user, desk.other_user]
    tokens = {person.id: await in_thread(lambda person=person: token_for(desk, person)) for person in people}
    with serving("uvicorn", REDIS_URL=valkey.url) as server:
        followers = [Follower(server, person, tokens[person.id]) for person in people * 2]
        tasks = [asyncio.create_task(follower.follow()) for follower in followers]
        for follower in followers:
            await asyncio.wait_for(follower.ready.wait(), HANG_S)
        authors = [desk.user, desk.other_user, desk.agent]
        writers = [Writer(server, tokens[authors[number % 3].id]) for number in range(WRITERS)]
        for writer in writers:
            writer.thread.start()
        try:
            for _ in range(ROUNDS):
                await havoc(server, valkey, writers)
            await more_writes(writers)
        finally:
            for writer in writers:
                writer.stopped.set()
            for writer in writers:
                await in_thread(writer.thread.join)
        head = await in_thread(lambda: last_seq(desk.ref))
        for follower in followers:
            await until(lambda follower=follower: follower.has_reached(head), "a socket did not catch up")
        await asyncio.sleep(1.5)  # whatever would come twice comes now
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    await in_thread(lambda: require_all_told(desk, writers, followers))


def require_all_told(desk: Desk, writers: list[Writer], followers: list[Follower]) -> None:
    assert [wrong for writer in writers for wrong in writer.wrong] == []
    rows = rows_after(desk.ref, 0)
    titles = [payload(row)["data"]["ticket"]["title"] for row in rows if row.type == "ticket.created"]
    acknowledged = [title for writer in writers for title in writer.acknowledged]
    assert len(titles) == len(set(titles))
    assert set(acknowledged) <= set(titles), "an acknowledged write is not in the log"
    assert require_whole(desk.ref) == len(rows)
    for follower in followers:
        viewer = Viewer(follower.person.id, Role(follower.person.role))
        wanted = [
            row.seq for row in rows if row.seq > follower.first and row.ticket is not None and row.visible_to(viewer)
        ]
        assert wanted
        assert follower.sockets > ROUNDS, "it never had to resume"
        assert follower.wrong == []
        assert follower.got == wanted
