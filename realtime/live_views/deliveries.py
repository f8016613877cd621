"""Handing over what live views have told: slice by slice, so that thousands of readers hold nobody up."""

from __future__ import annotations

import asyncio
import time

import structlog

from realtime.live_views.outgoing import Outgoing

SLICE_S = 0.002
HANDED_OVER_BETWEEN_LOOKS = 16
"""At the clock."""
MOST_WITH_NEWS = 100
"""Views; with more, those who tell wait."""

_log = structlog.get_logger(__name__)


class Deliveries:
    """One task while there is something to hand over."""

    def __init__(self) -> None:
        self._with_news: dict[Outgoing, None] = {}
        self._task: asyncio.Task[None] | None = None
        self._moved = asyncio.Event()

    @property
    def is_idle(self) -> bool:
        return self._task is None

    def soon(self, outgoing: Outgoing) -> None:
        """In the loop's next turn: until then more may be told, and leave with it."""
        self._with_news[outgoing] = None
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def room(self) -> None:
        """Wait until those who are told have kept up."""
        while len(self._with_news) > MOST_WITH_NEWS and self._task is not None:
            await self._moved.wait()

    def close(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        try:
            slice_ends = time.perf_counter() + SLICE_S
            while self._with_news:
                outgoing = next(iter(self._with_news))
                if not outgoing.hand_on(HANDED_OVER_BETWEEN_LOOKS):
                    del self._with_news[outgoing]
                    self._pulse()
                if time.perf_counter() >= slice_ends:
                    await asyncio.sleep(0)
                    slice_ends = time.perf_counter() + SLICE_S
        except Exception:
            _log.exception("live_view_delivery_failed")
        finally:
            self._task = None
            self._pulse()

    def _pulse(self) -> None:
        self._moved.set()
        self._moved.clear()
