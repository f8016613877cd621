"""Starts what works behind the web: `python -m config.jobs worker|courier|beat`.

The worker reads the log and tells whom it concerns; the courier sends mail and webhooks, and waits for strangers in a
process of its own; beat says every two seconds that it may be time. One beat a hub, any number of the others.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

from config.embedded.home import hub_home
from config.env import env
from config.meters import share_meters

QUIET = ["--without-gossip", "--without-mingle", "--without-heartbeat"]


def command_of(part: str, home: Path) -> list[str]:
    """What Celery is asked for."""
    if part == "worker":
        return ["worker", "--concurrency", str(env.hub_worker_processes), *QUIET]
    if part == "courier":
        threads = ["--pool", "threads", "--concurrency", str(env.hub_courier_threads)]
        return ["worker", "--queues", "courier", "--hostname", "courier@%h", *threads, *QUIET]
    # No pid file: one left by a crash would keep beat from starting.
    schedule = ["--schedule", str(home / "beat-schedule"), "--scheduler", "config.celery_signs:Schedule"]
    return ["beat", *schedule, "--pidfile="]


def main() -> int:
    """Until it is asked to end."""
    part = sys.argv[1] if len(sys.argv) == 2 else ""
    if part not in ("worker", "courier", "beat"):
        sys.stderr.write("Say which: python -m config.jobs worker|courier|beat\n")
        return 2
    home = hub_home()
    home.mkdir(parents=True, exist_ok=True)
    share_meters(part)
    # Celery's warning about root is for pickled jobs; ours are JSON.
    warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")
    from celery.bin.celery import celery

    code = celery.main(["--quiet", "--app", "config.celery", *command_of(part, home)], standalone_mode=False)
    return int(code or 0)


if __name__ == "__main__":
    sys.exit(main())
