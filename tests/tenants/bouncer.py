"""Debian's PgBouncer before the database of this run, pooling transactions; skips, loudly, where it is missing."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from psycopg.conninfo import make_conninfo

from tests.realtime.live import free_port

HOW_TO = "No PgBouncer here: what is about it is skipped. Install it (make tools) and run the tests again."
ACCOUNT = "nobody"
"""Whom it runs as where we are root: it refuses to be that."""
SERVER_CONNECTIONS = 3
"""Fewer than those who use them, so that they are shared all the time."""


def find_pgbouncer() -> str | None:
    return shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


@contextmanager
def pgbouncer() -> Iterator[int]:
    """Its port on the loopback address. Any database of our server can be reached through it."""
    program = find_pgbouncer()
    if program is None:
        print(f"\n{HOW_TO}", file=sys.__stderr__)
        pytest.skip(HOW_TO)
    port, user = free_port(), ACCOUNT if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="hub-pgbouncer-") as name:
        folder = Path(name)
        _write_settings(folder, port)
        for path in (folder, *folder.iterdir()):
            if user:
                shutil.chown(path, user)
        process = subprocess.Popen([program, "-q", str(folder / "pgbouncer.ini")], user=user, stderr=subprocess.DEVNULL)
        try:
            _wait_until_up(port, process, folder)
            yield port
        finally:
            process.terminate()
            process.wait(20)


def url(port: int | None = None, database: str | None = None) -> str:
    """Of the database of this run, or of another one; at PgBouncer where its port is given."""
    known: dict[str, Any] = settings.DATABASES["default"]
    return make_conninfo(
        host="127.0.0.1",
        port=port or known["PORT"],
        user=known["USER"],
        password=known["PASSWORD"],
        dbname=database or known["NAME"],
    )


def _write_settings(folder: Path, port: int) -> None:
    known = settings.DATABASES["default"]
    lines = [
        "[databases]",
        f"* = host=127.0.0.1 port={known['PORT']}",
        "[pgbouncer]",
        "listen_addr = 127.0.0.1",
        f"listen_port = {port}",
        "unix_socket_dir =",
        "auth_type = scram-sha-256",
        f"auth_file = {folder}/users.txt",
        "pool_mode = transaction",
        f"default_pool_size = {SERVER_CONNECTIONS}",
        "max_client_conn = 300",
        f"logfile = {folder}/pgbouncer.log",
        f"stats_users = {known['USER']}",
    ]
    (folder / "pgbouncer.ini").write_text("\n".join(lines) + "\n")
    (folder / "users.txt").write_text(f'"{known["USER"]}" "{known["PASSWORD"]}"\n')


def _wait_until_up(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert process.poll() is None, (folder / "pgbouncer.log").read_text()
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("PgBouncer did not come up")


def transactions_pooled(port: int) -> int:
    """How many transactions it has handed to its server connections."""
    with psycopg.connect(url(port, "pgbouncer"), autocommit=True) as console:
        cursor = console.cursor(row_factory=psycopg.rows.dict_row)
        return sum(int(row["total_xact_count"]) for row in cursor.execute("SHOW STATS").fetchall())
