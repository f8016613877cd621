"""Is the hub well? Asked by people, balancers and supervisors, on every host, without signing in.

Ready is 503 only where nothing can be answered: no database, tables that are not there, or a process that is being
stopped. Redis or a worker away makes it `degraded`, and 200: no balancer should drop a web process for that.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal

import psycopg
import redis
import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router

from config.stopping import stopping
from helpdesk.answers import answer
from helpdesk.clock import now
from helpdesk.objects import store
from helpdesk.scanning import clamd
from helpdesk.shapes import Shape
from tasks.heartbeat import HEARTBEAT_KEY, STALE_AFTER_S
from tasks.wakeups import count_waiting, get_due
from tenants.database import database_parameters
from tenants.limits.counting import counting
from tenants.migrations_state import missing_migrations
from tenants.redis_server import redis_server

_log = structlog.get_logger(__name__)
_STARTED = time.monotonic()
REDIS_TIMEOUT_S = 0.5
LATE_AFTER_S = 60
AWAY = "away"
STOPPING = "stopping"
NEEDED = frozenset({"database", "migrations", STOPPING})

router = Router(tags=["Health"])


class Live(Shape):
    status: Literal["ok"] = "ok"
    uptime_seconds: int


class Check(Shape):
    status: Literal["ok", "failed"]
    message: str | None = None


class Ready(Shape):
    """`ok`; `degraded`: requests are answered, something behind is away; `failed`: with 503."""

    status: Literal["ok", "degraded", "failed"]
    checks: dict[str, Check]


def live(request: HttpRequest) -> HttpResponse:
    """This process answers."""
    return answer(Live(uptime_seconds=int(time.monotonic() - _STARTED)))


def ready(request: HttpRequest) -> HttpResponse:
    """Database, migrations, Redis, files and their scanner, worker and courier, what is due, webhooks that fail."""
    checks = {name: _checked(name, check) for name, check in CHECKS.items()}
    if stopping.told:
        checks[STOPPING] = Check(status="failed", message="this process is being stopped: ask another")
    failed = {name for name, check in checks.items() if check.status == "failed"}
    # Migrations that could not be looked at are no missing ones.
    needed = {name for name in failed & NEEDED if name != "migrations" or checks[name].message != AWAY}
    status: Literal["ok", "degraded", "failed"] = "failed" if needed else "degraded" if failed else "ok"
    return answer(Ready(status=status, checks=checks), status=503 if needed else 200)


router.get("", operation_id="health", response=Ready, summary="Is the hub well")(ready)
router.get("/live", operation_id="healthLive", response=Live, summary="Is this process alive")(live)
router.get("/ready", operation_id="healthReady", response={200: Ready, 503: Ready}, summary="Can it work")(ready)


def _database() -> str | None:
    """On a connection of its own: a pool that is used up says nothing of the database."""
    with psycopg.connect(**database_parameters(), connect_timeout=2, autocommit=True) as connection:
        connection.execute("SELECT 1")
    return None


def _migrations() -> str | None:
    if missing := missing_migrations():
        raise LookupError(f"{missing} missing: run migrate_hub")
    return None


def _redis() -> str | None:
    with _client() as client:
        client.ping()
    return None


def _limits() -> str | None:
    if counting.is_alone:
        raise LookupError("counted by each process alone, and more strictly, while Redis is away")
    return None


def _worker() -> str | None:
    return _sign_of_life("worker")


def _courier() -> str | None:
    return _sign_of_life("courier")


def _sign_of_life(who: str) -> str | None:
    with _client() as client:
        beat = client.get(HEARTBEAT_KEY.format(who=who))
    if beat is None:
        raise LookupError(f"no {who} has run a job for {STALE_AFTER_S} s")
    return None


def _objects() -> str | None:
    """Without it there are no attachments; everything else works."""
    if not store.is_set():
        return "no object store is set, so there are no attachments"
    store.ask()
    return None


def _scanner() -> str | None:
    """Without it new files wait, and nobody fetches them; everything else works."""
    if not clamd.is_set():
        return "no virus scanner is set, so files are not looked at"
    clamd.ask()
    return None


def _webhooks() -> str | None:
    """Told, and no fault of ours: somebody else's endpoint makes no process of this hub degraded."""
    failing = count_waiting("failing_webhooks")
    return f"webhooks of {failing} tenants are failing: hub_status names them" if failing else None


def _dispatch() -> str | None:
    due = get_due()
    if due.oldest is None:
        return None
    late = (now() - due.oldest).total_seconds()
    told = f"{due.count} things are due, the oldest for {late:.0f} s"
    if late > LATE_AFTER_S:
        raise LookupError(told)
    return told


CHECKS: dict[str, Callable[[], str | None]] = {
    "database": _database,
    "migrations": _migrations,
    "redis": _redis,
    "limits": _limits,
    "objects": _objects,
    "scanner": _scanner,
    "worker": _worker,
    "courier": _courier,
    "dispatch": _dispatch,
    "webhooks": _webhooks,
}


def _client() -> redis.Redis:
    server = redis_server(settings.REDIS_URL)
    return server.client(socket_timeout=REDIS_TIMEOUT_S, socket_connect_timeout=REDIS_TIMEOUT_S)


def _checked(name: str, check: Callable[[], str | None]) -> Check:
    try:
        message = check()
    except LookupError as error:
        return Check(status="failed", message=str(error.args[0]))
    except Exception as error:
        _log.warning("health_check_failed", check=name, error=type(error).__name__)
        return Check(status="failed", message=AWAY)
    return Check(status="ok", message=message)
