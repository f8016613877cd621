"""The hub's own programs side by side, under honcho: started together, stopped together.

When one ends, all end: half a hub that looks whole is worse than none, and what restarts a whole hub
(systemd, a container) is better at it than we are. honcho's Manager offers no seams for what is changed
here, so some of its private names are used; the lock file pins its version.
"""

from __future__ import annotations

import multiprocessing
import os
import shlex
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import honcho.manager
import honcho.process

from config.embedded.home import ROOT
from config.embedded.leash import die_with, leash

honcho.manager.KILL_WAIT = 15
"""Seconds from the first program's end to the last one's: a worker finishes its job, the web its requests."""


@dataclass(frozen=True)
class Program:
    """One program: what honcho calls it, its command line, and what it gets when the supervisor dies."""

    name: str
    command: Sequence[str]
    last_signal: signal.Signals = signal.SIGTERM


class LeashedProcess(honcho.process.Process):
    """A program that dies with its supervisor, and so does honcho's process that reads its output."""

    last_signal = signal.SIGTERM
    supervisor = 0

    def run(self, events: Any = None, ignore_signals: bool = False) -> None:  # noqa: FBT001, FBT002
        die_with(self.supervisor, signal.SIGKILL)
        self._child_ctor = partial(honcho.process.Popen, preexec_fn=leash(self.last_signal))
        super().run(events, ignore_signals)


class LeaderFirst:
    """Asks a program itself to stop, not its children: a Celery worker lets them finish their job."""

    def terminate(self, pid: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)

    def kill(self, pid: int) -> None:
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


class Programs(honcho.manager.Manager):
    """honcho's Manager with our processes and signals."""

    def __init__(self, programs: Sequence[Program], env: Mapping[str, str], when_started: Callable[[], None]) -> None:
        super().__init__()
        self._asked_to_end = False
        self._process_ctor = LeashedProcess
        self._procmgr = LeaderFirst()
        self._when_started = when_started
        for program in programs:
            command = f"exec {shlex.join(program.command)}"
            process = self.add_process(program.name, command, cwd=str(ROOT), env=dict(env))
            process.last_signal = program.last_signal
            process.supervisor = os.getpid()

    def terminate(self) -> None:
        """Stops all, but none before each told its process number: honcho would raise there."""
        self._asked_to_end = True
        if self._all_started():
            super().terminate()

    def _any_stopped(self) -> bool:
        """What makes honcho's loop stop the others."""
        return self._asked_to_end or bool(super()._any_stopped())

    def _start(self) -> None:
        super()._start()
        # Only now: a process with threads must not fork.
        threading.Thread(target=self._when_started, daemon=True).start()


def run_programs(
    programs: Sequence[Program], environment: Mapping[str, str], when_started: Callable[[], None]
) -> int | None:
    """Runs them until one ends or SIGINT or SIGTERM comes, and stops all.

    None when somebody asked for the end, else the exit code of the program that ended first (128 + n where
    signal n ended it). `when_started` runs in a thread of its own.
    """
    if sys.platform == "linux":
        # honcho's processes must be our own children to notice our death; from Python 3.14 on they would not be.
        multiprocessing.set_start_method("fork", force=True)
    manager = Programs(programs, environment, when_started)
    asked = {signal.SIGINT + 128, signal.SIGTERM + 128}
    manager.loop()
    code = int(manager.returncode)
    sys.stdout.flush()
    return None if code in asked else code if code >= 0 else 128 - code
