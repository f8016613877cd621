"""`GET /api/v1/events` as server-sent events (WHATWG HTML, 9.2): the hub's streams for those who cannot use sockets.

The same request is first asked of Django, as a page of one event: so hosts, limits, sign-in, rights and refusals are
those of every other operation, and its thread and its database connection are free again before anything streams.
Then it is a connection of the hub like any other: bounded, ended with its token and its rights, told when to come back.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlencode

import orjson
import structlog
from django.db import Error as DatabaseFailure
from django.utils.datastructures import CaseInsensitiveMapping
from structlog.contextvars import bind_contextvars, get_contextvars

from helpdesk.people.credentials import cookie_token
from realtime.auth import Refused, resolve_host, sign_in
from realtime.census import census
from realtime.closing import BROKEN, FULL, RESTARTING, RIGHTS_CHANGED, UNAVAILABLE, CloseCode, Ending
from realtime.connection import Connection
from realtime.encoding import frame_of
from realtime.hub import current_hub
from realtime.outbox import Outbox
from realtime.protocol import QUEUE, BadFrame, ErrorFrame, Since, Subscribe
from realtime.scope import ON_SHUTDOWN, RAW_SEND
from realtime.wire import AsgiWire, Parcel, Send

PATH = "/api/v1/events"
EVENT_STREAM = "text/event-stream"
HEARTBEAT_S = 15.0
"""Proxies cut connections that are silent for a minute; a comment says nothing and is heard."""
RETRY_MS = (500, 3000)
"""Between these a browser is told to wait before it comes back: each another time."""
GOODBYE_S = 0.2
FULL_RETRY_MS = 30_000
_EVENT = re.compile(rb'\{"type":"event","stream":"[^"]*","seq":(\d+)')

App = Callable[[Any, Any, Any], Awaitable[None]]
Receive = Callable[[], Awaitable[Any]]
_log = structlog.get_logger(__name__)


class EventStreams:
    """ASGI, before Django: requests for an event stream are served here, everything else goes on to `app`."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        headers = _headers(scope)
        if scope["path"] != PATH or scope["method"] != "GET" or EVENT_STREAM not in headers.get("Accept", ""):
            await self.app(scope, receive, send)
            return
        query = _query(scope, headers)
        answer = _Answer()
        await self.app(scope | {"query_string": urlencode(query).encode()}, receive, answer.send)
        if answer.status == 200:
            bind_contextvars(**answer.bound)
            await _EventStream(scope, headers, query, send).run(receive, answer.kept())
        else:
            await answer.pass_on(send)


class _Answer:
    """What Django says to the page."""

    def __init__(self) -> None:
        self.status = 0
        self.bound: dict[str, Any] = {}
        """For the access log: Django answers from a task of its own, whose context ends with it."""
        self._messages: list[dict[str, Any]] = []

    async def send(self, message: dict[str, Any]) -> None:
        self.bound = get_contextvars()
        self.status = message.get("status", self.status)
        self._messages.append(message)

    async def pass_on(self, send: Send) -> None:
        for message in self._messages:
            await send(message)

    def kept(self) -> list[tuple[bytes, bytes]]:
        """The headers that are true of the stream too: how much may still be asked."""
        return [pair for pair in self._messages[0]["headers"] if pair[0].lower().startswith(b"ratelimit")]


