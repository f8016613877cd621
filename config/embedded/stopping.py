"""SIGINT and SIGTERM, before and after the program that is run takes care of them itself."""

from __future__ import annotations

import signal
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopped(BaseException):
    """Somebody asked us to stop. Not an Exception: no `except Exception` may swallow it."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def stops_raise() -> None:
    """From now on the first signal raises Stopped, so that every `with` cleans up; later ones are ignored."""
    for number in SIGNALS:
        signal.signal(number, _raise)


def ignore_stops() -> None:
    """For the time of the cleaning up, which is short and ends by itself."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _raise(number: int, _frame: FrameType | None) -> None:
    ignore_stops()
    raise Stopped(number)
