"""A virus scanner of one's own: Debian's clamd with a database that knows one virus, which we made."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.realtime.live import free_port

PROGRAM = shutil.which("clamd", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
VIRUS = b"a text that only the test database calls a virus"
NAME = "Hub.Test.Virus"
MOST_BYTES = 1024 * 1024
"""Files that are larger it does not take."""
UP_WITHIN_S = 60.0


class Scanner:
    """`port`: where it listens, on 127.0.0.1."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        database = folder / "database"
        database.mkdir()
        (database / "own.ndb").write_text(f"{NAME}:0:*:{VIRUS.hex()}\n")
        (folder / "clamd.conf").write_text(
            f"TCPSocket {self.port}\nTCPAddr 127.0.0.1\nDatabaseDirectory {database}\nForeground yes\n"
            f"StreamMaxLength {MOST_BYTES}\nTemporaryDirectory {folder}\n"
            + ("User root\n" if os.geteuid() == 0 else "")
        )

    def start(self) -> None:
        """Does nothing where it runs."""
        if self._process is not None:
            return
        assert PROGRAM
        self._process = subprocess.Popen(
            [PROGRAM, "--config-file", str(self._folder / "clamd.conf")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + UP_WITHIN_S
        while not self._answers():
            assert self._process.poll() is None, "clamd did not start"
            assert time.monotonic() < deadline, "clamd does not answer"
            time.sleep(0.1)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as line:
                line.sendall(b"zPING\0")
                return line.recv(16) == b"PONG\0"
        except OSError:
            return False


@contextmanager
def scanner(folder: Path) -> Iterator[Scanner]:
    """It runs inside the block."""
    running = Scanner(folder)
    running.start()
    try:
        yield running
    finally:
        running.kill()
