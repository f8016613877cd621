"""The courier in this process, for tests: what is due is sent until nothing is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from helpdesk.dispatch.actions import dispatch_page
from helpdesk.work import unit_of_work
from tasks.courier.engine import Engine
from tenants import context
from tests.conftest import Desk

HANG_S = 60.0


@contextmanager
def courier() -> Iterator[Engine]:
    """An engine of one's own."""
    engine = Engine()
    try:
        yield engine
    finally:
        engine.stop()


def dispatch(desk: Desk) -> None:
    """Handle what the log has new."""
    while True:
        with context.tenant(desk.ref), unit_of_work():
            progress = dispatch_page()
        if progress is None or not progress.behind:
            return


def until(true: Callable[[], bool], what: str = "it did not come") -> None:
    deadline = time.monotonic() + HANG_S
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)
