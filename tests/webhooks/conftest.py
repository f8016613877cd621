"""A receiver, a desk that may send to it, and a courier."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from ipaddress import ip_network

import pytest
from django.conf import settings
from django.db import connection

from tasks.courier.engine import Engine
from tests.conftest import Desk
from tests.receiver import Receiver, receiving
from tests.tasks.courier import courier


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


@pytest.fixture
def desk(own_desk: Callable[[], Desk], monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(settings, "WEBHOOK_ALLOWED_NETWORKS", (ip_network("127.0.0.0/8"),))
    made = own_desk()
    yield made
    connection.close()


@pytest.fixture
def engine(desk: Desk) -> Iterator[Engine]:
    with courier() as running:
        yield running
