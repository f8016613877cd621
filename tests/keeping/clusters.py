"""PostgreSQL clusters of a test's own, for what is done to a whole cluster: archived, backed up, lost, restored."""

from __future__ import annotations

import secrets
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from config.embedded.account import Place, find_place
from config.embedded.leash import leash
from config.embedded.ports import LOOPBACK, choose
from config.embedded.server import clean_environment
from tests.keeping.tools import postgres_program

HANG_S = 60.0
PASSWORD = secrets.token_urlsafe(16)
ALWAYS = {"listen_addresses": LOOPBACK, "unix_socket_directories": "", "max_locks_per_transaction": "256"}


@dataclass(frozen=True, slots=True)
class Cluster:
    """A data folder, and the port where it is served."""

    data: Path
    place: Place
    port: int

    @property
    def url(self) -> str:
        return f"postgresql://postgres:{PASSWORD}@{LOOPBACK}:{self.port}/postgres"

    def ask(self, statement: str) -> Any:
        """The first column of the first row."""
        with psycopg.connect(self.url, autocommit=True, connect_timeout=5) as connection:
            found = connection.execute(statement.encode()).fetchone()
        return found[0] if found else None

    def configure(self, **settings: str) -> None:
        """For its next start, as somebody would who edits postgresql.conf."""
        with (self.data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())

    @contextmanager
    def running(self) -> Iterator[None]:
        """It takes connections inside; at the end it is killed, and nothing of what it had in memory is saved."""
        settings = [f"--{name}={value}" for name, value in (ALWAYS | {"port": str(self.port)}).items()]
        with (self.data.parent / f"{self.data.name}.log").open("ab") as log:
            server = subprocess.Popen(
                [postgres_program("postgres"), "-D", str(self.data), *settings],
                cwd="/",
                env=clean_environment(),
                stdout=log,
                stderr=log,
                preexec_fn=leash(signal.SIGQUIT),
                **self.place.privileges,
            )
        try:
            self.wait_for("SELECT true", server)
            yield
        finally:
            server.send_signal(signal.SIGQUIT)
            server.wait(HANG_S)

    def wait_for(self, condition: str, server: subprocess.Popen[bytes] | None = None) -> None:
        """Until the statement says true; whatever it takes to answer at all."""
        deadline, wrong = time.monotonic() + HANG_S, ""
        while time.monotonic() < deadline:
            assert server is None or server.poll() is None, (self.data.parent / f"{self.data.name}.log").read_text()
            try:
                if self.ask(condition):
                    return
            except psycopg.OperationalError as error:
                wrong = str(error)
            time.sleep(0.05)
        raise AssertionError(f"{condition}: not within {HANG_S:.0f} s. {wrong}")


def place_in(folder: Path) -> Place:
    """Whom servers run as, and a folder that they may fill."""
    place = find_place(folder)
    assert place.data == folder, "the servers' account cannot enter the folder"
    place.give(folder)
    return place


def make_cluster(data: Path, place: Place) -> Cluster:
    """An empty one, as `initdb` makes it; passwords are asked for."""
    password = data.with_name("password")
    password.write_text(PASSWORD)
    password.chmod(0o600)
    place.give(password)
    asked = ["--auth=scram-sha-256", f"--pwfile={password}"]
    run_there(place, "initdb", "-D", str(data), "-U", "postgres", "--encoding=UTF8", "--locale=C", *asked)
    return Cluster(data, place, choose(None))


def run_there(place: Place, program: str, *given: str) -> None:
    """One of PostgreSQL's programs, as the one whom the servers run as."""
    done = subprocess.run(
        [postgres_program(program), *given],
        check=False,
        cwd="/",
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=HANG_S,
        **place.privileges,
    )
    assert done.returncode == 0, done.stderr[-3000:]
