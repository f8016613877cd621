"""`make bench`: what requests cost at 10 k, 100 k and 1 M tickets of one tenant, beside what nobody can save.

Over HTTP to a web server of its own, one request after another: p50, p99; in this process: statements and rows read.
Beside them an operation that does nothing behind the same doors, and the list's own SELECT through psycopg alone.
BENCH_TICKETS holds the sizes, comma-separated; BENCH_REQUESTS how many requests each figure is made of.
"""

from __future__ import annotations

import http.client
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from helpdesk.clock import now
from helpdesk.tickets.models import Ticket
from tenants import context
from tenants.actions import delete_tenant
from tests.api import Api
from tests.bench import corpus
from tests.bench.load import load
from tests.conftest import Desk, make_desk, token_for
from tests.realtime.live import free_port

SIZES = [int(size) for size in os.environ.get("BENCH_TICKETS", "10000,100000,1000000").split(",")]
REQUESTS = int(os.environ.get("BENCH_REQUESTS", "300"))
NOT_WORK = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SET ")
LIMITS = {
    "search, rare word": 3.0,
    "search, common word": 3.0,
    # These count the tickets of their days, of which there are a hundred times as many.
    "figures of 30 days": 30.0,
    "90 days, day by day": 30.0,
    "30 days, by agent": 30.0,
    "what waits": 6.0,
}
"""How much more a request may cost at the largest size than at the smallest; 2 where nothing is said."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request of a kind: `path` is below /api/v1."""

    method: str
    path: str
    body: dict[str, Any] | None = None


NOTHING = Request("GET", "/bench/empty")


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of the median and of the slowest hundredth; statements beside the transaction's own; rows read.

    `nothing`: the median of an empty operation that was asked in turns with it, for the machine's pace wanders.
    """

    p50: float
    p99: float
    nothing: float
    statements: int
    rows: int


class Client:
    """One connection that stays open, as a frontend's does."""

    def __init__(self, port: int, token: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Host": "localhost"}

    def ask(self, request: Request) -> bytes:
        body = None if request.body is None else orjson.dumps(request.body)
        self._connection.request(request.method, f"/api/v1{request.path}", body, self._headers)
        answer = self._connection.getresponse()
        content = answer.read()
        assert answer.status < 300, (request, answer.status, content[:300])
        return content


@contextmanager
def web_server() -> Iterator[int]:
    """Its port."""
    port = free_port()
    # What limits cost is measured with the rest; only their numbers are out of reach.
    limits = {"HUB_RATE_LIMITING": "on", "HUB_LIMIT_PERSON": "100000000/1m"}
    env = os.environ | {"PORT": str(port), "HUB_LOG_LEVEL": "WARNING", "HUB_DB_POOL": "4"} | limits
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.served"], env=env, stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while True:
            try:
                http.client.HTTPConnection("127.0.0.1", port, timeout=5).request("GET", "/health/live")
                break
            except OSError:
                assert time.monotonic() < until
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def kinds(desk: Desk, client: Client, size: int) -> dict[str, Callable[[], Request]]:
    """What is measured, by its name: each call makes the next request of that kind."""
    chance = random.Random(size)
    with context.tenant(desk.ref), transaction.atomic():
        ids = [str(id_) for id_ in Ticket.objects.order_by("?").values_list("id", flat=True)[:500]]
        middle = Ticket.objects.order_by("created_at")[size // 2].created_at.isoformat().replace("+00:00", "Z")
    deep = orjson.loads(client.ask(Request("GET", f"/tickets?cursor=&limit=1&createdTo={middle}")))["meta"][
        "nextCursor"
    ]
    words, quarter = iter(range(10**9)), (now().date() - timedelta(days=89)).isoformat()

    def create() -> Request:
        return Request("POST", "/tickets", {"title": f"The VPN drops {next(words)}", "description": "It does. " * 20})

    def comment() -> Request:
        return Request("POST", f"/tickets/{chance.choice(ids)}/comments", {"content": f"It holds now. {next(words)}"})

    return {
        "nothing": lambda: NOTHING,
        "list, page 1": lambda: Request("GET", "/tickets"),
        "list, deep cursor": lambda: Request("GET", f"/tickets?cursor={deep}"),
        "list, open ones": lambda: Request("GET", "/tickets?status=open&cursor="),
        "get": lambda: Request("GET", f"/tickets/{chance.choice(ids)}"),
        "search, rare word": lambda: Request("GET", f"/search?q={corpus.RARE_WORD}"),
        "search, common word": lambda: Request("GET", f"/search?q={corpus.COMMON_WORD}"),
        "figures of 30 days": lambda: Request("GET", "/analytics/overview"),
        "90 days, day by day": lambda: Request("GET", f"/analytics/series?from={quarter}"),
        "30 days, by agent": lambda: Request("GET", "/analytics/groups?by=agent"),
        "what waits": lambda: Request("GET", "/analytics/backlog"),
        "create": create,
        "comment": comment,
    }


def measured(desk: Desk, client: Client, next_request: Callable[[], Request], api: Api) -> Cost:
    for _ in range(10):
        client.ask(next_request())
    seconds, nothing = [], []
    for _ in range(REQUESTS):
        seconds.append(timed(client, next_request()))
        nothing.append(timed(client, NOTHING))
    p99 = statistics.quantiles(seconds, n=100)[98]
    return Cost(statistics.median(seconds), p99, statistics.median(nothing), *worked(desk, next_request(), api))


def timed(client: Client, request: Request) -> float:
    """Seconds until its whole answer is there."""
    begun = time.perf_counter()
    client.ask(request)
    return time.perf_counter() - begun


def worked(desk: Desk, request: Request, api: Api) -> tuple[int, int]:
    """Statements and rows read of one request, which is rolled back."""
    if request.path.startswith("/bench"):
        return 0, 0
    told: list[str] = []

    def listen(execute: Any, sql: str, params: Any, many: bool, context_: Any) -> Any:
        told.append(sql)
        return execute(sql, params, many, context_)

    with context.tenant(desk.ref), transaction.atomic():
        api.call(request.method, request.path, request.body)  # what is kept of a tenant for a while is read
        before = _rows_read()
        with connection.execute_wrapper(listen):
            answer = api.call(request.method, request.path, request.body)
        assert answer.status < 300, answer
        rows = _rows_read() - before
        transaction.set_rollback(True)
    return len([sql for sql in told if not sql.startswith(NOT_WORK)]), rows


def _rows_read() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(seq_tup_read + idx_tup_fetch), 0)::bigint FROM pg_stat_xact_user_tables")
        return int(cursor.fetchone()[0])


def bare_select(desk: Desk, api: Api) -> float:
    """Seconds of the median of the list's own SELECT, through psycopg alone."""
    told: list[tuple[str, Any]] = []

    def listen(execute: Any, sql: str, params: Any, many: bool, context_: Any) -> Any:
        told.append((sql, params))
        return execute(sql, params, many, context_)

    with context.tenant(desk.ref), transaction.atomic():
        with connection.execute_wrapper(listen):
            api.get("/tickets?cursor=")
        transaction.set_rollback(True)
    sql, params = next(pair for pair in told if 'FROM "ticket"' in pair[0] and "LIMIT" in pair[0])
    database = settings.DATABASES["default"]
    made = psycopg.connect(
        host=database["HOST"],
        port=database["PORT"],
        user=database["USER"],
        password=database["PASSWORD"],
        dbname=database["NAME"],
        options=f"-c search_path={desk.ref.schema_name},extensions",
    )
    seconds = []
    with made as bare:
        for _ in range(REQUESTS):
            begun = time.perf_counter()
            with bare.transaction():
                bare.execute(sql, params).fetchall()
            seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds)


