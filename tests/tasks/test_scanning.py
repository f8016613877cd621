"""Files are looked at by a real clamd: what it finds something in is out of reach, and while it is away all wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.models import F

from helpdesk.attachments.models import Attachment
from helpdesk.attachments.scans import claim_scans, note_verdict
from helpdesk.notifications.models import Notification
from helpdesk.scanning import clamd
from helpdesk.scanning.rules import LEASE, ScannerAway, Verdict
from helpdesk.vocabulary import ScanState
from helpdesk.work import unit_of_work
from tasks.scanning import scan_files
from tasks.wakeups import JOBS
from tenants import context
from tests.api import Answer, Api
from tests.conftest import Desk
from tests.helpdesk.files import PNG, attach, fetch
from tests.helpdesk.log import rows_after
from tests.scanner import MOST_BYTES, NAME, PROGRAM, VIRUS, Scanner, scanner
from tests.tasks.courier import dispatch

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="needs clamd: make tools")
BAD = PNG + VIRUS


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scanner]:
    with scanner(tmp_path_factory.mktemp("clamd")) as one:
        yield one


@pytest.fixture
def there(running: Scanner, monkeypatch: pytest.MonkeyPatch) -> Scanner:
    """The hub has this scanner."""
    monkeypatch.setattr(settings, "CLAMAV_HOST", "127.0.0.1")
    monkeypatch.setattr(settings, "CLAMAV_PORT", running.port)
    return running


@pytest.fixture
def desk(own_desk: Callable[[], Desk]) -> Iterator[Desk]:
    yield own_desk()
    connection.close()


@pytest.fixture
def caller(desk: Desk) -> Api:
    return Api().as_(desk, desk.user)


@pytest.fixture
def agent(desk: Desk) -> Api:
    return Api().as_(desk, desk.agent)


@pytest.fixture
def ticket_id(caller: Api, agent: Api, desk: Desk) -> str:
    """Assigned to the agent."""
    ticket_id = str(caller.post("/tickets", {"title": "With files"})["id"])
    agent.patch(f"/tickets/{ticket_id}", {"assignedToId": str(desk.agent.id)})
    return ticket_id


def ask_for(caller: Api, attachment: dict[str, Any]) -> Answer:
    return caller.get(urlsplit(attachment["fileUrl"]).path.removeprefix("/api/v1"))


def scan(desk: Desk) -> int:
    return scan_files(str(desk.ref.id))


def row_of(desk: Desk, attachment: dict[str, Any]) -> Attachment:
    with context.tenant(desk.ref), unit_of_work():
        return Attachment.objects.get(id=attachment["id"])


def let_time_pass(desk: Desk, by: timedelta) -> None:
    with context.tenant(desk.ref), unit_of_work():
        Attachment.objects.update(scan_due_at=F("scan_due_at") - by)


def refused(answer: Answer, status: int, code: str) -> None:
    assert answer.status == status, answer
    assert [one["code"] for one in answer["details"]] == [code]


class TestWhatItSays:
    def test_clean_is_fetched_from_then_on(self, there: Scanner, desk: Desk, caller: Api, ticket_id: str) -> None:
        file = attach(caller, ticket_id)
        assert (file["scan"], file["threat"]) == ("pending", "")
        refused(ask_for(caller, file), 409, "not_scanned_yet")
        assert scan(desk) == 1
        [shown] = caller.get(f"/tickets/{ticket_id}/attachments")["data"]
        assert (shown["scan"], shown["threat"]) == ("clean", "")
        assert fetch(caller, file).content == PNG
        told = [row for row in rows_after(desk.ref, 0) if row.type == "attachment.scanned"]
        assert [(row.actor, str(row.ticket)) for row in told] == [(None, ticket_id)]
        assert orjson.loads(told[0].payload)["data"]["attachment"]["scan"] == "clean"

    def test_infected_is_out_of_reach_and_told(
        self, there: Scanner, desk: Desk, caller: Api, agent: Api, ticket_id: str
    ) -> None:
        file = attach(caller, ticket_id, BAD)
        scan(desk)
        for one in (caller, agent, Api().as_(desk, desk.admin)):
            refused(ask_for(one, file), 403, "quarantined")
        [shown] = agent.get(f"/tickets/{ticket_id}/attachments")["data"]
        assert (shown["scan"], shown["threat"]) == ("infected", f"{NAME}.UNOFFICIAL")
        dispatch(desk)
        with context.tenant(desk.ref), unit_of_work():
            told = Notification.objects.filter(kind="file_infected")
            assert {one.person_id for one in told} == {desk.user.id, desk.agent.id}

    def test_a_notes_file_is_told_to_no_requester(
        self, there: Scanner, desk: Desk, agent: Api, caller: Api, ticket_id: str
    ) -> None:
        note = agent.post(f"/tickets/{ticket_id}/comments", {"content": "Between us.", "isInternal": True})
        attach(agent, ticket_id, BAD, commentId=note["id"])
        scan(desk)
        [told] = [row for row in rows_after(desk.ref, 0) if row.type == "attachment.scanned"]
        assert told.audience.people == ()
        dispatch(desk)
        with context.tenant(desk.ref), unit_of_work():
            kinds = Notification.objects.filter(person_id=desk.user.id).values_list("kind", flat=True)
            assert "file_infected" not in kinds

    def test_what_it_does_not_take_is_not_clean(self, there: Scanner, desk: Desk, caller: Api, ticket_id: str) -> None:
        file = attach(caller, ticket_id, PNG + b"\0" * (MOST_BYTES + 1))
        scan(desk)
        row = row_of(desk, file)
        assert (row.scan, row.scan_due_at) == ("unscannable", None)
        refused(ask_for(caller, file), 403, "quarantined")

    def test_a_deleted_files_name_leaves_the_log(self, there: Scanner, desk: Desk, caller: Api, ticket_id: str) -> None:
        file = attach(caller, ticket_id, filename="secret-plan.png")
        scan(desk)
        assert caller.delete(f"/tickets/{ticket_id}/attachments/{file['id']}").status == 204
        assert not any("secret-plan" in row.payload for row in rows_after(desk.ref, 0))


class TestAway:
    @pytest.fixture
    def away(self, there: Scanner) -> Iterator[Scanner]:
        there.kill()
        yield there
        there.start()

    def test_files_wait_and_are_looked_at_when_it_is_back(
        self, away: Scanner, desk: Desk, caller: Api, ticket_id: str
    ) -> None:
        first, second = attach(caller, ticket_id), attach(caller, ticket_id, BAD)
        assert scan(desk) == 0
        for file in (first, second):
            refused(ask_for(caller, file), 409, "not_scanned_yet")
            assert row_of(desk, file).scan_due_at is not None
        away.start()
        assert scan(desk) == 0, "it is left alone for a while"
        let_time_pass(desk, timedelta(minutes=1))
        scan(desk)
        assert [row_of(desk, file).scan for file in (first, second)] == ["clean", "infected"]

    def test_the_wait_grows(self, away: Scanner, desk: Desk, caller: Api, ticket_id: str) -> None:
        file = attach(caller, ticket_id)
        waits = []
        for _ in range(3):
            before = row_of(desk, file).scan_due_at
            scan(desk)
            after = row_of(desk, file).scan_due_at
            assert before
            assert after
            waits.append(after - before)
            let_time_pass(desk, timedelta(hours=1))
        assert waits == sorted(waits)
        assert waits[2] > waits[0]

    def test_a_worker_killed_in_the_middle_leaves_it_to_the_next(
        self, there: Scanner, desk: Desk, caller: Api, ticket_id: str
    ) -> None:
        file = attach(caller, ticket_id)
        with context.tenant(desk.ref), unit_of_work():
            [dead] = claim_scans()
        assert scan(desk) == 0
        refused(ask_for(caller, file), 409, "not_scanned_yet")
        let_time_pass(desk, LEASE)
        assert scan(desk) == 1
        with context.tenant(desk.ref), unit_of_work():
            assert not note_verdict(dead, Verdict(ScanState.INFECTED, "late")), "what comes late counts no more"
        assert row_of(desk, file).scan == "clean"

    def test_killed_in_the_middle_of_a_file(self, there: Scanner) -> None:
        def content() -> Iterator[bytes]:
            yield PNG
            there.kill()
            yield from [b"\0" * 65536] * 10

        try:
            with pytest.raises(ScannerAway):
                clamd.scan(content())
        finally:
            there.start()


class TestSettings:
    def test_without_a_scanner_nobody_waits(self, desk: Desk, caller: Api, ticket_id: str) -> None:
        file = attach(caller, ticket_id)
        assert file["scan"] == "unscanned"
        assert fetch(caller, file).content == PNG

    def test_files_may_be_fetched_before(
        self, there: Scanner, desk: Desk, caller: Api, ticket_id: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(settings, "CLAMAV_ONLY_CLEAN", False)
        file = attach(caller, ticket_id, BAD)
        assert fetch(caller, file).content == BAD
        scan(desk)
        refused(ask_for(caller, file), 403, "quarantined")

    def test_by_a_socket_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(settings, "CLAMAV_SOCKET", str(tmp_path / "nobody.sock"))
        assert clamd.is_set()
        with pytest.raises(ScannerAway):
            clamd.ask()

    def test_what_came_before_the_scanner_is_looked_at_on_request(
        self, desk: Desk, caller: Api, ticket_id: str, there: Scanner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(settings, "CLAMAV_HOST", "")
        old = attach(caller, ticket_id, BAD)
        monkeypatch.setattr(settings, "CLAMAV_HOST", "127.0.0.1")
        assert fetch(caller, old).content == BAD
        call_command("scan_attachments", desk.ref.slug)
        scan(desk)
        refused(ask_for(caller, old), 403, "quarantined")


def test_its_wake_up_has_a_job(desk: Desk) -> None:
    assert JOBS["scans"] == scan_files.name
