"""A hub to follow, started once a run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

import pytest

from tests.conftest import Desk
from tests.realtime.live import Server, in_thread, serving


@pytest.fixture(scope="session")
def server(django_db_setup: None) -> Iterator[Server]:
    with serving("uvicorn") as running:
        yield running


@pytest.fixture
def new_desk(own_desk: Callable[[], Desk]) -> Callable[[], Awaitable[Desk]]:
    return lambda: in_thread(own_desk)
