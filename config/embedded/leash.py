"""No process outlives its supervisor, not even one that dies by `kill -9` (Linux; prctl(2))."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1


def leash(stop_signal: signal.Signals) -> Callable[[], None] | None:
    """A `preexec_fn` that has the kernel send `stop_signal` when the starting thread dies.

    Start leashed processes from the main thread. The kernel forgets the wish when a process changes its
    user, so it is made last: `subprocess` drops privileges before `preexec_fn`. Elsewhere than on Linux
    there is no such thing (None); what is left over is then stopped by the next start.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def tie() -> None:
        prctl(PR_SET_PDEATHSIG, int(stop_signal))
        if os.getppid() != parent:  # it died before the wish was made
            os._exit(1)

    return tie


def die_with(parent: int, stop_signal: signal.Signals) -> None:
    """The same for the calling process, which `parent` has just forked."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(stop_signal))
        if os.getppid() != parent:
            os._exit(1)
