"""Reading live views from the database: each as soon as it is behind, few at a time, none again and again."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from django.db import Error as DatabaseFailure

from realtime.feed import Feed
from realtime.live_views.live_view import LiveView
from realtime.live_views.reading import Reader

MOST_AT_ONCE = 2
"""Of one tenant. The sockets of a process share few conversations with the database."""
REREAD_AFTER_S = 0.5
"""No view is read again sooner: under a burst that only the database can decide, it tells of several rows at once."""
RETRY_S, LONGEST_RETRY_S = 0.5, 10.0
A_TURN_S = 0.002

T = TypeVar("T")
_log = structlog.get_logger(__name__)


class Readings:
    """See the module. Where the database cannot be read a view stays at its place until it can."""

    def __init__(self, feed: Feed, reader: Reader, reread_after_s: float | None = None) -> None:
        self._feed, self._reader = feed, reader
        self._reread_after_s = REREAD_AFTER_S if reread_after_s is None else reread_after_s
        self._slots = asyncio.Semaphore(MOST_AT_ONCE)
        self._tasks: dict[LiveView, asyncio.Task[None]] = {}
        self._read_at: dict[LiveView, float] = {}

    def want(self, view: LiveView) -> None:
        """The view is behind."""
        if view not in self._tasks:
            self._tasks[view] = asyncio.get_running_loop().create_task(self._bring_up(view))

    def read_at(self, view: LiveView) -> float:
        """When it was last read, by the monotonic clock."""
        return self._read_at.get(view, 0.0)

    def forget(self, view: LiveView) -> None:
        self._read_at.pop(view, None)
        task = self._tasks.pop(view, None)
        if task is not None:
            task.cancel()

    def close(self) -> None:
        for view in list(self._tasks):
            self.forget(view)

    async def insist(self, read: Callable[[], Awaitable[T]]) -> T:
        """Ask the database until it answers."""
        tries = 0
        while True:
            try:
                async with self._slots:
                    return await read()
            except DatabaseFailure as error:
                if not tries:
                    _log.warning("live_view_without_database", error=str(error)[:200])
            pause = min(LONGEST_RETRY_S, RETRY_S * 2**tries)
            tries = min(tries + 1, 10)
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311

    async def _bring_up(self, view: LiveView) -> None:
        """Read it, and apply what has waited meanwhile, until it is no longer behind."""
        try:
            while view.is_behind:
                await self._pause(view)
                try:
                    await self._read(view)
                except Exception:
                    _log.exception("live_view_reading_failed")
                    view.fall_behind(view.place)
                    await asyncio.sleep(LONGEST_RETRY_S)
        finally:
            if self._tasks.get(view) is asyncio.current_task():
                del self._tasks[view]

    async def _read(self, view: LiveView) -> None:
        epoch = view.epoch
        reading = await self.insist(lambda: self._reader.read(view.selection, capacity=view.capacity))
        # It may be ahead of the feed: what the log says before of people and their rights is looked at first.
        await self.insist(self._feed.catch_up)
        self._read_at[view] = time.monotonic()
        if reading.log_epoch != self._feed.epoch:
            self._feed.rung.set()  # the log was restored; the feed will say so
            await asyncio.sleep(RETRY_S)
            return
        if epoch == view.epoch:
            view.take(reading)
            began = time.monotonic()
            while view.catch_up():
                if time.monotonic() - began > A_TURN_S:
                    await asyncio.sleep(0)
                    began = time.monotonic()

    async def _pause(self, view: LiveView) -> None:
        if view.is_there:
            again = self.read_at(view) + self._reread_after_s * random.uniform(0.7, 1.3)  # noqa: S311
            await asyncio.sleep(max(0.0, again - time.monotonic()))
