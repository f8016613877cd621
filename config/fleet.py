"""Several web processes behind one port: started, watched, exchanged one by one, and stopped together.

This process holds the port and serves nothing. On SIGHUP each process is exchanged for a fresh one, with whatever code
lies there now: the new one answers first, then the old one finishes what it has. The port never closes, so nobody is
refused. On SIGTERM all of them end, each as `config.graceful` says. One that dies is started again.
"""

from __future__ import annotations

import os
import queue
import select
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field

import structlog

from config.embedded.leash import leash
from config.env import ROOT, env
from config.fleet_names import LISTEN_FD, READY_FD
from config.meters import forget_process

START_PATIENCE_S = 60.0
"""Until a process answers."""
STOP_PATIENCE_S = 20.0
"""More than the seconds that the settings give it."""
SHORT_LIFE_S = 10.0
MOST_SHORT_LIVES = 5
"""In a row: then something is wrong that no start will mend, and who started us should know."""
BREATH_S = 0.5

_log = structlog.get_logger(__name__)


class CannotStart(Exception):
    """A web process ended before it answered, or never did; it said why itself."""


def listen(host: str, port: int) -> socket.socket:
    """The port, held. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(2048)
    listener.settimeout(0)
    listener.set_inheritable(True)
    return listener


@dataclass(eq=False)
class Member:
    """One web process."""

    process: subprocess.Popen[bytes]
    began: float = field(default_factory=time.monotonic)

    def send(self, number: signal.Signals) -> None:
        if self.process.poll() is None:
            self.process.send_signal(number)

    def ends_within(self, seconds: float) -> None:
        """Then it is killed."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            _log.error("web_process_killed", pid=self.process.pid)
            self.process.kill()
            self.process.wait()


class Fleet:
    """`run` until it is stopped; the exit code."""

    def __init__(self, listener: socket.socket, size: int) -> None:
        self._listener, self._size = listener, size
        self._members: list[Member] = []
        self._leaving: list[Member] = []
        self._signals: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._short_lives, self._stopping = 0, False

    def run(self) -> int:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._hear)
        try:
            for _ in range(self._size):
                self._members.append(self._start())
            return self._watch()
        except CannotStart as error:
            if self._stopping:
                return 0  # it was not given the time
            _log.critical("web_cannot_start", error=str(error))
            return 1
        finally:
            self._stop()

    def _hear(self, number: int, frame: object) -> None:
        self._stopping = self._stopping or number != signal.SIGHUP
        self._signals.put(number)

    def _watch(self) -> int:
        while True:
            try:
                number = self._signals.get(timeout=BREATH_S)
            except queue.Empty:
                self._replace_the_dead()
                continue
            if self._stopping:
                return 0
            if number == signal.SIGHUP:
                self._exchange()

    def _start(self) -> Member:
        """A process that answers. Raises CannotStart."""
        reading, writing = os.pipe()
        listening = self._listener.fileno()
        environment = os.environ | {LISTEN_FD: str(listening), READY_FD: str(writing)}
        member = Member(
            subprocess.Popen(
                [sys.executable, "-m", "config.web"],
                cwd=ROOT,
                env=environment,
                pass_fds=(listening, writing),
                preexec_fn=leash(signal.SIGTERM),
            )
        )
        os.close(writing)
        try:
            ready = self._is_there(reading) and os.read(reading, 1)
        finally:
            os.close(reading)
        if not ready:
            member.ends_within(0)
            raise CannotStart(f"exit code {member.process.returncode}")
        return member

    def _is_there(self, reading: int) -> bool:
        """Something to read, or its end, before our patience ends or we are stopped."""
        ends = time.monotonic() + START_PATIENCE_S
        while time.monotonic() < ends and not self._stopping:
            if select.select([reading], [], [], BREATH_S)[0]:
                return True
        return False

    def _exchange(self) -> None:
        """Each for a fresh one. Where a fresh one cannot start, the old ones stay: a bad release takes nothing down."""
        for old in list(self._members):
            try:
                fresh = self._start()
            except CannotStart as error:
                _log.error("web_not_exchanged", error=str(error))
                return
            self._members[self._members.index(old)] = fresh
            old.send(signal.SIGUSR1 if env.hub_server == "uvicorn" else signal.SIGTERM)
            self._leaving.append(old)
            self._wait_for(old)
            _log.info("web_exchanged", old=old.process.pid, new=fresh.process.pid)

    def _wait_for(self, old: Member) -> None:
        ends = time.monotonic() + env.hub_drain_seconds + env.hub_stop_seconds + STOP_PATIENCE_S
        while old.process.poll() is None and time.monotonic() < ends:
            if self._stopping:
                return
            time.sleep(BREATH_S / 10)
        old.ends_within(0)
        self._leaving.remove(old)
        forget_process(old.process.pid)

    def _replace_the_dead(self) -> None:
        for dead in [member for member in self._members if member.process.poll() is not None]:
            _log.error("web_process_died", pid=dead.process.pid, code=dead.process.returncode)
            lived = time.monotonic() - dead.began
            self._short_lives = self._short_lives + 1 if lived < SHORT_LIFE_S else 0
            if self._short_lives >= MOST_SHORT_LIVES:
                raise CannotStart(f"{MOST_SHORT_LIVES} processes in a row died within {SHORT_LIFE_S:.0f} s")
            forget_process(dead.process.pid)
            self._members[self._members.index(dead)] = self._start()

    def _stop(self) -> None:
        members = [*self._members, *self._leaving]
        for member in members:
            member.send(signal.SIGTERM)
        ends = time.monotonic() + env.hub_drain_seconds + env.hub_stop_seconds + STOP_PATIENCE_S
        for member in members:
            member.ends_within(max(0.0, ends - time.monotonic()))
