"""Answers whose time tells nothing: the work is done inside a time that is the same for everybody."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

STEP_S = 0.3
"""Longer than the work takes but on a machine that stands still; then the next multiple."""


@contextmanager
def steady(step_s: float | None = None) -> Iterator[None]:
    """Leave the block at a whole multiple of the step after it was entered, however it went."""
    began = time.monotonic()
    try:
        yield
    finally:
        _wait(began, STEP_S if step_s is None else step_s)


@contextmanager
def steady_when(refused: type[Exception], step_s: float) -> Iterator[None]:
    """As `steady`, for this refusal alone: what else may happen is answered at once."""
    began = time.monotonic()
    try:
        yield
    except refused:
        _wait(began, step_s)
        raise


def _wait(began: float, step_s: float) -> None:
    if not connection.in_atomic_block:
        connection.close()  # others need it while we wait
    time.sleep(step_s - (time.monotonic() - began) % step_s)
