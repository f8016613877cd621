"""Who came in and who was refused stands in the desk's own log: counted, bounded, and without what strangers typed."""

from __future__ import annotations

import hashlib
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from helpdesk.access_log.actions import forget_old_accesses
from helpdesk.access_log.models import AccessEntry
from helpdesk.access_log.rules import Access
from helpdesk.clock import now
from helpdesk.people.models import Session
from helpdesk.vocabulary import AccessKind
from tenants import context
from tenants.resolve import tenant_by_host
from tenants.watch import notes as module
from tenants.watch.notes import Notes, Place, this_hour
from tests.api import Api
from tests.conftest import PASSWORD, Desk, token_for
from tests.contracts.errors import assert_refused
from tests.realtime.live import commit, in_thread, open_socket, serving

TYPED = "my secret passphrase"


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> Notes:
    fresh = Notes()
    monkeypatch.setattr("tenants.watch.middleware.notes", fresh)
    monkeypatch.setattr("tenants.signin.actions.notes", fresh)
    return fresh


@pytest.fixture
def admin(api: Api, acme: Desk) -> Api:
    return api.as_(acme, acme.admin)


def entries(admin: Api, query: str = "") -> list[tuple[str, str, str | None, int]]:
    rows = admin.get(f"/access-log{query}")["data"]
    return [(row["kind"], row["operation"], row["userId"], row["count"]) for row in rows]


def log_in(api: Api, email: str, password: str = "wrong-password", **more: Any) -> int:
    return int(api.post("/auth/login", {"email": email, "password": password, **more}).status)


class TestSigningIn:
    def test_is_written_at_once_and_counted_by_the_hour(self, api: Api, admin: Api, acme: Desk, noted: Notes) -> None:
        assert [log_in(api, "user@acme.example", PASSWORD) for _ in range(3)] == [200] * 3
        assert entries(admin) == [("signed_in", "login", str(acme.user.id), 3)]
        (row,) = admin.get("/access-log")["data"]
        assert (row["client"], row["addressDigest"]) == ("127.0.0.1", None)
        assert row["firstAt"] <= row["lastAt"]

    def test_registering_is_one_too(self, api: Api, admin: Api, noted: Notes) -> None:
        body = {"email": "n@x.example", "password": PASSWORD, "firstName": "N", "lastName": "P", "tenantSlug": "acme"}
        user = api.post("/auth/register", body)["user"]
        assert entries(admin) == [("signed_in", "register", user["id"], 1)]

    def test_that_fails_names_whose_address_it_was(self, api: Api, admin: Api, acme: Desk, noted: Notes) -> None:
        assert [log_in(api, "user@acme.example") for _ in range(2)] == [401, 401]
        assert entries(admin) == []
        noted.write()
        assert entries(admin) == [("sign_in_failed", "login", str(acme.user.id), 2)]

    def test_with_an_address_that_nobody_has_keeps_only_its_digest(self, api: Api, admin: Api, noted: Notes) -> None:
        assert log_in(api, TYPED, tenantSlug="acme") == 401
        noted.write()
        answer = admin.get("/access-log")
        (row,) = answer["data"]
        assert (row["kind"], row["userId"]) == ("sign_in_failed", None)
        assert row["addressDigest"] == hashlib.sha256(TYPED.encode()).hexdigest()
        assert TYPED not in answer.response.content.decode()

    def test_with_an_unknown_address_and_no_tenant_is_nobodys(self, api: Api, admin: Api, noted: Notes) -> None:
        assert log_in(api, TYPED) == 401
        noted.write()
        assert entries(admin) == []


class TestRefusals:
    def test_are_counted_by_person_and_operation(self, api: Api, admin: Api, acme: Desk, noted: Notes) -> None:
        user = api.as_(acme, acme.user)
        for _ in range(3):
            assert_refused(user.get("/webhooks"), "FORBIDDEN")
        noted.write()
        noted.write()
        assert_refused(user.get("/webhooks"), "FORBIDDEN")
        noted.write()
        assert entries(admin) == [("forbidden", "listWebhooks", str(acme.user.id), 4)]

    def test_of_strangers_have_nobodys_name(self, api: Api, admin: Api, noted: Notes) -> None:
        assert_refused(api.at("acme.localhost").get("/tickets"), "UNAUTHORIZED")
        assert_refused(api.with_(X_Tenant="acme").as_token("made-up").get("/tickets"), "UNAUTHORIZED")
        noted.write()
        assert entries(admin) == [("unauthorized", "listTickets", None, 2)]

    def test_for_asking_too_often_too(self, api: Api, admin: Api, acme: Desk, noted: Notes, settings: Any) -> None:
        agent = api.as_(acme, acme.agent)
        settings.HUB_RATE_LIMITING = True
        settings.HUB_LIMITS = settings.HUB_LIMITS | {"person": "1/1h"}
        assert [agent.get("/tickets").status for _ in range(3)] == [200, 429, 429]
        settings.HUB_RATE_LIMITING = False
        noted.write()
        assert entries(admin) == [("rate_limited", "", str(acme.agent.id), 2)]

    async def test_of_sockets_too(self, own_desk: Callable[..., Desk]) -> None:
        desk = await in_thread(own_desk)
        ended = await in_thread(lambda: token_for(desk, desk.user))
        await commit(desk, lambda: Session.objects.filter(person=desk.user).delete())
        with serving("uvicorn") as server:
            for host, token in ((f"{desk.ref.slug}.localhost", "made-up"), ("localhost", ended)):
                async with open_socket(server, host=host, token=token) as talk:
                    assert await talk.closed() == 4401
        rows = await commit(desk, lambda: list(AccessEntry.objects.values_list("kind", "operation", "person_id")))
        assert set(rows) == {("unauthorized", "socket", None), ("unauthorized", "socket", desk.user.id)}

    def test_what_is_hidden_is_not_among_them(self, api: Api, admin: Api, acme: Desk, noted: Notes) -> None:
        assert_refused(api.as_(acme, acme.user).get(f"/tickets/{uuid4()}"), "NOT_FOUND")
        noted.write()
        assert entries(admin) == []


