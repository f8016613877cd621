"""A whole hub of its own, each part in a process group that can be killed and started again alone."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg
import redis

from config.embedded.home import ROOT
from config.embedded.memory import Memory, remember
from config.embedded.ports import is_free
from config.run import Address, is_live, programs
from tests.embedded.stage import environment, note, processes_of

HANG_S = 120.0
QUIET_PORTS = (12_000, 32_000)
"""Below what Linux hands out (net.ipv4.ip_local_port_range)."""
SECRET_KEY = "a-secret-key-of-the-stack-for-tests-0123456789"
SERVICES = {"postgres": "DATABASE_URL", "valkey": "REDIS_URL", "objects": "S3_ENDPOINT_URL"}
"""Each has a supervisor and a home of its own; what the variable names is not started by the other."""
UNUSED = {
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "S3_ENDPOINT_URL": "http://127.0.0.1:1",
}


class Stack:
    """`port` is where the web server listens. `kill` and `start` take a part's name."""

    def __init__(self, home: Path, **more: str) -> None:
        self.home, self.port, self.log = home, quiet_port(), (home / "log").open("ab")
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.more = {"HUB_ENV": "development", "HUB_SECRET_KEY": SECRET_KEY, "HUB_BCRYPT_ROUNDS": "4", **more}
        for name in SERVICES:
            (home / name).mkdir()
            ports = Memory(postgres_port=quiet_port(), valkey_port=quiet_port(), objects_port=quiet_port())
            remember(home / name, ports)
            self.start(name)
        self.manage("migrate_hub", "--demo")
        self.commands = {program.name: list(program.command) for program in programs()}
        for name in self.commands:
            self.start(name)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        found = environment(self.home, self.more)
        for name, variable in SERVICES.items():
            said = note(self.home / name)
            found |= {key: value for key, value in said.items() if key == variable or key.startswith("S3_")}
        return found | {"PORT": str(self.port), "HOST": "127.0.0.1"}

    def manage(self, *command: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            check=False,
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def start(self, name: str) -> None:
        if name in SERVICES:
            self._start_service(name)
            return
        self.running[name] = self._launch(self.commands[name], self.environment)
        if name == "web":
            until(lambda: is_live(Address("127.0.0.1", self.port)), "the web server does not answer")

    def kill(self, name: str) -> None:
        """SIGKILL to all of its processes; a service's servers with their supervisor."""
        victims = processes_of(self.home / name) if name in SERVICES else []
        os.killpg(self.running[name].pid, signal.SIGKILL)
        for pid in victims:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.running[name].wait()

    def stop(self) -> None:
        for name in reversed(list(self.running)):
            if self.running[name].poll() is None:
                self.kill(name)
        self.log.close()

    def execute(self, sql: str, *given: object) -> list[tuple[object, ...]]:
        """Run it as the database's owner, outside any tenant."""
        with psycopg.connect(self.environment["DATABASE_URL"], autocommit=True) as connection:
            cursor = connection.execute(sql.encode(), given)
            return cursor.fetchall() if cursor.description else []

    def _start_service(self, name: str) -> None:
        home, variable = self.home / name, SERVICES[name]
        others = {other: url for other, url in UNUSED.items() if other != variable}
        command = [sys.executable, "-m", "config.embedded", "--", "sleep", "100000"]
        self.running[name] = self._launch(command, environment(home, others))
        until(lambda: self._answers(name), f"{name} does not answer")

    def _answers(self, name: str) -> bool:
        assert self.running[name].poll() is None, f"{name} did not start"
        try:
            url = note(self.home / name)[SERVICES[name]]
            if name == "postgres":
                psycopg.connect(url, connect_timeout=2).close()
            elif name == "valkey":
                redis.Redis.from_url(url, socket_timeout=2).ping()
            else:
                httpx.get(url, timeout=2)
        except (OSError, KeyError, psycopg.Error, redis.RedisError, httpx.HTTPError):
            return False
        return True

    def _launch(self, command: list[str], env: dict[str, str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )


def quiet_port() -> int:
    """A free one that the system gives to nobody else: a server that was killed must find it free again."""
    while not is_free(port := random.randrange(*QUIET_PORTS)):
        pass
    return port


def until(true: Callable[[], object], what: str, *, patience: float = HANG_S) -> None:
    deadline = time.monotonic() + patience
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


@contextmanager
def stack(home: Path, **more: str) -> Iterator[Stack]:
    running = Stack(home, **more)
    try:
        yield running
    finally:
        running.stop()
