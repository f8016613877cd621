"""The courier's engine: one event loop that sends what is due, for all tenants of this process at once.

A tenant is served as long as it has something due. Its tries run beside each other and beside those of all others;
a slot that gets free is filled again, so whoever is slow holds up only themselves. Nothing is kept in memory that
is not a leased row: killed anywhere, the leases end and somebody else goes on.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError

from helpdesk.clock import now
from helpdesk.meters import DELIVERIES
from helpdesk.webhooks.actions.filling import fill
from helpdesk.webhooks.actions.tries import Job, Result, claim, keep_what_can_be, rest
from helpdesk.webhooks.rules import LEASE, MOST_OF_A_TENANT
from helpdesk.webhooks.signing import headers_for
from tasks.courier.conversations import Conversations
from tasks.courier.names import OWNER, Names
from tasks.courier.post import Answer, Post
from tenants.context import TenantRef

MOST_AT_ONCE = 800
"""Tries that run in this process at the same time: connections, so well below the usual limit of open files."""
CLAIMED_AT_ONCE = 50
CONVERSATIONS = 4
GATHERS_S = 0.005
"""After a try has ended: those that end just after it are written down with it."""
LOOKS_EVERY_S = 1.0
RESTS_S = 0.2
"""Before looking again where something is due that somebody else holds."""
FAREWELL_S = 5.0
"""What is being sent when the process is asked to end gets so long; whatever takes longer is sent again."""

T = TypeVar("T")
_log = structlog.get_logger(__name__)


class Engine:
    """`ring` from any thread; `stop` waits for the tries that run, and claims no more."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._serving: dict[UUID, asyncio.Event] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._running = 0
        self._stopping = False
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="courier", daemon=True)
        self._thread.start()
        self._ready.wait()

    def ring(self, tenant: TenantRef) -> None:
        """Something is due for this tenant."""
        self._loop.call_soon_threadsafe(self._begin, tenant)

    def stop(self) -> None:
        """Let what is being sent come to its end."""
        self._loop.call_soon_threadsafe(self._end)
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._live())
        finally:
            self._loop.close()

    async def _live(self) -> None:
        self._stopped = asyncio.Event()
        self._post = Post(Names(settings.WEBHOOK_ALLOWED_NETWORKS))
        self._conversations = Conversations(CONVERSATIONS)
        self._ready.set()
        await self._stopped.wait()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=FAREWELL_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self._post.close()
        self._conversations.close()

    def _end(self) -> None:
        self._stopping = True
        for rung in self._serving.values():
            rung.set()
        self._stopped.set()

    def _begin(self, tenant: TenantRef) -> None:
        if self._stopping:
            return
        if rung := self._serving.get(tenant.id):
            rung.set()
            return
        rung = self._serving[tenant.id] = asyncio.Event()
        serving = self._loop.create_task(self._serve(tenant, rung))
        self._tasks.add(serving)
        serving.add_done_callback(self._tasks.discard)

    async def _serve(self, tenant: TenantRef, rung: asyncio.Event) -> None:
        OWNER.set(tenant.id)
        try:
            await _Round(tenant, self._conversations, self._post, rung, self).serve()
        except Exception:
            # The wake-up's lease brings the tenant back.
            _log.exception("courier_failed", tenant=str(tenant.id))
        finally:
            # In the step in which the round found its bell silent: no ring can come in between and be lost.
            del self._serving[tenant.id]

    @property
    def stopping(self) -> bool:
        return self._stopping

    def free(self) -> int:
        """How many more tries this process may begin."""
        return MOST_AT_ONCE - self._running

    def count(self, change: int) -> None:
        self._running += change