class _EventStream:
    """One answer that goes on until somebody leaves."""

    def __init__(self, scope: Any, headers: Mapping[str, str], query: dict[str, str], send: Send) -> None:
        self._scope, self._headers, self._query = scope, headers, query
        self._wire = SseWire(send, scope.get(RAW_SEND, send), on_end=self._end)
        self._outbox = Outbox(self._wire)

    async def run(self, receive: Receive, kept: list[tuple[bytes, bytes]]) -> None:
        census.came()
        self._scope.get("state", {})[ON_SHUTDOWN] = partial(self._outbox.close, RESTARTING)
        connection: Connection | None = None
        try:
            await self._wire.begin(kept)
            if census.is_full():
                self._outbox.close(FULL)
            else:
                connection = await self._join()
            await self._last(receive)
        except asyncio.CancelledError:
            # daphne ends its applications so when it stops.
            self._outbox.close(RESTARTING)
            await asyncio.sleep(GOODBYE_S)
            raise
        finally:
            self._scope.get("state", {}).pop(ON_SHUTDOWN, None)
            census.went()
            if connection is not None:
                current_hub().leave(connection)
            self._outbox.abandon()

    async def _join(self) -> Connection | None:
        """Come in and subscribe. It was let in a moment ago; whatever has changed since ends it properly."""
        connection: Connection | None = None
        try:
            login = await sign_in(_token(self._headers), await resolve_host(self._headers.get("Host", "")))
            connection = await current_hub().join(login, self._outbox)
            await connection.handle(_subscribe(self._query))
        except Refused as refused:
            self._outbox.close(refused.ending, frame_of(ErrorFrame(code=refused.code, message=refused.message)))
        except BadFrame as bad:
            self._outbox.push(frame_of(bad.answer()))
            self._end()
        except DatabaseFailure as error:
            _log.warning("event_stream_without_database", error=str(error)[:200])
            self._outbox.close(UNAVAILABLE)
        except Exception:
            _log.exception("event_stream_failed")
            self._outbox.close(BROKEN)
        return connection

    async def _last(self, receive: Receive) -> None:
        """Until the client leaves or the stream has ended."""
        create = asyncio.get_running_loop().create_task
        tasks = [create(_until_gone(receive)), create(self._wire.ended.wait()), create(self._wire.beat())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.gather(*tasks, return_exceptions=True)

    def _end(self) -> None:
        """Its ticket is gone: who comes back learns that from the answer."""
        self._outbox.close(RIGHTS_CHANGED)


class SseWire(AsgiWire):
    """Frames as events. `raw` is the server's own send."""

    def __init__(self, send: Send, raw: Send, *, on_end: Callable[[], None]) -> None:
        super().__init__(raw)
        self._out, self._on_end = send, on_end
        self._epoch = ""
        self._turn = asyncio.Lock()
        self._quiet = True
        self.ended = asyncio.Event()

    async def begin(self, kept: list[tuple[bytes, bytes]]) -> None:
        headers = [
            (b"content-type", b"text/event-stream; charset=utf-8"),
            (b"cache-control", b"no-store"),
            (b"x-accel-buffering", b"no"),
            *kept,
        ]
        await self._out({"type": "http.response.start", "status": 200, "headers": headers})
        await self._say(b"retry: %d\n\n" % random.randint(*RETRY_MS))  # noqa: S311

    async def write(self, portion: Parcel) -> None:
        for frame in portion.frames:
            event, is_last = self._event(frame.text)
            await self._say(event)
            if is_last:
                asyncio.get_running_loop().call_soon(self._on_end)

    async def beat(self) -> None:
        """A comment now and then, where nothing else was said."""
        while True:
            self._quiet = True
            await asyncio.sleep(HEARTBEAT_S)
            if self._quiet:
                await self._say(b":\n\n")

    async def _say(self, text: bytes, *, more: bool = True) -> None:
        async with self._turn:
            self._quiet = False
            while self._is_full():  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            await self._out({"type": "http.response.body", "body": text, "more_body": more})

    async def _close(self, ending: Ending, last: Sequence[Parcel]) -> None:
        try:
            await super()._close(ending, last)
        finally:
            self.ended.set()

    async def _say_goodbye(self, ending: Ending) -> None:
        """The socket's close frame, as an event."""
        retry = b"retry: %d\n" % FULL_RETRY_MS if ending.code is CloseCode.TOO_FAST else b""
        told = orjson.dumps({"type": "closed", "code": int(ending.code), "reason": ending.reason})
        await self._say(retry + self._shape(b"closed", told), more=False)

    def _event(self, text: bytes) -> tuple[bytes, bool]:
        """The frame as an event, and whether it is the last of its stream."""
        if event := _EVENT.match(text):
            return self._shape(b"event", text, place=f"{self._epoch}.{event[1].decode()}"), False
        frame: dict[str, Any] = orjson.loads(text)
        kind = str(frame["type"])
        if "epoch" in frame:
            self._epoch = frame["epoch"]
            return self._shape(kind.encode(), text, place=f"{self._epoch}.{frame['seq']}"), False
        retry = b"retry: %d\n" % frame["comeBackInMs"] if kind == "goodbye" else b""
        return retry + self._shape(kind.encode(), text), kind == "unsubscribed"

    @staticmethod
    def _shape(kind: bytes, text: bytes, *, place: str = "") -> bytes:
        where = b"id: %s\n" % place.encode() if place else b""
        return b"%sevent: %s\ndata: %s\n\n" % (where, kind, text)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _headers(scope: Any) -> CaseInsensitiveMapping[str]:
    return CaseInsensitiveMapping({name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]})


def _query(scope: Any, headers: Mapping[str, str]) -> dict[str, str]:
    """What is asked of Django: where a browser comes back, its place; and no more than one event."""
    given = parse_qs(scope["query_string"].decode("ascii", "replace"), keep_blank_values=True)
    if place := headers.get("Last-Event-ID"):
        given["since"] = [place]
    return {"limit": "1"} | {name: values[-1] for name, values in given.items()}


def _token(headers: Mapping[str, str]) -> str:
    """As `read_credentials` chooses: the Authorization header, else the cookie."""
    authorization = headers.get("Authorization")
    if authorization is not None:
        return authorization.strip().partition(" ")[2].strip()
    return cookie_token(headers.get("Cookie", "")) or ""


def _subscribe(query: Mapping[str, str]) -> Subscribe:
    epoch, _, seq = query.get("since", "").rpartition(".")
    since = Since.model_validate({"epoch": epoch, "seq": int(seq)}) if epoch else None
    return Subscribe(type="subscribe", stream=query.get("stream") or QUEUE, since=since)
