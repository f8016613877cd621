"""How far a long run is: a bar where somebody looks, a line now and then where a log is kept."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol

WIDTH = 30
REDRAWN_EVERY_S, SAID_EVERY_S = 0.1, 5.0


class Stream(Protocol):
    """Where it is written: a file, or a command's stdout."""

    def write(self, text: str) -> object: ...

    def flush(self) -> object: ...

    def isatty(self) -> bool: ...


class Progress:
    """Counts what is done with, failed or not. Any thread may call it."""

    def __init__(self, stream: Stream, total: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream, self._total, self._clock = stream, total, clock
        self._is_bar = stream.isatty()
        self._began_at = self._told_at = clock()
        self._done = self._failed = 0
        self._guard = threading.Lock()

    def step(self, failure: str = "", *, many: int = 1) -> None:
        """One more is done with, or so many. A failure is told at once, in a line of its own."""
        with self._guard:
            self._done += many
            if failure:
                self._failed += 1
                self._stream.write(f"{self._wiped()}{failure}\n")
            if failure or self._done == self._total or self._is_time():
                self._tell()

    def end(self) -> None:
        """Leave the bar as it stands, so that the next line is one of its own."""
        if self._is_bar and self._done:
            self._stream.write("\n")
            self._stream.flush()

    def _is_time(self) -> bool:
        return self._clock() - self._told_at >= (REDRAWN_EVERY_S if self._is_bar else SAID_EVERY_S)

    def _tell(self) -> None:
        self._told_at = self._clock()
        text = words(self._done, self._total, self._failed, self._told_at - self._began_at)
        self._stream.write(f"{self._wiped()}{bar(self._done, self._total)} {text}" if self._is_bar else f"{text}\n")
        self._stream.flush()

    def _wiped(self) -> str:
        return "\r\033[K" if self._is_bar else ""


def bar(done: int, total: int) -> str:
    """`[#####.....]`; never full before all is done."""
    filled = WIDTH * min(done, total) // max(total, 1)
    return f"[{'#' * filled}{'.' * (WIDTH - filled)}]"


def words(done: int, total: int, failed: int, seconds: float) -> str:
    """`420 of 1000, 38 a second, 15 s left, 2 failed`."""
    told = [f"{done} of {total}"]
    if seconds > 0 and done:
        rate = done / seconds
        told.append(f"{rate:.0f} a second" if rate >= 1 else f"{seconds / done:.1f} s each")
        if done < total:
            told.append(f"{(total - done) / rate:.0f} s left")
    if failed:
        told.append(f"{failed} failed")
    return ", ".join(told)
