"""The hub's way to the log: short conversations with the database, never from inside the event loop."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Protocol
from weakref import WeakKeyDictionary

from helpdesk.events.queries import (
    Head,
    LogRow,
    get_head,
    list_desk_rows,
    list_rows_and_head,
    list_rows_visible_to,
    list_told_rows,
)
from realtime.audience import Key, carries
from realtime.protocol import DESK, ME, ticket_of
from tenants.context import TenantRef, run_in_tenant


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in order. All that there was with `seq <= scanned_to` has been looked at.

    `head` was read with the rows or after them: where its epoch is the reader's, the rows are of that epoch too.
    """

    rows: list[LogRow]
    scanned_to: int
    head: Head


class LogReader(Protocol):
    """One tenant's log."""

    async def head(self) -> Head:
        """Where it ends, now."""
        ...

    async def page(self, *, after: int, limit: int) -> Page:
        """The rows after a seq, whoever may see them."""
        ...

    async def page_for(self, key: Key, *, after: int, upto: int, limit: int) -> Page:
        """The rows with `after < seq <= upto` that a channel carries, as the database has them now."""
        ...


REPLAYS_AT_ONCE = 4
"""Of one process: half of the sockets' database conversations (tenants.context) stay free for what is live."""
_replays: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


def _turn_of_a_replay() -> asyncio.Semaphore:
    return _replays.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(REPLAYS_AT_ONCE))


class TenantLog:
    """The log of a tenant in PostgreSQL."""

    def __init__(self, ref: TenantRef) -> None:
        self._ref = ref

    async def head(self) -> Head:
        return await run_in_tenant(self._ref, get_head)

    async def page(self, *, after: int, limit: int) -> Page:
        def read() -> Page:
            rows, head = list_rows_and_head(after=after, limit=limit)
            return Page(rows, rows[-1].seq if rows else after, head)

        return await run_in_tenant(self._ref, read)

    async def page_for(self, key: Key, *, after: int, upto: int, limit: int) -> Page:
        async with _turn_of_a_replay():
            return await run_in_tenant(self._ref, lambda: list_carried(key, after=after, upto=upto, limit=limit))


def list_carried(key: Key, *, after: int, upto: int, limit: int) -> Page:
    """The rows with `after < seq <= upto` that a channel carries, as the database has them now, and the head after."""
    stream, viewer = key
    if stream == ME:
        rows = list_told_rows(viewer, after=after, upto=upto, limit=limit)
    elif stream == DESK:
        rows = list_desk_rows(viewer, after=after, upto=upto, limit=limit)
    else:
        rows = list_rows_visible_to(viewer, after=after, upto=upto, limit=limit, ticket_id=ticket_of(stream))
    scanned_to = rows[-1].seq if len(rows) == limit else upto
    return Page([row for row in rows if carries(key, row)], scanned_to, get_head())
