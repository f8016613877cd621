"""A large CSV over a real server: bounded memory, nothing held for a slow reader, seen to be cut where it is cut."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from helpdesk.people.models import Session
from helpdesk.work import unit_of_work
from tenants import context
from tests.conftest import Desk, token_for
from tests.helpdesk.exported import fill, peak_kb
from tests.helpdesk.log import execute
from tests.realtime.live import Server, serving

pytestmark = pytest.mark.slow
ROWS = 60_000
A_FEW_PAGES_KB = 24 * 1024
FEW = "?columns=number,title,requester,createdAt"


@pytest.fixture(scope="module")
def server(django_db_setup: None) -> Iterator[Server]:
    with serving("uvicorn") as running:
        yield running


@pytest.fixture
def desk(own_desk: Callable[[], Desk]) -> Desk:
    return own_desk()


def asked(server: Server, desk: Desk, query: str = "") -> httpx.Request:
    headers = {"Authorization": f"Bearer {token_for(desk, desk.agent)}"}
    return httpx.Request("GET", f"http://127.0.0.1:{server.port}/api/v1/exports/tickets.csv{query}", headers=headers)


def idle_in_transaction(desk: Desk) -> int:
    """Connections of this database that hold a transaction open and do nothing in it."""
    found = execute(
        desk.ref,
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND state LIKE 'idle in transaction%%' AND state_change < clock_timestamp() - interval '0.3 s'",
    )
    return int(found[0][0])


def test_many_rows_cost_a_few_pages_of_memory(server: Server, desk: Desk) -> None:
    fill(desk, 2_000)
    with httpx.Client() as client:
        assert client.send(asked(server, desk, FEW)).content.count(b"\r\n") == 2_001
        before = peak_kb(server.process.pid)
        fill(desk, ROWS - 2_000)
        lines, first = 0, b""
        with httpx.stream(
            "GET", (request := asked(server, desk, FEW)).url, headers=request.headers, timeout=60
        ) as answer:
            for chunk in answer.iter_raw():
                first = first or chunk
                lines += chunk.count(b"\r\n")
    assert lines == ROWS + 1
    assert first.startswith(b"\xef\xbb\xbfNumber,Title,Requester,")
    assert peak_kb(server.process.pid) - before < A_FEW_PAGES_KB


def test_a_slow_reader_holds_neither_transaction_nor_connection(server: Server, desk: Desk) -> None:
    fill(desk, 30_000)
    request = asked(server, desk, "?columns=description")
    with httpx.stream("GET", request.url, headers=request.headers, timeout=60) as answer:
        pieces = answer.iter_raw(1024)
        read = len(next(pieces))
        for _ in range(10):
            time.sleep(0.1)  # the buffers between us are full by now, and the server waits
            assert idle_in_transaction(desk) == 0
        read += sum(len(piece) for piece in pieces)
    assert read > 30_000 * 400


def test_who_leaves_in_the_middle_gives_the_place_back(server: Server, desk: Desk) -> None:
    fill(desk, 5_000)
    request = asked(server, desk)
    for _ in range(6):  # three times as many as one may have under way
        with httpx.stream("GET", request.url, headers=request.headers, timeout=60) as answer:
            assert answer.status_code == 200
            next(answer.iter_raw(1024))
        time.sleep(0.2)


def test_who_is_signed_out_gets_an_answer_that_is_seen_to_be_cut(server: Server, desk: Desk) -> None:
    fill(desk, 30_000)
    request = asked(server, desk, "?columns=description")
    with httpx.stream("GET", request.url, headers=request.headers, timeout=60) as answer:
        pieces = answer.iter_raw(1024)
        next(pieces)
        with context.tenant(desk.ref), unit_of_work():
            Session.objects.filter(person=desk.agent).delete()
        with pytest.raises(httpx.RemoteProtocolError):
            sum(len(piece) for piece in pieces)
