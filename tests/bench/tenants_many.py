"""The parts of `tests.bench.tenants` that need Django."""

from __future__ import annotations

import http.client
import os
import random
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.db import connection, transaction

from helpdesk.people.actions import start_session
from helpdesk.people.models import Person
from helpdesk.people.tokens import Bearer, issue_token
from helpdesk.tickets.actions import create_ticket
from helpdesk.tickets.models import Ticket
from helpdesk.vocabulary import Role
from helpdesk.work import unit_of_work
from tenants import actions, context
from tenants.context import TenantRef
from tests.realtime.live import free_port

ROOT = Path(__file__).resolve().parents[2]
TICKETS = 1
UP_WITHIN_S = 60.0


@dataclass(slots=True)
class Made:
    """How long each took, and a token of each one's admin."""

    seconds: list[float] = field(default_factory=list)
    refs: list[TenantRef] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Pace:
    """Requests a second: the medians of the turns, and the median of the turns' ratios."""

    one: float
    all: float
    ratio: float


def make(count: int) -> Made:
    """So many tenants, each with its first admin and a few tickets; only the making is timed."""
    made = Made()
    for number in range(count):
        admin = actions.NewAdmin(f"admin@t{number}.example", "a-long-password", "First", "Admin")
        begun = time.perf_counter()
        tenant = actions.create_tenant(name=f"Tenant {number}", slug=f"t{number}", admin=admin)
        made.seconds.append(time.perf_counter() - begun)
        made.refs.append(tenant.ref())
        made.tokens.append(_settled(tenant.ref()))
    connection.close()
    return made


def _settled(ref: TenantRef) -> str:
    with context.tenant(ref), unit_of_work():
        person = Person.objects.get()
        for number in range(TICKETS):
            create_ticket(person, fields={"title": f"The printer is on fire, again ({number})"})
        session_id, _ = start_session(person)
    return issue_token(Bearer(person.id, person.email, Role(person.role), ref.id), session_id=session_id)[0]


@contextmanager
def serve() -> Iterator[int]:
    """The web server, as in production; its port."""
    port = free_port()
    environment = os.environ | {"PORT": str(port), "HOST": "127.0.0.1", "HUB_LOG_LEVEL": "ERROR"}
    process = subprocess.Popen(
        [sys.executable, "-m", "config.web"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + UP_WITHIN_S
        while not _is_up(port):
            assert time.monotonic() < deadline, "the server did not come up"
            time.sleep(0.1)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _is_up(port: int) -> bool:
    try:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        client.request("GET", "/health/live")
        return client.getresponse().status == 200
    except OSError:
        return False


def spread(port: int, tokens: Sequence[str], *, seconds: float, turns: int, clients: int) -> Pace:
    """In turns: everybody asks one tenant, everybody asks any of them. A first turn of each is not counted."""
    one, every = [tokens[0]], list(tokens)
    for some in (one, every):
        _requests_a_second(port, some, seconds=min(1.0, seconds), clients=clients)
    pairs = [
        (
            _requests_a_second(port, one, seconds=seconds, clients=clients),
            _requests_a_second(port, every, seconds=seconds, clients=clients),
        )
        for _ in range(turns)
    ]
    return Pace(
        statistics.median(alone for alone, _ in pairs),
        statistics.median(together for _, together in pairs),
        statistics.median(alone / together for alone, together in pairs),
    )


def _requests_a_second(port: int, tokens: Sequence[str], *, seconds: float, clients: int) -> float:
    counts = [0] * clients
    ends = time.monotonic() + seconds

    def ask(number: int) -> None:
        chance, client = random.Random(number), http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while time.monotonic() < ends:
            client.request("GET", "/api/v1/tickets", headers={"Authorization": f"Bearer {chance.choice(tokens)}"})
            answer = client.getresponse()
            answer.read()
            assert answer.status == 200, answer.status
            counts[number] += 1

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(counts), "a client got no answer"
    return sum(counts) / seconds


def memory(refs: Sequence[TenantRef]) -> list[tuple[int, float]]:
    """After so many tenants, the MB that one backend's memory contexts hold."""
    found = []
    stops = {1, min(200, len(refs)), len(refs)}
    for number, ref in enumerate(refs, start=1):
        with context.tenant(ref), transaction.atomic(), connection.cursor() as cursor:
            list(Ticket.objects.select_related("requester", "team")[:10])
            list(Person.objects.all()[:10])
            if number in stops:
                cursor.execute("SELECT sum(total_bytes) / 1e6 FROM pg_backend_memory_contexts")
                found.append((number, float(cursor.fetchone()[0])))
    connection.close()
    return found
