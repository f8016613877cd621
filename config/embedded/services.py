"""Starts what the environment does not name, and tells other terminals where it is."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.embedded.account import find_place
from config.embedded.home import only_supervisor
from config.embedded.memory import Memory, recall, remember, write_private
from config.embedded.postgres import running_postgres
from config.embedded.rclone import running_rclone
from config.embedded.valkey import running_valkey

NOTE = "services.env"


@dataclass(frozen=True)
class Services:
    """Where the services are. `secret_key` is empty in production, which must bring its own."""

    home: Path
    database_url: str
    redis_url: str
    secret_key: str
    objects: Mapping[str, str]
    """The variables of our object store; none where the environment names another."""

    @property
    def environment(self) -> dict[str, str]:
        """This process's environment with the services in it, for a program to be started."""
        named = {
            "HUB_HOME": str(self.home),
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "HUB_SECRET_KEY": self.secret_key,
            **self.objects,
        }
        return os.environ | {name: value for name, value in named.items() if value}


@contextmanager
def embedded_services(home: Path, *, fast: bool = False) -> Iterator[Services]:
    """PostgreSQL, Valkey and an object store answer inside the block; what the environment names is taken as it is.

    `fast` gives durability away for speed, for tests. Raises EmbeddedError, with nothing left running.
    Call it from the main thread (see leash). What runs is noted in `HUB_HOME/services.env`.
    """
    database_url, redis_url = os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", "")
    objects: Mapping[str, str] = {}
    with only_supervisor(home), ExitStack() as stack:
        memory = recall(home)
        remember(home, memory)
        if not (database_url and redis_url and os.environ.get("S3_ENDPOINT_URL")):
            place = find_place(home)
        if not database_url:
            database_url = stack.enter_context(running_postgres(place, home, memory, fast=fast))
        if not redis_url:
            redis_url = stack.enter_context(running_valkey(place, memory, fast=fast))
        if not os.environ.get("S3_ENDPOINT_URL"):
            objects = stack.enter_context(running_rclone(place, memory))
        remember(home, memory)
        services = Services(home, database_url, redis_url, _secret_key(memory), objects)
        _note(home, services)
        yield services


def _secret_key(memory: Memory) -> str:
    given = os.environ.get("HUB_SECRET_KEY", "")
    return given or ("" if os.environ.get("HUB_ENV") == "production" else memory.secret_key)


def _note(home: Path, services: Services) -> None:
    """Only what is ours: a secret from the environment is not copied to disk."""
    names = ("DATABASE_URL", "REDIS_URL", "HUB_SECRET_KEY")
    there = services.environment
    ours = {name: there[name] for name in names if name in there and not os.environ.get(name)} | dict(services.objects)
    write_private(home / NOTE, "".join(f"{name}={value}\n" for name, value in ours.items()))
