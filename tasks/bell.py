"""Queues the dispatch of a tenant after a commit, from a thread of its own: a dead broker slows no request.

A bell that is lost costs two seconds: the wake-up that was written with the events is found by beat.
"""

from __future__ import annotations

import os
from uuid import UUID

from celery import current_app

from helpdesk.events.offers import Offer
from realtime.bell import LONGEST_RING_S, Ringer
from tasks.dispatch import dispatch

_IMPATIENT = {"socket_timeout": LONGEST_RING_S, "socket_connect_timeout": LONGEST_RING_S, "retry_on_timeout": False}

BREATH_S = 0.03
"""To queue a job takes some milliseconds of the interpreter, in which frames would wait: they leave first."""


class DispatchRinger(Ringer):
    """Rings the workers."""

    thread_name = "dispatch-ringer"
    breath_s = BREATH_S

    async def _ring_far(self, tenant_id: UUID, seq: int) -> None:
        # The connection is of this thread alone, so its blocking call holds up nobody; its sockets time out.
        options = current_app.conf.broker_transport_options | _IMPATIENT | {"max_retries": 0}
        with current_app.connection_for_write(transport_options=options, connect_timeout=LONGEST_RING_S) as connection:
            job = dispatch.signature((str(tenant_id),))
            job.apply_async(connection=connection, retry=False, expires=30)

    async def _let_go(self) -> None:
        """Each ring has a connection of its own."""


_ringer = DispatchRinger()


def ring(tenant_id: UUID, seq: int, _: Offer | None) -> None:
    """The listener on `helpdesk.events.bell`. Workers read."""
    _ringer.ring(tenant_id, seq)


def _begin_anew() -> None:
    global _ringer
    _ringer = DispatchRinger()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)
