"""`make bench-tenants`: what many tenants cost; TENANTS says how many (1000).

In a database of its own, which is dropped at the end: making them, migrating them where nothing is to do and where a
column is added to all, requests spread over all of them beside requests to one (in turns, so that both see the same
machine), and what a PostgreSQL backend keeps in memory when it has been to all of them. SECONDS is how long each turn
of requests takes.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

TENANTS = int(os.environ.get("TENANTS", "1000"))
SECONDS = float(os.environ.get("SECONDS", "5"))
ROOT = Path(__file__).resolve().parents[2]
MEASURE = "--measure"
TURNS = 3
CLIENTS = 4


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table. `most`: what it may be at 1,000 tenants where the machine is quiet; None: no goal."""

    what: str
    figure: float
    unit: str
    most: float | None = None
    remark: str = ""

    def __str__(self) -> str:
        goal = "" if self.most is None else f"{self.most:g} {self.unit}"
        kept = "" if self.most is None else ("kept" if self.figure <= self.most else "MISSED")
        return f"  {self.what:<44} {self.figure:>9.2f} {self.unit:<6} {goal:>9}  {kept:<7} {self.remark}".rstrip()


@contextmanager
def own_database() -> Iterator[str]:
    """Its URL; gone after."""
    server = os.environ["DATABASE_URL"]
    name = f"bench_tenants_{uuid4().hex[:8]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield make_conninfo(server, dbname=name)
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def manage(*command: str, settings: str = "config.settings") -> None:
    """One of the commands in a process of its own, as an operator runs it."""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": settings}
    subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL
    )


def measure() -> list[Row]:
    """In a database that is empty, and with Django set up."""
    from tests.bench.tenants_many import make, memory, serve, spread

    manage("migrate_hub")
    made = make(TENANTS)
    several = max(1, min(100, TENANTS // 4))
    rows = [
        Row("make a tenant, median", statistics.median(made.seconds), "s", 0.2),
        Row(f"  of the first {several}", statistics.median(made.seconds[:several]), "s"),
        Row(f"  of the last {several}", statistics.median(made.seconds[-several:]), "s"),
    ]
    column = "tests.bench.column.settings"
    start = timed(lambda: manage("check", "--tag", "hub"))
    rows += [
        Row("Django's start, in each of the next", start, "s"),
        Row("migrate where nothing is to do", timed(lambda: manage("migrate_tenants")), "s", 5.0),
        Row(
            "add a column to all",
            timed(lambda: manage("migrate_tenants", settings=column)),
            "s",
            10.0,
        ),
    ]
    with serve() as port:
        pace = spread(port, made.tokens, seconds=SECONDS, turns=TURNS, clients=CLIENTS)
    rows += [
        Row("requests to one tenant", pace.one, "/s", None, "list of tickets, over HTTP"),
        Row("requests spread over all", pace.all, "/s"),
        Row("one against all, the median of turns", pace.ratio, "times"),
    ]
    return rows + [
        Row(f"a backend that has been to {count}", kept, "MB", None, "its memory contexts")
        for count, kept in memory(made.refs)
    ]


def table(rows: Sequence[Row]) -> str:
    return "\n".join([f"{TENANTS} tenants", f"  {'':<44} {'':>9} {'':<6} {'at most':>9}", *map(str, rows)])


def main() -> int:
    if MEASURE in sys.argv:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        import django

        django.setup()
        print(table(measure()), flush=True)
        return 0
    with own_database() as url:
        environment = os.environ | {"DATABASE_URL": url, "HUB_BCRYPT_ROUNDS": "4", "HUB_RATE_LIMITING": "off"}
        return subprocess.run(
            [sys.executable, "-m", "tests.bench.tenants", MEASURE], cwd=ROOT, env=environment, check=False
        ).returncode


if __name__ == "__main__":
    sys.exit(main())
