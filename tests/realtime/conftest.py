"""Both servers, each started once a run, and tenants for them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

import pytest

from tests.conftest import Desk
from tests.realtime.live import Server, in_thread, serving


@pytest.fixture(scope="session", params=["uvicorn", "daphne"])
def server(request: pytest.FixtureRequest, django_db_setup: None) -> Iterator[Server]:
    with serving(request.param) as running:
        yield running


@pytest.fixture
def new_desk(own_desk: Callable[[], Desk]) -> Callable[[], Awaitable[Desk]]:
    """Makes committed tenants from within a test that runs in a loop."""
    return lambda: in_thread(own_desk)
