"""Short conversations with the database for an event loop: in threads of their own that keep their connection.

A thread that has had nothing to do for a second gives its connection back.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from typing import TypeVar

from django.db import connection

from helpdesk.work import unit_of_work
from tenants import context
from tenants.context import TenantRef

IDLE_S = 1.0
T = TypeVar("T")


class Conversations:
    """Runs functions as units of work in a tenant. `threads`: how many at once."""

    def __init__(self, threads: int) -> None:
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._threads = [threading.Thread(target=self._talk, daemon=True) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    async def run(self, tenant: TenantRef, fn: Callable[[], T]) -> T:
        """What `fn` returns, after its unit of work in this tenant was committed."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()

        def job() -> None:
            try:
                with context.tenant(tenant), unit_of_work():
                    found = fn()
            except BaseException as error:
                connection.close()  # it may be broken; the next conversation makes a new one
                self._tell(loop, answer, error, None)
            else:
                self._tell(loop, answer, None, found)

        self._jobs.put(job)
        return await answer

    def close(self) -> None:
        for _ in self._threads:
            self._jobs.put(None)

    def _talk(self) -> None:
        while True:
            try:
                job = self._jobs.get(timeout=IDLE_S)
            except queue.Empty:
                connection.close()
                continue
            if job is None:
                connection.close()
                return
            job()

    def _tell(
        self, loop: asyncio.AbstractEventLoop, answer: asyncio.Future[T], error: BaseException | None, found: T | None
    ) -> None:
        def tell() -> None:
            if answer.done():
                return
            if error is not None:
                answer.set_exception(error)
            else:
                answer.set_result(found)  # type: ignore[arg-type]  # None is one of T's values here

        loop.call_soon_threadsafe(tell)
