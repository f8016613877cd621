"""Redis dies while jobs are under way: the workers stay, and go on when it is back."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from config.embedded.valkey import PROGRAM, _package
from tests.realtime.live import free_port, is_open
from tests.tasks.test_stopping import Bench, until

pytestmark = pytest.mark.slow


class Broker:
    """A server that keeps nothing, and can be killed and started again where it was."""

    def __init__(self, folder: Path) -> None:
        self.port, self._folder = free_port(), folder
        self.start()

    def start(self) -> None:
        command = [str(_package() / PROGRAM), "--port", str(self.port), "--save", "", "--dir", str(self._folder)]
        self.process = subprocess.Popen([*command, "--bind", "127.0.0.1"], stdout=subprocess.DEVNULL)
        until(lambda: is_open(self.port), "Redis does not answer")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    running = Broker(tmp_path)
    yield running
    running.kill()


@pytest.fixture
def bench(broker: Broker, tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "journal", f"redis://127.0.0.1:{broker.port}/0")
    with bench.running:
        yield bench


@pytest.mark.parametrize(("part", "queue"), [("worker", "celery"), ("courier", "courier")])
def test_a_worker_outlives_redis_with_jobs_in_its_hands(bench: Bench, broker: Broker, part: str, queue: str) -> None:
    worker = bench.start(part, seconds=3)
    bench.queue("one", "two", "three", queue=queue)
    until(lambda: bench.words("began"), "no job began")
    broker.kill()
    until(lambda: "one" in bench.words("ended"), "the job was broken off")
    assert worker.poll() is None
    broker.start()
    bench.queue("after", queue=queue)
    until(lambda: "after" in bench.words("ended") or worker.poll() is not None, "the worker does not come back")
    assert worker.poll() is None, "the worker has ended with Redis"
    assert redis.Redis(port=broker.port).ping()
