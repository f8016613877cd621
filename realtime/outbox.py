"""What waits for one peer: bounded, in order, and nobody else's business.

A peer that reads too slowly is cut off (4408) before it costs memory; it comes back and resumes.
"""

from __future__ import annotations

import asyncio
from collections import deque

from helpdesk.meters import SOCKET_ENDS
from realtime import encoding
from realtime.closing import TOO_SLOW, CloseCode, Ending
from realtime.wire import Frame, Parcel, Wire

MOST_BYTES = 1024 * 1024
MOST_FRAMES = 10_000
ROOM_BYTES = 128 * 1024
"""Replays wait until less than this is waiting, so that they never fill an outbox by themselves."""
FRAMES_BETWEEN_BREATHS = 32
"""Where a server's send never waits, so many frames are written before others get their turn."""
STALLED_S = 15.0
"""How long a replay waits for a peer that takes nothing."""


class OutboxClosed(Exception):
    """The connection has ended, or is ending."""


class Outbox:
    """`push` never waits. What does not fit ends the connection."""

    def __init__(
        self, wire: Wire, *, most_bytes: int = MOST_BYTES, most_frames: int = MOST_FRAMES, stalled_s: float = STALLED_S
    ) -> None:
        self._wire = wire
        self._most_bytes, self._most_frames, self._stalled_s = most_bytes, most_frames, stalled_s
        self._waiting: deque[Parcel] | None = None
        """Made when something has to wait: of most peers nothing ever does."""
        self._bytes = self._frames = 0
        self._room: asyncio.Event | None = None
        self._drain: asyncio.Task[None] | None = None
        self.ending: Ending | None = None
        """Why the server ended the connection; None while it has not."""
        self.closed = False

    @property
    def waiting_bytes(self) -> int:
        return self._bytes

    def push(self, parcel: Parcel) -> None:
        """Send it as soon as the peer takes it, after what was pushed before."""
        if self.closed or (self._drain is None and self._wire.try_write(parcel)):
            return
        size, count = len(parcel), len(parcel.frames)
        if self._bytes + size > self._most_bytes or self._frames + count > self._most_frames:
            self.close(TOO_SLOW)
            return
        if self._waiting is None:
            self._waiting = deque()
        self._waiting.extend(self._wire.portions(parcel))
        self._bytes += size
        self._frames += count
        if self._drain is None:
            self._drain = asyncio.get_running_loop().create_task(self._write_waiting(self._waiting))

    async def room(self) -> None:
        """Wait until there is room for a replay's next frame. Raises OutboxClosed."""
        while self._bytes >= ROOM_BYTES and not self.closed:
            self._room = asyncio.Event()
            try:
                async with asyncio.timeout(self._stalled_s):
                    await self._room.wait()
            except TimeoutError:
                self.close(TOO_SLOW)
        if self.closed:
            raise OutboxClosed

    def close(self, ending: Ending, farewell: Frame | None = None) -> None:
        """End the connection: what waits is still sent (not to a slow reader), then `farewell`, then the close.

        Whoever shall come back is told when.
        """
        if self.closed:
            return
        self.ending = ending
        SOCKET_ENDS.labels(str(int(ending.code))).inc()
        last: list[Parcel] = [] if ending is TOO_SLOW else [*(self._waiting or ())]
        if farewell:
            last.append(farewell)
        if ending.code is CloseCode.COME_BACK:
            last.append(encoding.goodbye(ending))
        self.abandon()
        self._wire.close(ending, last)

    def abandon(self) -> None:
        """The peer is gone: forget what waits for it."""
        self.closed = True
        self._waiting = None
        self._bytes = self._frames = 0
        self._tell_of_room()
        if self._drain is not None:
            self._drain.cancel()

    async def _write_waiting(self, waiting: deque[Parcel]) -> None:
        try:
            written = 0
            while waiting:
                # It stays first in the row while it waits: a write that is cancelled has not been written.
                await self._wire.write(waiting[0])
                gone = waiting.popleft()
                self._bytes -= len(gone)
                self._frames -= len(gone.frames)
                if self._bytes < ROOM_BYTES:
                    self._tell_of_room()
                written += 1
                if written % FRAMES_BETWEEN_BREATHS == 0:
                    await asyncio.sleep(0)
            self._waiting = None
        except OSError:
            self.abandon()
        finally:
            self._drain = None

    def _tell_of_room(self) -> None:
        if self._room is not None:
            self._room.set()
