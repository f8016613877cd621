"""Real supervisors in real folders, and ways to look at what they left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from config.embedded.home import ROOT

PATIENCE = 30.0
OURS = ("DATABASE_URL", "REDIS_URL", "HUB_SECRET_KEY", "HUB_ENV", "HUB_HOME", "PORT", "HOST")
THE_STORES = "S3_"


def environment(home: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of these tests' own supervisors, without the services that the test run itself has."""
    kept = {name: value for name, value in os.environ.items() if name not in OURS and not name.startswith(THE_STORES)}
    return kept | {"HUB_HOME": str(home), "PYTHONUNBUFFERED": "1"} | dict(more or {})


def embedded(*arguments: str) -> list[str]:
    """The command line of a supervisor."""
    return [sys.executable, "-m", "config.embedded", *arguments]


def run(home: Path, *arguments: str, more: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """A supervisor from its start to its end."""
    return subprocess.run(
        embedded(*arguments),
        check=False,
        cwd=ROOT,
        env=environment(home, more),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


@contextmanager
def started(command: list[str], home: Path, *, says: str, **more: str) -> Iterator[subprocess.Popen[str]]:
    """A process in a group of its own, once it said that line; its output goes on in `process.stdout`."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment(home, more),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        heard: list[str] = []
        for line in process.stdout:
            heard.append(line)
            if line.strip() == says:
                break
        else:
            raise AssertionError(f"it ended without saying {says}: {''.join(heard)}")
        yield process
    finally:
        _end(process)
        process.stdout.close()


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        raise


@contextmanager
def up(
    home: Path, *options: str, script: str = "echo up; exec sleep 600", **more: str
) -> Iterator[subprocess.Popen[str]]:
    """A supervisor whose command runs, so its services are up."""
    with started(embedded(*options, "--", "sh", "-c", script), home, says="up", **more) as process:
        yield process


def note(home: Path) -> dict[str, str]:
    """What `services.env` says."""
    lines = (home / "services.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


def processes_of(home: Path) -> list[int]:
    """Every process that works in the folder or has it on its command line."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            where = str((entry / "cwd").readlink())
            words = (entry / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if where.startswith(f"{home}/") or str(home) in words:
            found.append(int(entry.name))
    return found


def eventually(holds: Callable[[], object], otherwise: str) -> None:
    """Waits until it holds; how long it may take is no promise, only the end of our patience."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.05)


def kill_all(pids: list[int]) -> None:
    """What a power cut does to these processes."""
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
