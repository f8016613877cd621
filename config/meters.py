"""Where the processes of a part count together, and what each tells of itself every second."""

from __future__ import annotations

import os
import shutil
import sys
import threading
from pathlib import Path

from config.embedded.home import hub_home

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
EVERY_S = 1.0


def share_meters(part: str) -> None:
    """For the first process of a part, before prometheus_client is imported: those that it starts inherit it."""
    if "prometheus_client" in sys.modules:
        return  # too late: this process counts for itself
    here = hub_home() / "meters"
    for left in here.glob("*-*") if here.is_dir() else ():
        if not Path(f"/proc/{left.name.rpartition('-')[2]}").exists():
            shutil.rmtree(left, ignore_errors=True)
    folder = here / f"{part}-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ[FOLDER] = str(folder)


def forget_process(pid: int) -> None:
    """It is dead: what it counted stays, what it was does not."""
    if FOLDER in os.environ:
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(pid)  # type: ignore[no-untyped-call]


def tell_every_second() -> None:
    """From now on, in a thread of this process."""
    threading.Thread(target=_tell_on, name="meters", daemon=True).start()


def _tell_on() -> None:
    pause = threading.Event()
    while not pause.wait(EVERY_S):
        tell()


def tell() -> None:
    """What this process is now."""
    from helpdesk import meters
    from realtime.census import census

    meters.PROCESSES.set(1)
    meters.MEMORY.set(_resident_bytes())
    meters.SOCKETS.set(census.sockets)
    stats = _pool_stats()
    if stats:
        idle = stats.get("pool_available", 0)
        meters.POOL.labels("busy").set(stats.get("pool_size", 0) - idle)
        meters.POOL.labels("idle").set(idle)
        meters.POOL.labels("most").set(stats.get("pool_max", 0))
        meters.POOL_WAITING.set(stats.get("requests_waiting", 0))


def _pool_stats() -> dict[str, int]:
    """Of the pool, where this process has one by now."""
    from django.db import connection

    pool = connection._connection_pools.get(connection.alias)  # type: ignore[attr-defined]
    return dict(pool.get_stats()) if pool else {}


def _resident_bytes() -> int:
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:  # elsewhere than on Linux
        return 0
