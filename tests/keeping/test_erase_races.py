"""Somebody is erased while they write, and by two at once: what they were about to say is erased as well."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from helpdesk.comments.actions import add_comment
from helpdesk.erasing.actions.people import erase_person
from helpdesk.erasing.rules import TEXT
from helpdesk.people.models import Person
from helpdesk.work import unit_of_work
from tasks.erasing import erase
from tenants import context
from tests.api import Api
from tests.conftest import Desk
from tests.keeping.scene import faults, row
from tests.keeping.test_erase_person import lines_with, named

pytestmark = pytest.mark.usefixtures("transactional_access")


@pytest.fixture
def desk(own_desk: Callable[..., Desk]) -> Desk:
    desk = own_desk()
    named(desk, desk.user, "Zerlina", "Quastenfloss")
    return desk


class Beside:
    """Something done in a thread of its own; what it raised is raised by `ended`."""

    def __init__(self, do: Callable[[], object]) -> None:
        self._failed: BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=(do,))
        self._thread.start()

    def _run(self, do: Callable[[], object]) -> None:
        try:
            do()
        except BaseException as error:
            self._failed = error
        finally:
            connection.close()

    def ended(self) -> BaseException | None:
        self._thread.join(30)
        assert not self._thread.is_alive()
        return self._failed


@pytest.mark.parametrize("by_key", [False, True])
def test_what_is_asked_for_while_they_are_erased(desk: Desk, filled: dict[str, Any], *, by_key: bool) -> None:
    erased, go_on = threading.Event(), threading.Event()
    user = Api().as_(desk, desk.user)
    if by_key:
        assert Api().as_(desk, desk.admin).patch(f"/users/{desk.user.id}", {"role": "AGENT"}).status == 200
        key = Api().as_(desk, desk.user).post("/api-keys", {"name": "k", "scopes": ["comments:write:any"]})
        user = Api(key["token"])
    answers: list[Any] = []

    def erase_them() -> None:
        with context.tenant(desk.ref), unit_of_work():
            erase_person(desk.admin, desk.user.id, confirm=desk.user.email)
            erased.set()
            assert go_on.wait(30)

    def ask() -> None:
        answers.append(user.post(f"/tickets/{filled['ticket']}/comments", {"content": "I am Zerlina, and late"}))

    erasing = Beside(erase_them)
    assert erased.wait(30)
    asking = Beside(ask)
    asking._thread.join(0.5)
    go_on.set()
    assert (erasing.ended(), asking.ended()) == (None, None)
    assert [answer.status for answer in answers] == [401]
    erase(str(desk.ref.id))
    assert lines_with(desk, "zerlina") == []
    assert faults(desk.ref) == []


def test_what_is_being_written_meanwhile(desk: Desk, filled: dict[str, Any]) -> None:
    written, go_on = threading.Event(), threading.Event()

    def write() -> None:
        with context.tenant(desk.ref), unit_of_work():
            person = Person.objects.get(id=desk.user.id)
            add_comment(person, UUID(filled["ticket"]), content="I am Zerlina, and in time", is_internal=False)
            written.set()
            assert go_on.wait(30)

    def erase_them() -> None:
        with context.tenant(desk.ref), unit_of_work():
            erase_person(desk.admin, desk.user.id, confirm=desk.user.email)

    writing = Beside(write)
    assert written.wait(30)
    erasing = Beside(erase_them)
    erasing._thread.join(0.3)
    go_on.set()
    assert (writing.ended(), erasing.ended()) == (None, None)
    erase(str(desk.ref.id))
    assert lines_with(desk, "zerlina") == []
    assert row(desk.ref, "SELECT count(*) FROM comment WHERE content = %s", TEXT) == 2
    assert faults(desk.ref) == []


def test_by_two_admins_at_once(desk: Desk, filled: dict[str, Any]) -> None:
    second = Api().as_(desk, desk.admin).patch(f"/users/{desk.agent.id}", {"role": "ADMIN"})
    assert second.status == 200
    start = threading.Barrier(2)
    answers: list[Any] = []

    def ask(admin: Person) -> None:
        caller = Api().as_(desk, admin)
        start.wait(30)
        answers.append(caller.post(f"/users/{desk.user.id}/erase", {"confirm": desk.user.email}))

    both = [Beside(lambda admin=admin: ask(admin)) for admin in (desk.admin, desk.agent)]
    assert [one.ended() for one in both] == [None, None]
    assert [answer.status for answer in answers] == [202, 202]
    erase(str(desk.ref.id))
    assert row(desk.ref, "SELECT count(*) FROM event WHERE type = 'user.erased'") == 1
    assert lines_with(desk, "zerlina") == []


def test_two_admins_who_erase_each_other_leave_one(desk: Desk) -> None:
    assert Api().as_(desk, desk.admin).patch(f"/users/{desk.agent.id}", {"role": "ADMIN"}).status == 200
    start = threading.Barrier(2)
    statuses: list[int] = []

    def ask(admin: Person, other: Person) -> None:
        caller = Api().as_(desk, admin)
        start.wait(30)
        statuses.append(caller.post(f"/users/{other.id}/erase", {"confirm": other.email}).status)

    pairs = ((desk.admin, desk.agent), (desk.agent, desk.admin))
    both = [Beside(lambda pair=pair: ask(*pair)) for pair in pairs]
    assert [one.ended() for one in both] == [None, None]
    assert 202 in statuses
    assert row(desk.ref, "SELECT count(*) FROM person WHERE role = 'ADMIN' AND is_active") == 1