class _Round:
    """Serving one tenant until nothing is due."""

    def __init__(
        self, tenant: TenantRef, conversations: Conversations, post: Post, rung: asyncio.Event, engine: Engine
    ) -> None:
        self._tenant, self._conversations, self._post = tenant, conversations, post
        self._rung, self._engine = rung, engine
        self._tasks: set[asyncio.Task[Result]] = set()
        self._busy: Counter[UUID] = Counter()

    async def serve(self) -> None:
        ended: list[Result] = []
        try:
            while True:
                self._rung.clear()
                begun = await self._turn(ended)
                ended = await self._wait() if self._tasks else []
                if self._tasks or ended:
                    continue
                if self._engine.stopping or (not begun and await self._is_done()):
                    return
        finally:
            for task in self._tasks:
                task.cancel()
            self._engine.count(-len(self._tasks))

    async def _turn(self, ended: list[Result]) -> int:
        """Write down what has ended, claim as much as there is room for, and begin with it."""
        room = min(CLAIMED_AT_ONCE, MOST_OF_A_TENANT - len(self._tasks), self._engine.free())
        limit = 0 if self._engine.stopping else room
        if not ended and limit <= 0:
            await asyncio.sleep(RESTS_S)
            return 0
        busy = dict(self._busy)

        def turn() -> tuple[int, list[Job]]:
            keep_what_can_be(ended)
            return (fill(), claim(busy, limit=limit)) if limit > 0 else (0, [])

        taken = max(limit, 0)
        self._engine.count(taken)  # before the others of this loop look how much room there is
        try:
            moved, jobs = await self._converse(turn)
            for job in jobs:
                self._busy[job.webhook_id] += 1
                self._tasks.add(asyncio.create_task(_try(self._post, job)))
            taken -= len(jobs)
        finally:
            self._engine.count(-taken)
        return moved + len(jobs)

    async def _wait(self) -> list[Result]:
        """Until some tries have ended, or something new is due."""
        ring = asyncio.create_task(self._rung.wait())
        try:
            # Not for ever: a retry may have become due meanwhile.
            await asyncio.wait({*self._tasks, ring}, timeout=LOOKS_EVERY_S, return_when=asyncio.FIRST_COMPLETED)
            if not ring.done():
                await asyncio.sleep(GATHERS_S)
        finally:
            ring.cancel()
        ended = {task for task in self._tasks if task.done()}
        self._tasks -= ended
        self._engine.count(-len(ended))
        results = [task.result() for task in ended]
        self._busy -= Counter(result.job.webhook_id for result in results)
        return results

    async def _is_done(self) -> bool:
        """Settle when something is due next. Not done: now, so we look again in a moment."""
        due = await self._converse(rest)
        if due is None or due > now():
            return not self._rung.is_set()
        await asyncio.sleep(RESTS_S)
        return False

    async def _converse(self, fn: Callable[[], T]) -> T:
        """In the tenant. The database may be away for a moment: what has ended waits for it, as long as the lease."""
        until = time.monotonic() + LEASE.total_seconds() / 2
        while True:
            try:
                return await self._conversations.run(self._tenant, fn)
            except (OperationalError, InterfaceError) as error:
                if time.monotonic() > until or self._engine.stopping:
                    raise
                _log.warning("database_unavailable", error=type(error).__name__)
                await asyncio.sleep(RESTS_S * 5)


async def _try(post: Post, job: Job) -> Result:
    started_at, clock = now(), time.monotonic()
    if job.body is None:
        answer = Answer(ok=False, error=job.error)
    else:
        try:
            moment = int(started_at.timestamp())
            headers = headers_for(job.secrets, id_=str(job.delivery_id), timestamp=moment, body=job.body)
            answer = await post.send(job.url, headers, job.body)
        except Exception:
            _log.exception("try_failed", delivery=str(job.delivery_id))
            answer = Answer(ok=False, error="The courier could not send this; its log says why.")
    DELIVERIES.labels("delivered" if answer.ok else "failed").inc()
    return Result(
        job=job,
        started_at=started_at,
        duration_ms=int((time.monotonic() - clock) * 1000),
        ok=answer.ok,
        status=answer.status,
        error=answer.error,
        answer=answer.text,
        retry_after=answer.retry_after,
    )


_lock = threading.Lock()
_engine: Engine | None = None


def engine() -> Engine:
    """This process's, begun when it is first needed."""
    global _engine
    with _lock:
        if _engine is None:
            _engine = Engine()
        return _engine


def stop_engine() -> None:
    """At the end of the process."""
    global _engine
    with _lock:
        running, _engine = _engine, None
    if running is not None:
        running.stop()