class TestTheList:
    def test_of_another_tenant_holds_nothing_of_it(self, api: Api, acme: Desk, globex: Desk, noted: Notes) -> None:
        assert log_in(api, "user@acme.example", PASSWORD) == 200
        assert log_in(api, "agent@acme.example") == 401
        noted.write()
        assert len(entries(api.as_(acme, acme.admin))) == 2
        assert entries(api.as_(globex, globex.admin)) == []

    def test_is_filtered_by_kind_person_and_time(self, api: Api, admin: Api, acme: Desk, noted: Notes) -> None:
        log_in(api, "user@acme.example", PASSWORD)
        log_in(api, "agent@acme.example", PASSWORD)
        log_in(api, "agent@acme.example")
        noted.write()
        assert [row[0] for row in entries(admin, "?kind=sign_in_failed")] == ["sign_in_failed"]
        assert len(entries(admin, f"?userId={acme.agent.id}")) == 2
        later = (now() + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        assert entries(admin, f"?from={later}") == []
        assert len(entries(admin, f"?to={later}")) == 3
        assert_refused(admin.get("/access-log?kind=everything"), "VALIDATION_ERROR", field="kind")

    def test_goes_on_by_cursor(self, api: Api, admin: Api, noted: Notes) -> None:
        for who in ("user", "agent", "ada"):
            log_in(api, f"{who}@acme.example", PASSWORD)
        first = admin.get("/access-log?cursor=&limit=2")
        rest = admin.get(f"/access-log?cursor={first['meta']['nextCursor']}&limit=2")
        assert (len(first["data"]), len(rest["data"])) == (2, 1)
        times = [row["lastAt"] for row in first["data"] + rest["data"]]
        assert times == sorted(times, reverse=True)

    def test_is_forgotten_in_time(self, desk: Desk, settings: Any) -> None:
        for days in (1, 89, 91):
            moment = now() - timedelta(days=days)
            AccessEntry.objects.create(
                hour=moment, kind=AccessKind.FORBIDDEN.value, count=1, first_at=moment, last_at=moment
            )
        assert forget_old_accesses() == 1
        settings.HUB_KEEP_DAYS = settings.HUB_KEEP_DAYS | {"accessLog": 30}
        assert forget_old_accesses() == 1
        assert AccessEntry.objects.count() == 1


class TestAFlood:
    def test_of_made_up_hosts_asks_the_database_for_a_bounded_number_of_them(
        self, api: Api, admin: Api, acme: Desk, noted: Notes, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "MOST_HOSTS", 3)
        asked: list[str] = []

        def look_up(host: str) -> Any:
            asked.append(host)
            return tenant_by_host(host)

        monkeypatch.setattr(module, "tenant_by_host", look_up)
        for number in range(10):
            noted.note(Place(None, f"{number}.made-up.example"), Access(AccessKind.RATE_LIMITED, this_hour()))
        noted.note(Place(acme.ref.id), Access(AccessKind.FORBIDDEN, this_hour()))
        noted.write()
        assert len(asked) == 3
        assert [kind for kind, *_ in entries(admin)] == ["forbidden"]

    def test_fills_no_more_memory_and_rows_than_it_may_and_is_counted(
        self, desk: Desk, noted: Notes, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "MOST_HELD", 50)
        monkeypatch.setattr(module, "MOST_ROWS_AN_HOUR", 20)
        for number in range(500):
            access = Access(AccessKind.UNAUTHORIZED, this_hour(), "listTickets", f"2001:db8::{number:x}")
            noted.note(Place(desk.ref.id), access)
        assert len(noted._held) <= 51
        noted.write()
        rows = AccessEntry.objects.all()
        assert len(rows) == 21
        assert sum(row.count for row in rows) == 500

    def test_from_hosts_that_are_nobodys_leaves_nothing(self, desk: Desk, noted: Notes) -> None:
        noted.note(Place(None, "nobody.example"), Access(AccessKind.UNAUTHORIZED, this_hour()))
        noted.write()
        assert noted._held == {}
        assert not AccessEntry.objects.exists()

    def test_what_cannot_be_written_is_held_on_to(
        self, desk: Desk, noted: Notes, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        noted.note(Place(desk.ref.id), Access(AccessKind.FORBIDDEN, this_hour()))
        with monkeypatch.context() as broken:
            broken.setattr(module, "tenant_by_id", lambda _: 1 / 0)
            noted.write()
        assert not AccessEntry.objects.exists()
        noted.write()
        assert AccessEntry.objects.get().count == 1


@pytest.mark.parametrize("server", ["uvicorn", "daphne"])
def test_a_server_that_stops_writes_what_it_noted(own_desk: Callable[..., Desk], server: str) -> None:
    desk = own_desk()
    with serving(server) as running:
        for _ in range(3):
            request = urllib.request.Request(f"http://127.0.0.1:{running.port}/api/v1/tickets")
            request.add_header("X-Tenant", desk.ref.slug)
            with pytest.raises(urllib.error.HTTPError):
                urllib.request.urlopen(request, timeout=20)
        running.stop()
    with context.tenant(desk.ref), transaction.atomic():
        assert sum(AccessEntry.objects.values_list("count", flat=True)) == 3
