"""One server process: started on a leash, waited for until it answers, stopped in growing earnest."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from config.embedded.account import Place
from config.embedded.errors import EmbeddedError
from config.embedded.leash import leash
from config.embedded.ports import choose, is_free
from config.embedded.terminal import say

START_PATIENCE = 120.0
"""Seconds until a server must answer; after a crash it first reads its log."""
STOP_PATIENCE = 20.0
LOG_LIMIT = 10_000_000
"""Bytes; a longer log is put aside at the next start."""
PORT_TRIES = 5


@dataclass(frozen=True)
class Server:
    """How a server is started. `command` and `answers` take the port, which may have to change."""

    name: str
    place: Place
    command: Callable[[int], Sequence[str]]
    answers: Callable[[int], bool]
    stop_signals: Sequence[signal.Signals]
    """The first is also what it gets when its supervisor dies."""
    folder: Path | None = None
    """Where it works, for a server that does not go to its data's folder itself."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """What it needs to know beside its command line, as secrets."""
    pid_file: Path | None = None
    """For a server that writes none."""

    @property
    def log(self) -> Path:
        return self.place.data / f"{self.name.lower()}.log"


@contextmanager
def running(server: Server, remembered: int | None) -> Iterator[int]:
    """The server answers inside the block, on the port given; after it, it is gone."""
    process, port = _start(server, remembered)
    try:
        yield port
    finally:
        _stop(server, process)


def _start(server: Server, remembered: int | None) -> tuple[subprocess.Popen[bytes], int]:
    for _ in range(PORT_TRIES):
        port = choose(remembered)
        process = _launch(server, server.command(port))
        try:
            if _answers(server, process, port):
                return process, port
        except BaseException:
            _stop(server, process)
            raise
        if is_free(port):
            break
        remembered = None  # somebody else was quicker
    raise EmbeddedError(f"{server.name} did not start. The end of {server.log}:\n{_tail(server.log)}")


def _launch(server: Server, command: Sequence[str]) -> subprocess.Popen[bytes]:
    if server.log.exists() and server.log.stat().st_size > LOG_LIMIT:
        server.log.replace(server.log.with_suffix(".log.1"))
    server.log.touch(mode=0o600)  # it may quote what people wrote
    try:
        with server.log.open("ab") as log:
            process = subprocess.Popen(
                command,
                cwd=server.folder or "/",
                env={**clean_environment(), **server.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for the supervisor, which stops the servers last
                preexec_fn=leash(server.stop_signals[0]),
                **server.place.privileges,
            )
    except (OSError, subprocess.SubprocessError) as error:
        raise EmbeddedError(f"{server.name} cannot be started here: {error}") from error
    if server.pid_file:
        server.pid_file.write_text(f"{process.pid}\n")
        server.place.give(server.pid_file)
    return process


def clean_environment() -> dict[str, str]:
    """What a server sees: none of the caller's PG* variables, locale or secrets."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}


def _answers(server: Server, process: subprocess.Popen[bytes], port: int) -> bool:
    deadline = time.monotonic() + START_PATIENCE
    while process.poll() is None:
        if server.answers(port):
            return True
        if time.monotonic() > deadline:
            raise EmbeddedError(f"{server.name} does not answer on port {port}; see {server.log}")
        time.sleep(0.02)
    return False


def _stop(server: Server, process: subprocess.Popen[bytes]) -> None:
    for number in (*server.stop_signals, signal.SIGKILL):
        if process.poll() is not None:
            return
        process.send_signal(number)
        try:
            process.wait(STOP_PATIENCE)
        except subprocess.TimeoutExpired:
            say(f"{server.name} does not stop on {number.name}")


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-8:])
