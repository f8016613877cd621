"""The socket and what keeps it: signing in, renewing, coming back, resuming. One task reads it: whoever asks `next`.

A place is saved when the next thing is asked for: so what was told is told again where the program died
over it. Who must not even see that keeps `told.place` in the same transaction as its effect, and gives it
back to `follow(since=…)`.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.frames import Close
from websockets.typing import Subprotocol

from .following import Counts, Following
from .places import Place, Places, PlacesInMemory
from .stopped import COME_BACK, FOR_GOOD, LOST, UNAUTHORIZED, Stopped
from .tokens import FixedToken, Token, TokenSource
from .told import Ended, Other, Refused, Told
from .waiting import Waiting

RENEW_BEFORE_S = 60.0
RENEW_AGAIN_S = 5.0
GOODBYE_S = 2.0


class HubClient:
    """`async with HubClient(url, token) as hub: await hub.follow("queue"); async for told in hub: …`

    Several urls are taken in turn. `socket_options` go to `websockets.connect`. Ends with Stopped.
    """

    def __init__(
        self,
        urls: str | Sequence[str],
        tokens: TokenSource | str,
        *,
        places: Places | None = None,
        waiting: Waiting | None = None,
        **socket_options: Any,
    ) -> None:
        self.urls = [urls] if isinstance(urls, str) else list(urls)
        self.counts = Counts()
        self._tokens = FixedToken(tokens) if isinstance(tokens, str) else tokens
        self._places = places or PlacesInMemory()
        self._waiting = waiting or Waiting()
        # The hub sends small frames that were made once for all: compressing them costs more than it saves.
        self._options: dict[str, Any] = {"compression": None, "max_size": None} | socket_options
        self._following: dict[str, Following] = {}
        self._socket: ClientConnection | None = None
        self._renewal: asyncio.Task[None] | None = None
        self._unsaved: tuple[str, Place] | None = None
        self._needs_fresh = self._closed = False
        self._come_back_s: float | None = None
        self._not_before = 0.0
        self._why = ""
        self._asked = 0

    async def follow(self, stream: str, *, since: Place | None = None, view: Mapping[str, Any] | None = None) -> None:
        """From `since` on, else from the place that was saved, else from now. `view`: `filter`, `viewId`, `window` …"""
        place = since or self._places.load(stream)
        following = self._following[stream] = Following(stream, place, self.counts, view=dict(view or {}))
        await self._try_to_send(following.subscribe(self._new_id()))

    async def leave(self, stream: str) -> None:
        """Follow it no longer, and forget the place."""
        if self._following.pop(stream, None):
            self._forget(stream)
            await self._try_to_send({"type": "unsubscribe", "stream": stream, "id": self._new_id()})

    async def send(self, frame: Mapping[str, Any]) -> bool:
        """Any frame, such as presence; False where there is no socket just now."""
        return await self._try_to_send(frame)

    async def next(self) -> Told:
        """The next thing, for as long as it takes. May be cancelled, and asked again. Raises Stopped."""
        self.save()
        while not self._closed:
            socket = self._socket or await self._come_in()
            if socket is None:
                continue
            try:
                text = await socket.recv()
            except ConnectionClosed as closed:
                self._part(closed.rcvd)
                continue
            try:
                frame: dict[str, Any] = json.loads(text)
            except ValueError:
                self.drop()  # something that is no hub stands between
                continue
            told = await self._take(frame)
            if told is not None:
                self._unsaved = _saved_with(told)
                return told
        raise StopAsyncIteration

    def save(self) -> None:
        """Whatever was told has been dealt with."""
        if self._unsaved:
            self._places.save(*self._unsaved)
            self._unsaved = None

    async def close(self) -> None:
        """Leave; `next` ends with StopAsyncIteration."""
        self._closed = True
        socket = self._let_go()
        if socket is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(GOODBYE_S):
                    await socket.close()

    def drop(self) -> None:
        """Break the connection without a word, as a network does: `next` comes back and resumes."""
        if self._socket is not None:
            self._socket.transport.abort()

    def __aiter__(self) -> AsyncIterator[Told]:
        return self

    async def __anext__(self) -> Told:
        return await self.next()

    async def __aenter__(self) -> HubClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.save()
        await self.close()

    async def _come_in(self) -> ClientConnection | None:
        """Connect, and take up every stream at its place. None: it did not work; asked again, it waits first."""
        await asyncio.sleep(max(0.0, self._not_before - time.monotonic()))
        url = self.urls[self.counts.tries % len(self.urls)]
        self.counts.tries += 1
        try:
            token = await self._tokens.token(fresh=self._needs_fresh)
            offered = [Subprotocol("hub.v1"), Subprotocol(f"bearer.{token.text}")]
            socket = await connect(url, subprotocols=offered, **self._options)
        except (OSError, WebSocketException):
            self._part(None)
            return None
        self._socket, self._why = socket, ""
        self._renewal = asyncio.create_task(self._renew(socket, token))
        try:
            for following in list(self._following.values()):
                await socket.send(json.dumps(following.subscribe(self._new_id())))
        except ConnectionClosed:
            pass  # the next look at it finds out why
        except asyncio.CancelledError:
            self.drop()  # half of the streams are taken up: the next one begins anew
            raise
        return socket

    def _part(self, close: Close | None) -> None:
        """The socket is gone: stop, or stay away for a while. Without a close frame the network broke."""
        self._let_go()
        code, reason = (int(close.code), close.reason) if close else (LOST, "")
        if code in FOR_GOOD or (code == UNAUTHORIZED and self._needs_fresh):
            raise Stopped(code, reason, self._why)
        if code == UNAUTHORIZED:
            self._needs_fresh = True
        if code == COME_BACK:
            self._waiting.begin_anew()
        wait, self._come_back_s = self._come_back_s, None
        self._not_before = time.monotonic() + (self._waiting.next_s() if wait is None else wait)

    def _let_go(self) -> ClientConnection | None:
        socket, self._socket = self._socket, None
        if self._renewal is not None:
            self._renewal.cancel()
            self._renewal = None
        return socket

    async def _take(self, frame: dict[str, Any]) -> Told | None:
        if frame["type"] not in ("error", "goodbye"):
            self._needs_fresh = False  # we are in
        match frame["type"]:
            case "goodbye":
                # The hub knows how many must come back, and has chosen a moment for each.
                self._come_back_s = frame["comeBackInMs"] / 1000
                return None
            case "authenticated":
                return None
            case "subscribed":
                self._waiting.begin_anew()
            case "error":
                self._why = frame["message"]
        following = self._whose(frame)
        if following is None:
            return Other(frame) if frame["type"] != "unsubscribed" else None
        if following.is_missing_something(frame):
            self.counts.gaps += 1
            await self._try_to_send(following.subscribe(self._new_id()))
            return None
        told = following.take(frame)
        if isinstance(told, Ended | Refused):
            self._following.pop(told.stream, None)
            self._forget(told.stream)
        return told

    def _whose(self, frame: dict[str, Any]) -> Following | None:
        """An error names no stream; it repeats the id of the frame that it answers."""
        if frame["type"] == "error":
            return next((one for one in self._following.values() if one.asks(frame.get("id"))), None)
        return self._following.get(frame.get("stream", ""))

    async def _renew(self, socket: ClientConnection, token: Token) -> None:
        """Bring a new token before the old one ends. Where that fails the hub ends the socket, and we come in anew."""
        while token.expires_at is not None:
            left = token.expires_at - time.time()
            # Not all in the same moment, and not at once where tokens are short-lived.
            await asyncio.sleep(max(0.0, left - min(RENEW_BEFORE_S, left / 2)) * random.uniform(0.9, 1.0))  # noqa: S311
            try:
                token = await self._tokens.token(fresh=True)
                await socket.send(json.dumps({"type": "auth", "token": token.text}))
            except (Stopped, ConnectionClosed):
                return
            except OSError:
                await asyncio.sleep(RENEW_AGAIN_S)

    async def _try_to_send(self, frame: Mapping[str, Any]) -> bool:
        if self._socket is None:
            return False
        try:
            await self._socket.send(json.dumps(frame))
        except ConnectionClosed:
            return False  # `next` finds out, and takes everything up again
        return True

    def _forget(self, stream: str) -> None:
        if self._unsaved and self._unsaved[0] == stream:
            self._unsaved = None
        self._places.forget(stream)

    def _new_id(self) -> str:
        self._asked += 1
        return f"c{self._asked}"


def _saved_with(told: Told) -> tuple[str, Place] | None:
    if isinstance(told, Ended | Refused | Other):
        return None
    return told.stream, told.place
