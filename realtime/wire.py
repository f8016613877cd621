"""How frames leave: the one interface behind which uvicorn and daphne differ.

Nothing here ever makes the hub wait for a peer: what cannot be written now waits in that peer's outbox.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cached_property, partial
from typing import Any, Protocol

from realtime.closing import TOO_MANY_ERRORS, Ending
from realtime.frames import EXTENSION, GRACE_S, FrameProtocol

Send = Callable[[dict[str, Any]], Awaitable[None]]
FIRST_LOOK_S, LONGEST_LOOK_S = 0.001, 0.05
"""At a transport that is full: soon, because a quick reader has room again in the loop's next turn; then less often."""


class Frame:
    """A frame's text, encoded once and shared by all who get it."""

    __slots__ = ("__dict__", "text")

    def __init__(self, text: bytes) -> None:
        self.text = text

    def __len__(self) -> int:
        return len(self.text)

    @property
    def head(self) -> bytes:
        """What stands before the text on the wire: of an unmasked, final text frame (RFC 6455, 5.2)."""
        size = len(self.text)
        if size < 126:
            return bytes((0x81, size))
        if size < 65536:
            return b"\x81\x7e" + size.to_bytes(2, "big")
        return b"\x81\x7f" + size.to_bytes(8, "big")

    @cached_property
    def ready(self) -> bytes:
        """As it goes over the wire."""
        return self.head + self.text

    @property
    def frames(self) -> tuple[Frame, ...]:
        return (self,)


class Bundle:
    """Frames of one stream in their order, joined once for all who get them: one write a socket."""

    __slots__ = ("__dict__", "_size", "frames")

    def __init__(self, frames: Sequence[Frame]) -> None:
        self.frames = tuple(frames)
        self._size = sum(map(len, self.frames))

    def __len__(self) -> int:
        return self._size

    @cached_property
    def ready(self) -> bytes:
        return b"".join([part for frame in self.frames for part in (frame.head, frame.text)])


Parcel = Frame | Bundle
"""What is pushed at once: it is written whole, or waits whole."""


def bundle(frames: Sequence[Frame]) -> Parcel:
    """One frame is its own bundle."""
    return frames[0] if len(frames) == 1 else Bundle(frames)


class Wire(Protocol):
    """One peer. `close` and `try_write` never wait."""

    def try_write(self, parcel: Parcel) -> bool:
        """Write it now; False: nothing of it is written."""
        ...

    def portions(self, parcel: Parcel) -> Sequence[Parcel]:
        """The parts in which `write` may be asked for it."""
        ...

    async def write(self, portion: Parcel) -> None:
        """Write it when the peer takes it; cancelled, nothing of it. Raises OSError when the peer is gone."""
        ...

    def close(self, ending: Ending, last: Sequence[Parcel]) -> None:
        """Send `last`, then close; a peer that does not take it within GRACE_S is cut off."""
        ...


def end_at_shutdown(scope: Mapping[str, Any], end: Callable[[], None]) -> None:
    """Have `end` called when the server stops, where it can tell (daphne cancels its applications instead)."""
    protocol = (scope.get("extensions") or {}).get(EXTENSION)
    if protocol is not None:
        protocol.on_shutdown = end


def forget_handshake(scope: Mapping[str, Any]) -> None:
    """It would stay alive with the scope as long as the socket, some kilobytes of each. Only the host is kept."""
    scope["headers"][:] = [pair for pair in scope["headers"] if pair[0] == b"host"]
    scope.get("subprotocols", []).clear()
    protocol = (scope.get("extensions") or {}).get(EXTENSION)
    if protocol is not None:
        protocol.forget_handshake()


def wire_of(scope: Mapping[str, Any], send: Send) -> Wire:
    """The best way to this peer that its server offers."""
    protocol = (scope.get("extensions") or {}).get(EXTENSION)
    return FrameWire(protocol) if protocol is not None else AsgiWire(send)


class FrameWire:
    """uvicorn with `realtime.frames.FrameProtocol`: ready frames, straight to the transport."""

    __slots__ = ("_protocol",)

    def __init__(self, protocol: FrameProtocol) -> None:
        self._protocol = protocol

    def try_write(self, parcel: Parcel) -> bool:
        return self._protocol.write_ready(parcel.ready)

    def portions(self, parcel: Parcel) -> Sequence[Parcel]:
        return (parcel,)

    async def write(self, portion: Parcel) -> None:
        while not self._protocol.write_ready(portion.ready):
            if self._protocol.is_gone:
                raise ConnectionResetError
            await self._protocol.writable.wait()

    def close(self, ending: Ending, last: Sequence[Parcel]) -> None:
        for parcel in last:
            self._protocol.write_ready(parcel.ready)
        self._protocol.say_goodbye(ending.code, ending.reason)


class AsgiWire:
    """Any ASGI server. daphne's `send` never waits for the peer, so its transport is looked at."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._closing: asyncio.Task[None] | None = None

    def try_write(self, parcel: Parcel) -> bool:
        return False

    def portions(self, parcel: Parcel) -> Sequence[Parcel]:
        return parcel.frames

    async def write(self, portion: Parcel) -> None:
        pause = 0.0
        while self._is_full():
            await asyncio.sleep(pause)
            pause = min(max(2 * pause, FIRST_LOOK_S), LONGEST_LOOK_S)
        for frame in portion.frames:
            await self._send({"type": "websocket.send", "text": frame.text.decode()})

    def close(self, ending: Ending, last: Sequence[Parcel]) -> None:
        self._closing = asyncio.get_running_loop().create_task(self._close(ending, last))

    async def _close(self, ending: Ending, last: Sequence[Parcel]) -> None:
        try:
            async with asyncio.timeout(GRACE_S):
                for parcel in last:
                    await self.write(parcel)
        except (TimeoutError, OSError):
            pass
        try:
            async with asyncio.timeout(GRACE_S):
                await self._say_goodbye(ending)
        except (TimeoutError, OSError):
            self._abort()

    async def _say_goodbye(self, ending: Ending) -> None:
        goodbye = {"type": "websocket.close", "code": int(ending.code), "reason": ending.reason}
        try:
            await self._send(goodbye)
        except OSError:
            raise
        except Exception:
            # autobahn lets applications send private codes only.
            with contextlib.suppress(Exception):
                await self._send(goodbye | {"code": int(TOO_MANY_ERRORS.code)})

    @cached_property
    def _transport(self) -> Any:
        """The server's own transport, where it can be found: daphne's `send` is partial(handle_reply, protocol)."""
        owner = self._send.args[0] if isinstance(self._send, partial) else getattr(self._send, "__self__", None)
        return getattr(owner, "transport", None)

    def _is_full(self) -> bool:
        """Twisted marks a transport whose buffer is over 64 KiB so; elsewhere `send` itself waits."""
        return bool(getattr(self._transport, "producerPaused", False))

    def _abort(self) -> None:
        abort = getattr(self._transport, "abort", None) or getattr(self._transport, "abortConnection", None)
        if abort is not None:
            abort()
