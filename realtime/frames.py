"""uvicorn's WebSocket protocol with what the hub needs beside ASGI: ready frames, and an end that does not wait.

Named as `ws="realtime.frames:FrameProtocol"`. It is pinned to uvicorn 0.54 and touches the parts of
its sans-I/O protocol that tests/realtime/test_frames.py holds in place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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


class FrameProtocol(WebSocketsSansIOProtocol):
    """See the module. Everything here runs in the server's loop and never waits."""

    on_shutdown: Callable[[], None] | None = None
    """What ends this socket properly when the server stops; else it is closed without a word of the hub's."""
    grace = GRACE_S

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conn.max_message_size = min(self.conn.max_message_size or LARGEST_FRAME, LARGEST_FRAME)

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.close_sent:
            # The application's task begins in the loop's next turn, so it sees this.
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions[EXTENSION] = self

    @property
    def is_gone(self) -> bool:
        """Nothing more can be sent."""
        return self.disconnected or self.close_sent or self.transport.is_closing()

    def write_ready(self, frame: bytes) -> bool:
        """Write a whole WebSocket frame if the peer takes it now. False: it is slow, or gone."""
        if not self.writable.is_set() or self.is_gone:
            return False
        self.transport.write(frame)
        return True

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
