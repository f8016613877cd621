"""Rings the hubs after a commit: those of this process at once, the others through the channel layer.

The listener stands between COMMIT and the answer, so it only leaves the tenant and its newest seq for a
thread of its own. Redis away costs nobody anything but a second's latency in other processes.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from abc import ABC, abstractmethod
from typing import Any
from uuid import UUID

import structlog
from channels.layers import get_channel_layer

from helpdesk.events.offers import Offer, packed
from realtime.hearing import GROUP, this_process
from realtime.hub import knock_local, ring_local

LONGEST_RING_S = 0.3
MOST_OFFERS = 8
"""Of a tenant, between two rings."""
BREAK_S = 3.0
"""After a failed ring the layer is left alone so long."""

_log = structlog.get_logger(__name__)


class Ringer(ABC):
    """Keeps the newest seq per tenant for one thread, which is started by the first ring.

    `_ring_far` and `_let_go` say whom it rings.
    """

    thread_name: str
    breath_s = 0.0
    """Between the first ring and what is done about it: what is rung meanwhile is done at once."""

    def __init__(self) -> None:
        self._due: dict[UUID, int] = {}
        self._some = threading.Condition()
        self._thread: threading.Thread | None = None
        self._silent_until = 0.0
        self._broken = False

    def ring(self, tenant_id: UUID, seq: int) -> None:
        """Takes microseconds. Called in the thread that committed."""
        with self._some:
            self._due[tenant_id] = max(seq, self._due.get(tenant_id, 0))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self.thread_name, daemon=True)
                self._thread.start()
            self._some.notify()

    def _run(self) -> None:
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        while True:
            self._wait_for_some()
            time.sleep(self.breath_s)
            loop.run_until_complete(self._ring_all(self._take()))

    def _wait_for_some(self) -> None:
        with self._some:
            while not self._due:
                self._some.wait()

    def _take(self) -> dict[UUID, int]:
        with self._some:
            due, self._due = self._due, {}
            return due

    async def _ring_all(self, due: dict[UUID, int]) -> None:
        """Bells that fall into a break are dropped: every reader looks for itself within a second."""
        for tenant_id, seq in due.items():
            if time.monotonic() < self._silent_until:
                self._drop(tenant_id)
                continue
            try:
                async with asyncio.timeout(LONGEST_RING_S):
                    await self._ring_far(tenant_id, seq)
            except Exception as error:
                await self._rest(error)
            else:
                self._recovered()

    async def _rest(self, error: Exception) -> None:
        self._silent_until = time.monotonic() + BREAK_S
        if not self._broken:
            _log.warning("bell_not_rung", by=self.thread_name, error=f"{type(error).__name__}: {error}"[:200])
        self._broken = True
        try:
            async with asyncio.timeout(LONGEST_RING_S):
                await self._let_go()
        except Exception as flush_error:
            _log.debug("bell_flush_failed", error=type(flush_error).__name__)

    def _recovered(self) -> None:
        if self._broken:
            _log.info("bell_rung_again", by=self.thread_name)
        self._broken = False

    @abstractmethod
    async def _ring_far(self, tenant_id: UUID, seq: int) -> None:
        """The other processes. Raises where they cannot be reached."""

    def _drop(self, tenant_id: UUID) -> None:  # noqa: B027
        """Nobody is rung for this tenant: what was to be brought along need not be kept."""

    async def _let_go(self) -> None:
        """Forget connections that may be broken."""
        layer: Any = get_channel_layer()
        if layer is not None:
            await layer.flush()


class BellRinger(Ringer):
    """Brings the offers of the newest commits along; more than a few at once, and they are read."""

    thread_name = "bell-ringer"

    def __init__(self) -> None:
        super().__init__()
        self._offers: dict[UUID, list[Offer] | None] = {}
        """None: not all since the last ring is offered, so all of it is read."""

    def tell(self, tenant_id: UUID, seq: int, offer: Offer | None) -> None:
        """Takes microseconds. Called in the thread that committed."""
        ring_local(tenant_id, seq, offer)
        with self._some:
            held = self._offers.get(tenant_id, [])
            if offer is None or held is None or len(held) >= MOST_OFFERS:
                self._offers[tenant_id] = None
            else:
                self._offers[tenant_id] = [*held, offer]
        self.ring(tenant_id, seq)

    async def _ring_far(self, tenant_id: UUID, seq: int) -> None:
        layer: Any = get_channel_layer()
        with self._some:
            offers = self._offers.pop(tenant_id, None) or []
        if layer is not None:
            packs = [packed(offer) for offer in offers]
            rung = {"type": "bell.rung", "tenant": str(tenant_id), "seq": seq, "from": this_process()}
            await layer.group_send(GROUP, rung | {"offers": packs})

    def _drop(self, tenant_id: UUID) -> None:
        with self._some:
            self._offers.pop(tenant_id, None)


class Knocker(Ringer):
    """Has the hubs look who is still here. A lost knock costs until the next beat."""

    thread_name = "knocker"

    async def _ring_far(self, tenant_id: UUID, seq: int) -> None:
        layer: Any = get_channel_layer()
        if layer is not None:
            await layer.group_send(GROUP, {"type": "bell.knocked", "tenant": str(tenant_id)})


_ringer, _knocker = BellRinger(), Knocker()


def ring(tenant_id: UUID, seq: int, offer: Offer | None) -> None:
    """The listener on `helpdesk.events.bell`."""
    _ringer.tell(tenant_id, seq, offer)


def knock(tenant_id: UUID) -> None:
    """The listener on the knocks of `helpdesk.events.bell`."""
    knock_local(tenant_id)
    _knocker.ring(tenant_id, 0)


def _begin_anew() -> None:
    global _ringer, _knocker
    _ringer, _knocker = BellRinger(), Knocker()


# A forked child (a Celery worker's) has the parent's thread in name only.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)
