"""Many sockets of one program in C (fanout_generator.c), compiled here, so that what meters is not what is metered."""

from __future__ import annotations

import resource
import subprocess
import time
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import orjson

SOURCE = Path(__file__).with_name("fanout_generator.c")
FOLDER = Path(__file__).resolve().parents[2] / "var" / "bench"
FILES_BESIDE_SOCKETS = 500


@dataclass(frozen=True, slots=True)
class Door:
    """How sockets come to events: `say` goes out after the handshake, `until` stands in the frame that answers it.

    `headers` are lines of the handshake that the sockets share out among themselves.
    """

    port: int
    path: str
    headers: Sequence[str] = ()
    say: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """What came so far, and when the first and the last of it came (nanoseconds of CLOCK_MONOTONIC)."""

    ready: int
    gone: int
    deliveries: int
    gaps: int
    doubled: int
    first_ns: int
    last_ns: int


@dataclass(frozen=True, slots=True)
class Sample:
    """One delivery: the event's seq, and the microseconds since the moment that its text names."""

    seq: int
    microseconds: int


class Sockets:
    """So many open sockets; the first `stalled` of them stop reading. Close it."""

    def __init__(self, door: Door, count: int, *, stalled: int = 0) -> None:
        allow_files(count)
        FOLDER.mkdir(parents=True, exist_ok=True)
        self._folder = Path(mkdtemp(dir=FOLDER))
        self.count = count
        command = [str(generator()), str(door.port), door.path, str(count), "--stalled", str(stalled)]
        if door.headers:
            (self._folder / "headers").write_text("".join(f"{line}\n" for line in door.headers))
            command += ["--headers", str(self._folder / "headers")]
        for name, text in (("--say", door.say), ("--until", door.until)):
            command += [name, text] if text else []
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.opened = self._read()

    def begin(self) -> None:
        """Forget what was counted."""
        self._ask("begin")

    def counted(self) -> Count:
        return self._ask("count")

    def wait_for(self, deliveries: int, *, within_s: float) -> Count:
        """What was counted when all of them were there, or the time was over."""
        until = time.monotonic() + within_s
        while (count := self.counted()).deliveries < deliveries and time.monotonic() < until:
            time.sleep(0.02)
        return count

    def samples(self) -> list[Sample]:
        """Every delivery since `begin` that names a moment."""
        file = self._folder / "samples"
        self._ask(f"samples {file}")
        numbers = array("I", file.read_bytes())
        return [Sample(*pair) for pair in zip(numbers[::2], numbers[1::2], strict=True)]

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(20)
        assert self._process.stdout is not None
        self._process.stdout.close()
        for file in self._folder.iterdir():
            file.unlink()
        self._folder.rmdir()

    def _ask(self, command: str) -> Count:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{command}\n".encode())
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> Count:
        assert self._process.stdout is not None
        told: dict[str, Any] = orjson.loads(self._process.stdout.readline())
        return Count(**told)


def generator() -> Path:
    """The program; made anew where its source is newer."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    program = FOLDER / "fanout_generator"
    if not program.exists() or program.stat().st_mtime < SOURCE.stat().st_mtime:
        made = program.with_suffix(f".{time.monotonic_ns()}")
        subprocess.run(["cc", "-O2", "-Wall", "-o", str(made), str(SOURCE)], check=True)
        made.rename(program)
    return program


def allow_files(sockets: int) -> None:
    """This process and those that it starts may hold so many sockets. Raises where the system forbids it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = sockets + FILES_BESIDE_SOCKETS
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, max(wanted, hard)))
