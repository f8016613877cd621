"""uvicorn's WebSocket protocol with what the hub needs beside ASGI: ready frames, and an end that does not wait.

Named as `ws="realtime.frames:FrameProtocol"`. It is pinned to uvicorn 0.54 and touches the parts of
its sans-I/O protocol that tests/realtime/test_frames.py holds in place.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from uvicorn._types import ASGIReceiveEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState
from websockets.http11 import Request

from realtime.closing import RESTARTING
from realtime.protocol import LARGEST_FRAME

EXTENSION = "hub.frames"
"""Where the ASGI scope's `extensions` hold this protocol for the consumer."""
GRACE_S = 5.0
"""How long a peer may take for what was written before the close, and for its answer."""
GRACE_AT_SHUTDOWN_S = 2.0


class Inbox:
    """What has come for the application, as asyncio.Queue would hold it; that one takes 3 kB of each socket."""

    __slots__ = ("_messages", "_waiter")

    def __init__(self) -> None:
        self._messages: list[ASGIReceiveEvent] = []
        self._waiter: asyncio.Future[None] | None = None

    def empty(self) -> bool:
        return not self._messages

    def put_nowait(self, message: ASGIReceiveEvent) -> None:
        self._messages.append(message)
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def get(self) -> ASGIReceiveEvent:
        """For one reader at a time."""
        while not self._messages:
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        return self._messages.pop(0)


class Gate:
    """An asyncio.Event that is made while the gate is closed only; of most sockets it never is."""

    __slots__ = ("_opening",)

    def __init__(self) -> None:
        self._opening: asyncio.Event | None = None

    def is_set(self) -> bool:
        return self._opening is None

    def set(self) -> None:
        opening, self._opening = self._opening, None
        if opening is not None:
            opening.set()

    def clear(self) -> None:
        if self._opening is None:
            self._opening = asyncio.Event()

    async def wait(self) -> None:
        if self._opening is not None:
            await self._opening.wait()


class FrameProtocol(WebSocketsSansIOProtocol):
    """See the module. Everything here runs in the server's loop and never waits."""

    # What upstream keeps on each socket: as slots it takes a fifth of what it takes in a dictionary.
    __slots__ = (
        "app",
        "app_state",
        "asgi_version",
        "client",
        "close_sent",
        "close_timeout",
        "close_timer",
        "config",
        "conn",
        "connections",
        "curr_msg_data_type",
        "default_headers",
        "disconnected",
        "frames",
        "handshake_complete",
        "handshake_initiated",
        "initial_response",
        "is_slow",
        "last_ping_rtt",
        "logger",
        "loop",
        "pending_ping_payload",
        "ping_interval",
        "ping_sent_at",
        "ping_timeout",
        "ping_timer",
        "pong_timer",
        "queue",
        "read_paused",
        "request",
        "response",
        "root_path",
        "scheme",
        "scope",
        "server",
        "tasks",
        "transport",
        "writable",
    )  # fmt: skip

    on_shutdown: Callable[[], None] | None = None
    """What ends this socket properly when the server stops; else it is closed without a word of the hub's."""
    grace = GRACE_S

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conn.max_message_size = min(self.conn.max_message_size or LARGEST_FRAME, LARGEST_FRAME)
        self.is_slow = False
        """Its peer takes nothing now."""
        self.queue = Inbox()  # type: ignore[assignment]
        self.writable = Gate()  # type: ignore[assignment]

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.close_sent:
            # The application's task begins in the loop's next turn, so it sees this.
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions[EXTENSION] = self

    def forget_handshake(self) -> None:
        """It has been answered and read, and would be kept as long as the socket."""
        # The parser of websockets holds the request itself.
        self.request.headers.clear()
        self.request = self.response = None  # type: ignore[assignment]

    @property
    def is_gone(self) -> bool:
        """Nothing more can be sent."""
        return self.disconnected or self.close_sent or self.transport.is_closing()

    def write_ready(self, frame: bytes) -> bool:
        """Write a whole WebSocket frame if the peer takes it now. False: it is slow, or gone."""
        # Called for thousands of sockets in a row: no further call, and as few objects as can be.
        transport = self.transport
        if self.is_slow or self.disconnected or self.close_sent or transport.is_closing():
            return False
        transport.write(frame)
        return True

    def pause_writing(self) -> None:
        super().pause_writing()
        self.is_slow = True

    def resume_writing(self) -> None:
        super().resume_writing()
        self.is_slow = False

    def say_goodbye(self, code: int, reason: str) -> None:
        """Close after what was written. Whoever has not read it within `grace` seconds is cut off."""
        if self.is_gone or not self.handshake_complete:
            return
        self.stop_keepalive()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        try:
            self.conn.send_close(code, reason)
        except InvalidState:
            self.transport.abort()
            return
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(self.grace, self.transport.abort)

    def shutdown(self) -> None:
        """The server stops: clients are told to come back, and none may hold it up."""
        self.stop_keepalive()
        self.grace = GRACE_AT_SHUTDOWN_S
        if self.handshake_complete:
            if self.on_shutdown:
                self.on_shutdown()
            self.say_goodbye(RESTARTING.code, RESTARTING.reason)
        else:
            super().shutdown()

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        # With unsent bytes for a dead peer a mere close() would wait for TCP's own timeout.
        self.loop.call_later(GRACE_S, self.transport.abort)

    def send_receive_event_to_app(self) -> None:
        if self.curr_msg_data_type == "text" and not self.close_sent and not _is_utf8(self.frames):
            # Upstream logs a client's bad bytes as an exception of ours.
            self.frames = []
            self.conn.send_close(1007)
            self.handle_parser_exception()
            return
        super().send_receive_event_to_app()


def _is_utf8(parts: list[bytes]) -> bool:
    try:
        b"".join(parts).decode()
    except UnicodeDecodeError:
        return False
    return True
