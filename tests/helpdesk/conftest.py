"""Everybody of acme, signed in, and acme's log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from helpdesk.events.queries import LogRow
from tests.api import Api
from tests.conftest import Desk
from tests.helpdesk.log import last_seq, rows_after


@dataclass(frozen=True, slots=True)
class People:
    """Callers by the person's word on the desk."""

    user: Api
    other_user: Api
    agent: Api
    ada: Api
    admin: Api


@pytest.fixture
def people(api: Api, acme: Desk) -> People:
    return People(**{word: api.as_(acme, getattr(acme, word)) for word in People.__slots__})


@pytest.fixture
def recorded(api: Api, acme: Desk) -> Callable[[], list[LogRow]]:
    """The events since the last call (or since the test began)."""
    seen = last_seq(acme.ref)

    def new() -> list[LogRow]:
        nonlocal seen
        rows = rows_after(acme.ref, seen)
        seen += len(rows)
        return rows

    return new


@pytest.fixture
def ticket(people: People, recorded: Callable[[], list[LogRow]]) -> dict[str, Any]:
    """A requester's ticket, as its requester got it; its event is read."""
    answer = people.user.post("/tickets", {"title": "The VPN drops", "description": "Every ten minutes."})
    assert answer.status == 201, answer
    recorded()
    body: dict[str, Any] = answer.body
    return body
