"""One page of an import is one transaction: its rows, its history, and the figures that follow from both.

So a process that is killed leaves whole pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from helpdesk.analytics.actions import derive_facts
from helpdesk.events.log import write_now
from helpdesk.work import unit_of_work


@contextmanager
def page() -> Iterator[list[UUID]]:
    """Inside, rows are written and the past is recorded.

    Gives a list for the tickets that were made or answered: what analytics reads off them is derived at the end.
    """
    with unit_of_work():
        touched: list[UUID] = []
        yield touched
        write_now()
        if touched:
            derive_facts(touched)
