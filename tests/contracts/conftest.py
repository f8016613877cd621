"""Committed desks for modules whose tests change nothing: they are rolled back, or it is checked after each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from helpdesk.vocabulary import Role
from tenants import resolve
from tests.conftest import Desk, _drop, make_desk, token_for
from tests.contracts.edge import EdgeApi
from tests.contracts.scene import Home, Scene, fingerprint, homes, set_scene


@dataclass(frozen=True, slots=True)
class Web:
    """Two desks behind the edge, each with a scene; somebody of the first is signed in by role."""

    desk: Desk
    other: Desk
    scene: Scene
    other_scene: Scene
    user: EdgeApi
    agent: EdgeApi
    admin: EdgeApi
    foreign: EdgeApi
    """The other desk's agent."""

    @property
    def nobody(self) -> EdgeApi:
        return EdgeApi()


@pytest.fixture(scope="module")
def web(django_db_setup: None, django_db_blocker: Any) -> Iterator[Web]:
    with django_db_blocker.unblock(), ExitStack() as stack:
        desks = []
        for word in ("web", "far"):
            desk = make_desk(f"{word}-{uuid4().hex[:8]}")
            stack.callback(_drop, desk)
            desks.append(desk)
        desk, other = desks
        yield Web(
            desk,
            other,
            set_scene(desk),
            set_scene(other, word="elsewhere"),
            EdgeApi(token_for(desk, desk.user)),
            EdgeApi(token_for(desk, desk.agent)),
            EdgeApi(token_for(desk, desk.admin)),
            EdgeApi(token_for(other, other.agent)),
        )
        resolve.forget()


@pytest.fixture
def nothing_changes(web: Web) -> Iterator[None]:
    """Neither desk has changed by a row when the test is over."""
    before = fingerprint(web.desk.ref), fingerprint(web.other.ref)
    yield
    assert (fingerprint(web.desk.ref), fingerprint(web.other.ref)) == before


@pytest.fixture(scope="module")
def home_of(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[Role, Home]]:
    """A committed desk for each role, with a scene. What a test does to it is rolled back: use it with `api`."""
    with django_db_blocker.unblock(), homes() as found:
        yield found
