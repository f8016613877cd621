"""Workers that are asked to end, and workers that are killed: what they were at is done all the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis
from celery import Celery
from django.conf import settings

from config.env import ROOT
from tests.tasks.slow_worker import NAME

PATIENCE_S = 60.0
Start = Callable[..., "subprocess.Popen[bytes]"]
pytestmark = pytest.mark.slow


class Bench:
    """A broker's database of its own, and a journal."""

    def __init__(self, journal: Path, url: str = "") -> None:
        self.url = url or urlsplit(settings.REDIS_URL)._replace(path="/9").geturl()
        self.journal, self.running = journal, ExitStack()
        self.client = redis.Redis.from_url(self.url)
        self.client.flushdb()
        self.app = Celery(broker=self.url, set_as_current=False)
        self.app.conf.task_ignore_result = True

    def start(self, part: str = "worker", *, seconds: float, stop: float = 20) -> subprocess.Popen[bytes]:
        environment = os.environ | {
            "HUB_ENV": "development",
            "REDIS_URL": self.url,
            "HUB_HOME": str(self.journal.parent),
            "HUB_WORKER_PROCESSES": "1",
            "HUB_STOP_SECONDS": str(stop),
            "SLOW_JOURNAL": str(self.journal),
            "SLOW_SECONDS": str(seconds),
        }
        command = [sys.executable, "-m", "tests.tasks.slow_worker", part]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
        self.running.callback(self._end, process)
        return process

    def queue(self, *which: str, queue: str = "celery") -> None:
        for one in which:
            self.app.send_task(NAME, (one,), queue=queue)

    def words(self, word: str) -> list[str]:
        lines = self.journal.read_text().splitlines() if self.journal.exists() else []
        return [line.split()[1] for line in lines if line.split()[0] == word]

    def pid_of(self, which: str) -> int:
        lines = [line.split() for line in self.journal.read_text().splitlines()]
        return next(int(pid) for word, name, pid in lines if (word, name) == ("began", which))

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path / "journal")
    with made.running:
        yield made
    made.client.flushdb()
    made.client.close()


def until(true: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def test_a_job_under_way_is_finished_and_what_waits_is_left_to_the_next(bench: Bench) -> None:
    worker = bench.start(seconds=2)
    bench.queue("one", "two", "three")
    until(lambda: bench.words("began"), "no job began")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(PATIENCE_S) == 0
    done = bench.words("ended")
    assert done == bench.words("began"), "a job was broken off"
    assert len(done) < 3
    bench.start(seconds=0)
    until(lambda: len(bench.words("ended")) == 3, "a job was lost")
    assert sorted(bench.words("ended")) == ["one", "three", "two"], "a job was done twice"


def test_a_job_that_takes_too_long_is_put_back(bench: Bench) -> None:
    worker = bench.start(seconds=300, stop=1)
    bench.queue("long", "waiting")
    until(lambda: bench.words("began"), "no job began")
    worker.send_signal(signal.SIGTERM)
    worker.wait(PATIENCE_S)
    assert bench.words("ended") == []
    bench.start(seconds=0)
    until(lambda: sorted(bench.words("ended")) == ["long", "waiting"], "a job was lost")


def test_a_courier_whose_threads_hang_ends_all_the_same(bench: Bench) -> None:
    courier = bench.start("courier", seconds=300, stop=1)
    bench.queue("hangs", queue="courier")
    until(lambda: bench.words("began"), "no job began")
    courier.send_signal(signal.SIGTERM)
    courier.wait(PATIENCE_S)


def test_a_job_whose_process_is_killed_is_put_back(bench: Bench) -> None:
    bench.start(seconds=5)
    bench.queue("killed")
    until(lambda: bench.words("began"), "no job began")
    os.kill(bench.pid_of("killed"), signal.SIGKILL)
    until(lambda: bench.words("ended") == ["killed"], "the job was lost")
    assert bench.words("began") == ["killed", "killed"]
