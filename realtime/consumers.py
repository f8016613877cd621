"""The socket's ASGI side: from the handshake over the login to a Connection of the hub, and out again.

It does not use the channel layer, and its `dispatch` makes no thread hop: Channels would close old
database connections in a thread for every frame, but only `tenants.context` opens any here. Nor does it wait
for several sources at once, as Channels does with two tasks and a set of them a socket.
"""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import Any

import structlog
from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer
from django.db import Error as DatabaseFailure
from django.utils.datastructures import CaseInsensitiveMapping

from realtime.auth import SUBPROTOCOL, Host, Refused, may_connect, offered_token, resolve_host, sign_in
from realtime.census import census
from realtime.closing import (
    BROKEN,
    FULL,
    LOGIN_TIMEOUT,
    RESTARTING,
    TOO_BIG,
    TOO_FAST,
    TOO_MANY_ERRORS,
    TOO_MANY_SOCKETS,
    UNAVAILABLE,
    UNKNOWN_PATH,
    Ending,
)
from realtime.connection import Connection
from realtime.encoding import frame_of
from realtime.hub import current_hub
from realtime.noting import note_refusal
from realtime.outbox import Outbox
from realtime.pace import Pace
from realtime.protocol import LARGEST_FRAME, Auth, BadFrame, ErrorCode, ErrorFrame, parse
from realtime.wire import end_at_shutdown, forget_handshake, wire_of

LOGIN_WITHIN_S = 10.0
GOODBYE_S = 0.2
MOST_ERRORS = 20
"""Unusable frames after which a client is sent away."""
_HARMLESS = (ErrorCode.NOT_FOUND, ErrorCode.TOO_MANY_SUBSCRIPTIONS, ErrorCode.TOO_MANY_VIEWS)

_log = structlog.get_logger(__name__)


class HubConsumer(AsyncConsumer):  # type: ignore[misc, unused-ignore]
    """`/ws/v1`. One instance per socket; frames are handled one after the other."""

    channel_layer_alias = "none"

    async def dispatch(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "websocket.receive":
                await self._guarded(self._receive(message))
            case "websocket.connect":
                await self._guarded(self._connect())
            case "websocket.disconnect":
                raise StopConsumer

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scope, self.base_send = scope, send
        self._outbox = Outbox(wire_of(scope, send))
        self._connection: Connection | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._host: Host = "platform"
        self._errors = 0
        self._pace = Pace(time.monotonic())
        end_at_shutdown(scope, partial(self._outbox.close, RESTARTING))
        census.came()
        try:
            while True:
                await self.dispatch(await receive())
        except StopConsumer:
            pass
        except asyncio.CancelledError:
            # daphne ends its applications so when it stops, and waits for them: long enough for the goodbye.
            self._outbox.close(RESTARTING)
            await asyncio.sleep(GOODBYE_S)
            raise
        finally:
            self._leave()

    async def _guarded(self, step: Any) -> None:
        """Whatever fails ends this socket and no other, and says whether coming back helps."""
        try:
            await step
        except DatabaseFailure as error:
            _log.warning("socket_without_database", error=str(error)[:200])
            self._outbox.close(UNAVAILABLE)
        except OSError:
            raise StopConsumer from None
        except Exception:
            _log.exception("socket_failed")
            self._outbox.close(BROKEN)

    async def _connect(self) -> None:
        offered = self.scope.get("subprotocols") or []
        await self.base_send(
            {"type": "websocket.accept", "subprotocol": SUBPROTOCOL if SUBPROTOCOL in offered else None}
        )
        headers = CaseInsensitiveMapping(
            {name.decode("latin-1"): value.decode("latin-1") for name, value in self.scope["headers"]}
        )
        if census.is_full():
            self._outbox.close(FULL)
            return
        token = offered_token(headers, offered)
        if not await may_connect(token, self._client):
            self._note(TOO_MANY_SOCKETS, None)
            self._outbox.close(TOO_MANY_SOCKETS)
            return
        try:
            self._host = await resolve_host(headers.get("Host", ""))
            if token:
                await self._sign_in(token.token, required=token.on_purpose)
        except Refused as refused:
            self._refuse(refused)
        if self._connection is None:
            # Begins now: the client's time is measured, not the database's.
            self._deadline = asyncio.get_running_loop().call_later(LOGIN_WITHIN_S, self._outbox.close, LOGIN_TIMEOUT)

    async def _sign_in(self, token: str, *, required: bool = True) -> None:
        if self._deadline:
            self._deadline.cancel()
        try:
            login = await sign_in(token, self._host)
        except Refused as refused:
            if required:
                self._note(refused.ending, token)
                raise
            return
        self._connection = await current_hub().join(login, self._outbox)
        forget_handshake(self.scope)

    async def _receive(self, message: dict[str, Any]) -> None:
        if self._outbox.closed:
            return
        if not self._pace.allows(time.monotonic()):
            self._outbox.close(TOO_FAST)
            return
        text = message.get("text")
        if text is not None and (len(text) > LARGEST_FRAME or len(text.encode()) > LARGEST_FRAME):
            self._outbox.close(TOO_BIG)
            return
        try:
            await self._handle(text)
        except BadFrame as bad:
            self._answer_bad(bad)
        except Refused as refused:
            self._refuse(refused)

    async def _handle(self, text: str | None) -> None:
        if text is None:
            raise BadFrame(ErrorCode.BAD_REQUEST, "Frames are text.")
        frame = parse(text)
        if self._connection is not None:
            await self._connection.handle(frame)
        elif isinstance(frame, Auth):
            await self._sign_in(frame.token)
            if self._connection is not None:
                self._outbox.push(frame_of(self._connection.login.shape(frame.id)))
        else:
            raise BadFrame(ErrorCode.UNAUTHORIZED, "Sign in first: send an auth frame.", frame.id)

    def _answer_bad(self, bad: BadFrame) -> None:
        self._outbox.push(frame_of(bad.answer()))
        if bad.code not in _HARMLESS:
            self._errors += 1
            if self._errors >= MOST_ERRORS:
                self._outbox.close(TOO_MANY_ERRORS)

    def _refuse(self, refused: Refused) -> None:
        self._outbox.close(refused.ending, frame_of(ErrorFrame(code=refused.code, message=refused.message)))

    def _note(self, ending: Ending, token: str | None) -> None:
        host = next((value for name, value in self.scope["headers"] if name == b"host"), b"")
        note_refusal(ending.code, token=token, host=host.decode("latin-1"), client=self._client)

    @property
    def _client(self) -> str:
        """The address at the other end, as the edge has it."""
        client = self.scope.get("client")
        return str(client[0]) if client else ""

    def _leave(self) -> None:
        census.went()
        if self._deadline:
            self._deadline.cancel()
        if self._connection is not None:
            current_hub().leave(self._connection)
        self._outbox.abandon()


class NowhereConsumer(AsyncConsumer):  # type: ignore[misc, unused-ignore]
    """Any other path."""

    channel_layer_alias = "none"

    async def dispatch(self, message: dict[str, Any]) -> None:
        if message["type"] == "websocket.connect":
            await self.base_send({"type": "websocket.accept"})
            Outbox(wire_of(self.scope, self.base_send)).close(UNKNOWN_PATH)
        elif message["type"] == "websocket.disconnect":
            raise StopConsumer