def tell(size: int, costs: dict[str, Cost], bare: float) -> None:
    print(f"\n{size} tickets" + " " * 14 + "p50 ms   p99 ms   statements   rows read   rate beside an empty operation")
    for name, cost in costs.items():
        print(
            f"  {name:24} {cost.p50 * 1000:7.2f}  {cost.p99 * 1000:7.2f}  {cost.statements:11}  {cost.rows:10}"
            f"   {cost.nothing / cost.p50:.2f}",
            flush=True,
        )
    print(f"  {'its SELECT in psycopg':24} {bare * 1000:7.2f}")


def main() -> int:
    found: dict[int, dict[str, Cost]] = {}
    with context.platform(direct=True):
        call_command("migrate_hub", verbosity=0)
        desk = make_desk("bench-requests")
        try:
            with web_server() as port:
                loaded = 0
                for size in SIZES:
                    load(desk, size - loaded, seed=size)
                    loaded = size
                    token = token_for(desk, desk.agent)
                    client, api = Client(port, token), Api(token)
                    costs = {
                        name: measured(desk, client, next_request, api)
                        for name, next_request in kinds(desk, client, size).items()
                    }
                    tell(size, costs, bare_select(desk, api))
                    found[size] = costs
        finally:
            connection.close()
            delete_tenant(desk.ref.id, confirm=desk.ref.slug)
    return judge(found)


def judge(found: dict[int, dict[str, Cost]]) -> int:
    """How much more the largest size costs than the smallest, each beside its own empty operation; 1: too much."""
    smallest, largest = found[SIZES[0]], found[SIZES[-1]]
    print(f"\n{SIZES[-1]} beside {SIZES[0]}, each beside the empty operation of its own minute")
    too_much = []
    for name, cost in largest.items():
        before = smallest[name]
        ratio, limit = (cost.p50 / cost.nothing) / (before.p50 / before.nothing), LIMITS.get(name, 2.0)
        print(f"  {name:24} {ratio:5.2f} times  (at most {limit:.0f})")
        if ratio > limit:
            too_much.append(name)
    print("too much: " + ", ".join(too_much) if too_much else "as it should be")
    return 1 if too_much else 0


if __name__ == "__main__":
    sys.exit(main())
