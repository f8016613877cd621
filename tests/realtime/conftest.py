"""A real server for every test that asks for one, and tenants for it.

What is decided above the wire is the same behind every server: such a test runs with uvicorn, the one that the hub
is served with. Where the server has a part in it (the handshake, how a frame leaves, who closes and with which code,
bytes that are no frames, somebody who breaks off, resuming end to end, server-sent events), the test says
`@both_servers` and runs with daphne as well, which writes by another way (realtime.wire.AsgiWire).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.conftest import Desk, _drop, make_desk
from tests.realtime.live import Server, Servers, in_thread, servers_by_kind


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """All of the event streams: an answer that goes on leaves each server in its own way."""
    if metafunc.module.__name__ == "tests.realtime.test_event_streams" and "server" in metafunc.fixturenames:
        metafunc.parametrize("server", ["uvicorn", "daphne"], indirect=True)


@pytest.fixture(scope="session")
def servers(django_db_setup: None) -> Iterator[Servers]:
    with servers_by_kind() as servers:
        yield servers


@pytest.fixture
def server(request: pytest.FixtureRequest, servers: Servers) -> Server:
    """uvicorn; where a test says `both_servers`, it runs once with each."""
    return servers(getattr(request, "param", "uvicorn"))


@pytest.fixture
def new_desk(own_desk: Callable[[], Desk]) -> Callable[[], Awaitable[Desk]]:
    """Makes committed tenants from within a test that runs in a loop."""
    return lambda: in_thread(own_desk)


@pytest.fixture(scope="session")
def same_desk(django_db_setup: None, django_db_blocker: Any) -> Iterator[Desk]:
    """The tenant of all who leave it as it is: they may write tickets, but change no person and no setting."""
    with django_db_blocker.unblock():
        desk = make_desk(f"same-{uuid4().hex[:10]}")
        yield desk
        _drop(desk)
