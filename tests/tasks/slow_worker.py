"""`python -m tests.tasks.slow_worker worker|courier`: the worker of `config.jobs` with one slow job more.

SLOW_JOURNAL: a file in which the job says when it begins and ends. SLOW_SECONDS: how long it takes.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from config import jobs

NAME = "tests.take_time"


def note(word: str, which: str) -> None:
    with Path(os.environ["SLOW_JOURNAL"]).open("a") as journal:
        journal.write(f"{word} {which} {os.getpid()}\n")


def take_time(which: str) -> None:
    note("began", which)
    time.sleep(float(os.environ["SLOW_SECONDS"]))
    note("ended", which)


if __name__ == "__main__":
    from tasks.app import app

    app.task(name=NAME)(take_time)
    sys.exit(jobs.main())
