"""Counting in this process, for as long as Redis is away. Bounded: who has not been seen for longest is forgotten."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Sequence

from tenants.limits.rules import Bucket, Patience, Verdict, Window, verdict_of

MOST_KEYS = 20_000


class Memory:
    """The same answers as Redis gives, by half of each limit."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._windows: OrderedDict[str, Window] = OrderedDict()
        self._guesses: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def take(self, buckets: Sequence[Bucket]) -> list[Verdict]:
        """Count one in each, or in none where one has no room."""
        strict = [Bucket(one.policy, one.key, one.limit.stricter()) for one in buckets]
        at_ms = time.time_ns() // 1_000_000
        with self._lock:
            windows = [self._window(one.key) for one in strict]
            for window, bucket in zip(windows, strict, strict=True):
                window.move_to(at_ms // (bucket.limit.seconds * 1000))
            weighed = [window.weigh(one.limit, at_ms) for window, one in zip(windows, strict, strict=True)]
            free = all(wait_ms == 0 for _, _, wait_ms in weighed)
            for window in windows if free else ():
                window.count += 1
        return [
            verdict_of(one, used=used + free, reset_ms=reset_ms, wait_ms=wait_ms)
            for one, (used, reset_ms, wait_ms) in zip(strict, weighed, strict=True)
        ]

    def attempt(self, guesses: Sequence[tuple[str, Patience]]) -> int:
        """Seconds to wait; 0: the guess may be made, and is counted."""
        at = time.monotonic()
        with self._lock:
            wait = max(self._guesses.get(key, (0, 0.0))[1] - at for key, _ in guesses)
            if wait > 0:
                return int(wait) + 1
            for key, patience in guesses:
                failures = self._guesses.pop(key, (0, 0.0))[0] + 1
                self._guesses[key] = failures, at + patience.wait_s(failures)
                if len(self._guesses) > MOST_KEYS:
                    self._guesses.popitem(last=False)
        return 0

    def forgive(self, keys: Sequence[str], *, was_right: bool) -> None:
        """Take the last one back; where it was right, all from here."""
        here, everywhere = keys[:2]
        with self._lock:
            mine = self._guesses.get(here, (0, 0.0))[0] if was_right else 1
            for key in (here, everywhere):
                failures, until = self._guesses.pop(key, (0, 0.0))
                if failures > mine:
                    self._guesses[key] = failures - mine, until

    def _window(self, key: str) -> Window:
        window = self._windows.pop(key, None) or Window()
        self._windows[key] = window
        if len(self._windows) > MOST_KEYS:
            self._windows.popitem(last=False)
        return window
