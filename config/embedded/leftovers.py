"""Servers that a crashed supervisor left behind are stopped before new ones touch their data.

A process counts only when it is the right program at work in our folder: a process number in a file
may belong to somebody else by now, who is never signalled.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from config.embedded.errors import EmbeddedError
from config.embedded.terminal import say

PATIENCE = 20.0
"""Seconds a server left over may take to stop properly before it is killed."""


def stop_leftovers(folder: Path, program: str, *, pid_file: Path, stop_signal: signal.Signals) -> None:
    """Returns when no `program` works in `folder` any more, and removes its stale `pid_file`."""
    if at_work(folder, program, pid_file):
        say(f"stopping {program}, left over from a supervisor that died")
        _signal(leaders(folder, program, pid_file), stop_signal)
        # Only a leader is asked: the rest of a server follows it, or notices its death.
        if not _gone(folder, program, pid_file, PATIENCE):
            _signal(at_work(folder, program, pid_file), signal.SIGKILL)
        if not _gone(folder, program, pid_file, PATIENCE):
            raise EmbeddedError(f"{program} still works in {folder} and cannot be stopped.")
    pid_file.unlink(missing_ok=True)


def at_work(folder: Path, program: str, pid_file: Path) -> list[int]:
    """Every process of `program` whose working folder is `folder`."""
    if sys.platform == "linux":
        pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
        return [pid for pid in pids if _works_in(pid, folder, program)]
    return leaders(folder, program, pid_file)


def leaders(folder: Path, program: str, pid_file: Path) -> list[int]:
    """The processes that were started with the folder on their command line."""
    if sys.platform == "linux":
        return [pid for pid in at_work(folder, program, pid_file) if str(folder) in _command_line(pid)]
    pid = _noted(pid_file)
    return [pid] if pid and program in (line := _ps(pid)) and str(folder) in line else []


def _works_in(pid: int, folder: Path, program: str) -> bool:
    process = Path("/proc") / str(pid)
    try:
        return (process / "comm").read_text().strip() == program and (process / "cwd").readlink() == folder
    except OSError:  # gone, a zombie, or another user's
        return False


def _command_line(pid: int) -> str:
    try:
        return (Path("/proc") / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def _ps(pid: int) -> str:
    command = ["ps", "-o", "command=", "-p", str(pid)]
    return subprocess.run(command, check=False, capture_output=True, text=True).stdout


def _noted(pid_file: Path) -> int | None:
    try:
        return int(pid_file.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None


def _signal(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def _gone(folder: Path, program: str, pid_file: Path, patience: float) -> bool:
    deadline = time.monotonic() + patience
    while at_work(folder, program, pid_file):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
