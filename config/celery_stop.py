"""How a worker ends: SIGTERM lets what is under way come to its end, for HUB_STOP_SECONDS; the rest is put back.

Celery's warm shutdown waits without end and its soft one always waits the whole time, so this asks for the warm one,
and then for the cold one, in which jobs that are not done go back into the queue (they are acknowledged late, and may
run twice). Whatever even that does not end is ended here: the lease of its wake-up brings it back.
"""

from __future__ import annotations

import os
import signal
import threading
from typing import Any

import structlog
from billiard.process import active_children

from config.env import env

PATIENCE_S = 5.0
"""For the cold shutdown, after which nothing is asked any more."""

_log = structlog.get_logger(__name__)


def end_in_time(**_: Any) -> None:
    """A receiver of `worker_shutting_down`. May be called again."""
    global _begun
    if not _begun:
        _begun = True
        threading.Thread(target=_watch, name="end-in-time", daemon=True).start()


_begun = False
_ended = threading.Event()


def ended(**_: Any) -> None:
    """A receiver of `worker_shutdown`: it is over."""
    _ended.set()


def _watch() -> None:
    if _ended.wait(env.hub_stop_seconds):
        return
    _log.warning("jobs_put_back", after_seconds=env.hub_stop_seconds)
    os.kill(os.getpid(), signal.SIGQUIT)
    if _ended.wait(PATIENCE_S):
        return
    _log.error("worker_ended_by_force")
    for child in active_children():
        if child.pid:
            os.kill(child.pid, signal.SIGKILL)
    os._exit(1)
