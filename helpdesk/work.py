"""The unit of work: one transaction, and the events that happened in it, written to the log last.

The outermost layer opens it (the API's door, a task, a command); whoever opens one inside joins it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

_open: ContextVar[UnitOfWork | None] = ContextVar("helpdesk_unit_of_work", default=None)


class NoUnitOfWork(RuntimeError):
    """An action recorded an event outside a unit of work."""


@dataclass(slots=True)
class UnitOfWork:
    """What has happened so far. `flush` is called once, after every other row lock is taken."""

    recorded: list[Any] = field(default_factory=list)
    flush: Callable[[list[Any]], None] | None = None


def current_work() -> UnitOfWork:
    """The open unit of work; raises where there is none."""
    work = _open.get()
    if work is None:
        raise NoUnitOfWork(NoUnitOfWork.__doc__)
    return work


@contextmanager
def unit_of_work() -> Iterator[UnitOfWork]:
    """Open one, or join the open one. An exception undoes everything; else log and rows commit together."""
    joined = _open.get()
    if joined is not None:
        yield joined
        return
    with transaction.atomic():
        work = UnitOfWork()
        token = _open.set(work)
        try:
            yield work
            if work.recorded and work.flush and not transaction.get_rollback():
                work.flush(work.recorded)
        finally:
            _open.reset(token)
