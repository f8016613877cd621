"""What is older than it is kept goes, by the desk's word before the hub's; what somebody still needs stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as hub
from django.core.management import CommandError
from django.db import connection, transaction

from helpdesk.clock import now
from helpdesk.dispatch.actions import forget_old_events
from helpdesk.work import unit_of_work
from tasks.retention import remove_expired
from tenants import context, resolve
from tenants.keeping.running import tenant_named
from tests.api import Api
from tests.conftest import Desk
from tests.keeping.scene import command, faults, fill, row
from tests.keeping.shared import Shared, shared_desk


@pytest.fixture(scope="module")
def shared(django_db_setup: None, django_db_blocker: Any) -> Iterator[Shared]:
    with django_db_blocker.unblock(), shared_desk() as made:
        yield made


@pytest.fixture
def desk(shared: Shared, db: None) -> Iterator[Desk]:
    with shared.undone() as desk:
        yield desk


def execute(desk: Desk, statement: str, *given: Any) -> None:
    with context.tenant(desk.ref), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, given)


def keep(desk: Desk, **days: int) -> Any:
    answer = Api().as_(desk, desk.admin).patch(f"/tenants/{desk.ref.id}", {"settings": {"keepDays": days}})
    resolve.forget()
    return answer


def last_seq(desk: Desk) -> int:
    return int(row(desk.ref, "SELECT last_seq FROM event_head"))


def let_years_pass(monkeypatch: pytest.MonkeyPatch, years: int) -> None:
    """For what is kept: nothing else looks at this clock."""
    later = now() + timedelta(days=366 * years)
    monkeypatch.setattr("helpdesk.retention.now", lambda: later)


def all_read(desk: Desk) -> None:
    execute(desk, "UPDATE webhook SET cursor_seq = (SELECT last_seq FROM event_head)")
    execute(desk, "UPDATE log_cursor SET seq = (SELECT last_seq FROM event_head)")


class TestTheLog:
    def test_is_kept_for_ever_unless_somebody_says_so(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        let_years_pass(monkeypatch, 50)
        all_read(desk)
        remove_expired()
        assert row(desk.ref, "SELECT count(*) FROM event") == last_seq(desk)

    def test_loses_its_beginning_and_stays_whole(
        self, own_desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        desk = own_desk()  # the command begins a transaction of its own
        fill(desk)
        assert keep(desk, log=365).status == 200
        let_years_pass(monkeypatch, 2)
        all_read(desk)
        forgotten = last_seq(desk)
        remove_expired()
        assert row(desk.ref, "SELECT count(*) FROM event") == 0
        assert Api().as_(desk, desk.user).post("/tickets", {"title": "After that"}).status == 201
        assert faults(desk.ref) == []
        told = command("verify_log", desk.ref.slug)
        assert f"1 events, whole from {forgotten + 1} on" in told
        seen = Api().as_(desk, desk.admin).get("/audit/verification")
        assert (seen["isWhole"], seen["after"], seen["rows"]) == (True, forgotten, 1)

    def test_a_reader_from_before_begins_anew(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        agent = Api().as_(desk, desk.agent)
        epoch = row(desk.ref, "SELECT epoch FROM event_head")
        assert agent.get(f"/events?since={epoch}.1")["events"]
        keep(desk, log=30)
        let_years_pass(monkeypatch, 1)
        all_read(desk)
        remove_expired()
        answer = agent.get(f"/events?since={epoch}.1")
        assert [frame["type"] for frame in answer["events"]] == ["reset"]
        assert str(answer["epoch"]) == str(epoch)

    @pytest.mark.parametrize("is_active", [True, False])
    def test_no_endpoint_loses_what_it_has_not_read(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch, is_active: bool
    ) -> None:
        keep(desk, log=30)
        let_years_pass(monkeypatch, 1)
        all_read(desk)
        execute(desk, "UPDATE webhook SET cursor_seq = 5, is_active = %s", is_active)
        remove_expired()
        assert row(desk.ref, "SELECT min(seq) FROM event") == 6
        assert faults(desk.ref) == []

    def test_nothing_goes_that_is_being_delivered_or_dispatched(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        keep(desk, log=30)
        let_years_pass(monkeypatch, 1)
        all_read(desk)
        execute(
            desk,
            "INSERT INTO webhook_delivery (id, webhook_id, seq, type, state, attempts, attempts_before, last_error,"
            " created_at) SELECT gen_random_uuid(), id, 4, 'ticket.updated', 'pending', 0, 0, '', now() FROM webhook",
        )
        remove_expired()
        assert row(desk.ref, "SELECT min(seq) FROM event") == 4
        execute(desk, "UPDATE webhook_delivery SET state = 'failed'")
        execute(desk, "UPDATE log_cursor SET seq = 7")
        remove_expired()
        assert row(desk.ref, "SELECT min(seq) FROM event") == 8

    def test_goes_in_stretches(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        keep(desk, log=30)
        let_years_pass(monkeypatch, 1)
        all_read(desk)
        with context.tenant(tenant_named(desk.ref.slug)), unit_of_work():
            assert forget_old_events(most=3) == 3
        assert row(desk.ref, "SELECT anchor_seq FROM event_head") == 3
        assert faults(desk.ref) == []
        assert "removed from 1 tenants" in command("remove_expired", desk.ref.slug)
        assert row(desk.ref, "SELECT anchor_seq FROM event_head") == last_seq(desk)

    def test_nobody_else_can_remove_a_row(self, desk: Desk) -> None:
        with pytest.raises(Exception, match="append-only"):
            execute(desk, "DELETE FROM event WHERE seq = 1")


OLD = {
    "mails": ("mail", "UPDATE mail SET state = 'sent', created_at = %s"),
    "notifications": ("notification", "UPDATE notification SET created_at = %s"),
    "accessLog": ("access_log", "UPDATE access_log SET last_at = %s"),
}
"""What is kept for so long, its table, and how its rows become older."""


class TestWhatElseIsKept:
    @pytest.fixture
    def filled(self, desk: Desk) -> Desk:
        assert Api().post("/auth/login", {"email": desk.user.email, "password": "test-password"}).status == 200
        return desk

    @pytest.mark.parametrize("what", OLD)
    def test_as_long_as_the_desk_says(self, filled: Desk, what: str) -> None:
        table, age = OLD[what]
        count = row(filled.ref, f"SELECT count(*) FROM {table}")
        assert count > 0
        execute(filled, age, before(20))
        keep(filled, **{what: 21})
        remove_expired()
        assert row(filled.ref, f"SELECT count(*) FROM {table}") == count
        keep(filled, **{what: 19})
        remove_expired()
        assert row(filled.ref, f"SELECT count(*) FROM {table}") == 0

    def test_as_long_as_the_hub_says_where_the_desk_says_nothing(
        self, filled: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        execute(filled, "UPDATE notification SET created_at = %s", before(5000))
        remove_expired()
        assert row(filled.ref, "SELECT count(*) FROM notification") > 0
        monkeypatch.setitem(hub.HUB_KEEP_DAYS, "notifications", 400)
        keep(filled, notifications=0)
        remove_expired()
        assert row(filled.ref, "SELECT count(*) FROM notification") > 0
        keep(filled)
        remove_expired()
        assert row(filled.ref, "SELECT count(*) FROM notification") == 0

    def test_where_somebody_did_something_is_forgotten(self, filled: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        assert row(filled.ref, "SELECT count(*) FROM event WHERE origin <> ''") > 0
        keep(filled, origins=10)
        let_years_pass(monkeypatch, 1)
        remove_expired()
        assert row(filled.ref, "SELECT count(*) FROM event WHERE origin <> ''") == 0
        assert faults(filled.ref) == []


class TestSayingHowLong:
    @pytest.mark.parametrize(
        "days",
        [
            {"log": 29},
            {"log": -1},
            {"log": "30"},
            {"log": True},
            {"mails": 1.5},
            {"tickets": 30},
            {"log": 10**6},
            [],
            30,
        ],
    )
    def test_is_refused_where_it_is_none(self, api: Api, acme: Desk, days: Any) -> None:
        answer = api.as_(acme, acme.admin).patch(f"/tenants/{acme.ref.id}", {"settings": {"keepDays": days}})
        assert answer.status == 400
        assert "keepDays" in str(answer.body)

    def test_the_command_knows_its_tenants(self, transactional_access: None) -> None:
        with pytest.raises(CommandError, match="no tenant made-up"):
            command("remove_expired", "made-up")


def before(days: int) -> datetime:
    return now() - timedelta(days=days, hours=1)
