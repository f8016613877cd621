"""A receiver of webhooks on this machine, which answers as its paths say, and remembers what came.

/ok · /status/503 · /later/10 (429, Retry-After) · /odd/503 (a Retry-After that is no date) · /hang · /drip
/big · /cut · /redirect · /slow/0.5 (seconds)
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Received:
    path: str
    headers: dict[str, str]
    """By lower-case name."""
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = orjson.loads(self.body)
        return found


class Receiver:
    """Listens in a thread of its own. `got` grows; `answers` overrides a path's behaviour while it stands there."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self.got: list[Received] = []
        self.answers: dict[str, str] = {}
        self.open = 0
        self.connections = 0
        self.most_open = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        listening = asyncio.start_server(self._serve, host, port, backlog=1000)
        self._server = asyncio.run_coroutine_threadsafe(listening, self._loop).result(10)
        self.port: int = self._server.sockets[0].getsockname()[1]

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def at(self, path: str) -> list[Received]:
        return [one for one in self.got if one.path == path]

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _close(self) -> None:
        self._server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            while (request := await self._read(reader)) is not None:
                self.got.append(request)
                if not await self._answer(self.answers.get(request.path, request.path), writer):
                    return
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self.open -= 1
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> Received | None:
        line = await reader.readline()
        if not line:
            return None
        _, path, _ = line.decode().split()
        headers: dict[str, str] = {}
        while (line := await reader.readline()).strip():
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        return Received(path, headers, await reader.readexactly(int(headers.get("content-length", 0))))

    async def _answer(self, path: str, writer: asyncio.StreamWriter) -> bool:  # noqa: C901  one line a path
        """Says whether the connection stays open."""
        word, _, rest = path.lstrip("/").partition("/")
        match word:
            case "status":
                return await _say(writer, int(rest.partition("/")[0]), b"as you wish")
            case "odd":
                return await _say(
                    writer, int(rest), b"odd", "Retry-After: Wed, 21 Oct 2015 07:28:00 +99999999999999\r\n"
                )
            case "later":
                return await _say(writer, 429, b"later", f"Retry-After: {rest}\r\n")
            case "redirect":
                return await _say(writer, 302, b"", f"Location: {self.url('/inside')}\r\n")
            case "hang":
                await asyncio.sleep(600)
            case "slow":
                await asyncio.sleep(float(rest.partition("/")[0]))
                return await _say(writer, 200, b"at last")
            case "drip":
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
                while True:
                    writer.write(b".")
                    await writer.drain()
                    await asyncio.sleep(0.1)
            case "big":
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")
                for _ in range(1024):
                    writer.write(b"x" * 1024 * 1024)
                    await writer.drain()
            case "cut":
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this")
                await writer.drain()
                return False
            case _:
                return await _say(writer, 200, b"thank you")
        return False


async def _say(writer: asyncio.StreamWriter, status: int, body: bytes, more: str = "") -> bool:
    writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n{more}\r\n".encode() + body)
    await writer.drain()
    return True


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()
    try:
        yield receiver
    finally:
        receiver.close()
