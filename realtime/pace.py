"""How many frames a client may send: a bucket of tokens, pure."""

from __future__ import annotations

BURST = 500
"""Enough to subscribe to everything one may, twice, at once."""
PER_SECOND = 50.0


class Pace:
    """`allows` is asked once per frame, with the present moment in seconds of any steady clock."""

    __slots__ = ("_at", "_left")

    def __init__(self, now: float) -> None:
        self._at = now
        self._left = float(BURST)

    def allows(self, now: float) -> bool:
        self._left = min(float(BURST), self._left + (now - self._at) * PER_SECOND)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
