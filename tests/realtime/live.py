"""A real server in a process of its own, and clients that talk to it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import orjson
import pytest
from django.conf import settings
from psycopg.conninfo import make_conninfo
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from helpdesk.people.models import Person
from helpdesk.tickets.actions import create_ticket
from helpdesk.work import unit_of_work
from tenants import context
from tests import threads
from tests.conftest import Desk, token_for

ROOT = Path(__file__).resolve().parents[2]
HANG_S = 30.0
"""A guard against hanging; no test measures by it."""
T = TypeVar("T")
both_servers = pytest.mark.parametrize("server", ["uvicorn", "daphne"], indirect=True)
"""Of a test in which the server has a part; all others run with uvicorn (tests/realtime/conftest.py)."""


@contextmanager
def servers_by_kind() -> Iterator[Servers]:
    """Gives uvicorn or daphne: each is started when it is first asked for, and runs on beside the other."""
    with ExitStack() as running:
        yield cache(lambda kind: running.enter_context(serving(kind)))


@contextmanager
def serving(server: str, **environment: str) -> Iterator[Server]:
    """`server`: uvicorn or daphne, on the database of this test run."""
    process = Server(server, environment)
    try:
        process.wait_until_up()
        yield process
    finally:
        process.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def database_url() -> str:
    """Of the database of this test run, for processes that are started beside it."""
    database = settings.DATABASES["default"]
    return make_conninfo(
        host=database["HOST"],
        port=database["PORT"],
        user=database["USER"],
        password=database["PASSWORD"],
        dbname=database["NAME"],
    )


class Server:
    """`port` on 127.0.0.1; `process` to kill; `log` is everything that it wrote."""

    def __init__(self, server: str, environment: dict[str, str]) -> None:
        self.kind, self.port = server, free_port()
        self._environment = os.environ | {
            "HUB_SERVER": server,
            "HUB_ENV": "development",
            "HUB_SECRET_KEY": settings.SECRET_KEY,
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "REDIS_URL": settings.REDIS_URL,
            "DATABASE_URL": database_url(),
            **environment,
        }
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", "tests.realtime.serve"], cwd=ROOT, env=self._environment)

    def wait_until_up(self) -> None:
        deadline = time.monotonic() + HANG_S
        while time.monotonic() < deadline:
            assert self.process.poll() is None, "the server did not start"
            if is_open(self.port):
                return
            time.sleep(0.05)
        raise AssertionError("the server did not come up")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def restart(self) -> None:
        self.process = self._start()
        self.wait_until_up()

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(HANG_S)

    def memory_kb(self) -> int:
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1])
        raise AssertionError("no such process")


Servers = Callable[[str], Server]


class Talk:
    """A client's end of a socket."""

    def __init__(self, socket_: ClientConnection) -> None:
        self.socket = socket_
        self.seen: list[dict[str, Any]] = []

    async def say(self, type_: str, **fields: Any) -> None:
        await self.socket.send(orjson.dumps({"type": type_, **fields}).decode())

    async def next(self) -> dict[str, Any]:
        """The next frame but the beat's `synced`, which comes when it likes: `until("synced")` takes that."""
        while (frame := await self._frame())["type"] == "synced":
            pass
        return frame

    async def until(self, type_: str, **fields: Any) -> dict[str, Any]:
        """Read on to a frame of this type with these fields; what came before is in `seen`."""
        while True:
            frame = await self._frame()
            if frame["type"] == type_ and all(frame.get(name) == value for name, value in fields.items()):
                return frame

    async def ask(self, type_: str, **fields: Any) -> dict[str, Any]:
        """Send a frame with an id and wait for the frame that repeats it."""
        frame_id = f"q{len(self.seen)}"
        await self.say(type_, id=frame_id, **fields)
        while (frame := await self._frame()).get("id") != frame_id:
            pass
        return frame

    async def closed(self) -> int:
        """The code with which the server closes, after whatever it still sends."""
        try:
            while True:
                await self._frame()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006

    async def _frame(self) -> dict[str, Any]:
        async with asyncio.timeout(HANG_S):
            frame: dict[str, Any] = orjson.loads(await self.socket.recv())
        self.seen.append(frame)
        return frame


@asynccontextmanager
async def open_socket(
    server: Server, *, host: str = "localhost", path: str = "/ws/v1", token: str | None = None, **options: Any
) -> AsyncIterator[Talk]:
    """Connect; `token` goes as a subprotocol."""
    protocols: Any = ["hub.v1", f"bearer.{token}"] if token else None
    async with connect(
        f"ws://{host}:{server.port}{path}",
        host="127.0.0.1",
        port=server.port,
        subprotocols=protocols,
        compression=None,
        proxy=None,
        **options,
    ) as socket_:
        yield Talk(socket_)


@asynccontextmanager
async def signed_in(server: Server, desk: Desk, person: Person, **options: Any) -> AsyncIterator[Talk]:
    token = await in_thread(lambda: token_for(desk, person))
    async with open_socket(server, token=token, **options) as talk:
        yield talk


async def in_thread(fn: Callable[[], T]) -> T:
    """Run blocking code outside the loop."""
    return await asyncio.get_running_loop().run_in_executor(threads.pool, threads.keeping_its_connection, fn)


async def commit(desk: Desk, fn: Callable[[], T]) -> T:
    """Run `fn` as one unit of work in this desk."""

    def run() -> T:
        with context.tenant(desk.ref), unit_of_work():
            return fn()

    return await in_thread(run)


async def new_ticket(desk: Desk, person: Person | None = None, title: str = "Printer on fire") -> UUID:
    payload = await commit(desk, lambda: create_ticket(person or desk.user, fields={"title": title}))
    return payload.id


def events(frames: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [frame for frame in frames if frame["type"] == "event"]
