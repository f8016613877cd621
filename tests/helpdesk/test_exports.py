"""Files that are made in the background: asked for, made as their person may see it then, fetched, gone again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.conf import settings

from helpdesk.clock import now
from helpdesk.events.queries import LogRow
from helpdesk.exports import making
from helpdesk.exports.actions import claim_export, forget_old_exports
from helpdesk.exports.models import Export
from helpdesk.exports.rules import MOST_ATTEMPTS, MOST_OF_ONE
from helpdesk.objects import store
from helpdesk.objects.models import StoredObject
from helpdesk.people.models import Person
from helpdesk.people.queries import viewer_of
from helpdesk.ticket_views.models import TicketView
from helpdesk.vocabulary import Role
from helpdesk.work import unit_of_work
from realtime.audience import keys_of
from tasks.exports import make_exports
from tenants import context
from tests.api import Answer, Api
from tests.conftest import Desk
from tests.contracts.errors import assert_refused
from tests.helpdesk.conftest import People
from tests.helpdesk.exported import read_csv
from tests.helpdesk.log import payload

OPEN = {"tickets": {"status": ["open"], "columns": ["title"]}}


@pytest.fixture
def ticket(people: People) -> dict[str, Any]:
    body: dict[str, Any] = people.user.post("/tickets", {"title": "The VPN drops"}).body
    return body


def asked(caller: Api, body: dict[str, Any] | None = None) -> dict[str, Any]:
    answer = caller.post("/exports", body or OPEN)
    assert answer.status == 201, answer
    found: dict[str, Any] = answer.body
    return found


def work(desk: Desk) -> int:
    return int(make_exports(str(desk.ref.id)))


def row(desk: Desk, export: dict[str, Any]) -> Export:
    with context.tenant(desk.ref):
        return Export.objects.get(id=export["id"])


def change(desk: Desk, export: dict[str, Any], **fields: Any) -> None:
    with context.tenant(desk.ref):
        Export.objects.filter(id=export["id"]).update(**fields)


def stored(desk: Desk) -> dict[str, Any]:
    with context.tenant(desk.ref):
        return dict(StoredObject.objects.filter(key__contains="/exports/").values_list("key", "remove_at"))


def fetched(answer: Answer) -> httpx.Response:
    assert answer.status == 302, answer
    return httpx.get(answer.headers["Location"])


class TestAskingForOne:
    def test_tells_how_far_it_is(self, people: People, acme: Desk, ticket: dict[str, Any]) -> None:
        made = asked(people.agent)
        assert (made["status"], made["rowsDone"], made["rowsExpected"]) == ("waiting", 0, None)
        assert made["what"] == "tickets"
        assert made["filename"].startswith("tickets-")
        assert people.agent.get(f"/exports/{made['id']}").body == made
        assert people.agent.get("/exports")["data"] == [made]
        work(acme)
        done = people.agent.get(f"/exports/{made['id']}")
        assert (done["status"], done["rowsDone"], done["rowsExpected"], done["problem"]) == ("done", 1, 1, None)
        assert done["fileSize"] > 0

    def test_is_in_the_log_and_told_to_who_asked(
        self, people: People, acme: Desk, ticket: dict[str, Any], recorded: Callable[[], list[LogRow]]
    ) -> None:
        recorded()
        made = asked(people.agent)
        work(acme)
        people.agent.get(f"/exports/{made['id']}/file")
        created, finished, downloaded = recorded()
        assert [event.type for event in (created, finished, downloaded)] == [
            "export.created",
            "export.finished",
            "export.downloaded",
        ]
        assert (created.actor, finished.actor, downloaded.actor) == (acme.agent.id, None, acme.agent.id)
        assert payload(finished)["data"]["export"]["status"] == "done"
        assert ("me", viewer_of(acme.agent)) in set(keys_of(finished))
        assert finished.visible_to(viewer_of(acme.admin))
        assert not finished.visible_to(viewer_of(acme.ada))
        assert not finished.visible_to(viewer_of(acme.user))

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"tickets": {"status": ["mislaid"]}}, "tickets.status.0"),
            ({"tickets": {"colour": "red"}}, "tickets.colour"),
            ({"tickets": {}, "format": "xlsx"}, "format"),
            ({"tickets": {}, "timeZone": "Mars"}, "timeZone"),
            ({}, "tickets"),
        ],
    )
    def test_is_refused_where_the_question_is_wrong(
        self, people: People, acme: Desk, body: dict[str, Any], field: str
    ) -> None:
        assert_refused(people.agent.post("/exports", body), "VALIDATION_ERROR", field=field)
        with context.tenant(acme.ref):
            assert not Export.objects.exists()

    def test_is_refused_for_a_view_that_is_not_theirs(self, people: People) -> None:
        view = people.admin.post("/views", {"name": "Mine"})["id"]
        assert_refused(people.agent.post("/exports", {"tickets": {"view": view}}), "NOT_FOUND")

    def test_is_for_staff(self, people: People, ticket: dict[str, Any]) -> None:
        assert_refused(people.user.post("/exports", OPEN), "FORBIDDEN")

    def test_is_done_once_for_a_key(self, people: People) -> None:
        once = people.agent.with_(Idempotency_Key="one")
        assert asked(once) == asked(once)
        assert len(people.agent.get("/exports")["data"]) == 1

    def test_has_a_limit_for_each_person(self, people: People, acme: Desk) -> None:
        for _ in range(MOST_OF_ONE):
            asked(people.agent)
        assert_refused(people.agent.post("/exports", OPEN), "CONFLICT", reason="too_many_exports")
        asked(people.ada)
        work(acme)
        asked(people.agent)

    def test_needs_a_store(self, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(settings, "S3_ENDPOINT_URL", "")
        assert_refused(people.agent.post("/exports", OPEN), "UNAVAILABLE")


class TestTheFile:
    def test_is_what_the_stream_gives(self, people: People, acme: Desk, ticket: dict[str, Any]) -> None:
        for number in range(5):
            people.user.post("/tickets", {"title": f"=t {number}"})
        made = asked(
            people.agent, {"tickets": {"sortBy": "title"}, "timeZone": "Asia/Shanghai", "separator": "semicolon"}
        )
        work(acme)
        file = fetched(people.agent.get(f"/exports/{made['id']}/file"))
        streamed = people.agent.get("/exports/tickets.csv?sortBy=title&timeZone=Asia/Shanghai&separator=semicolon")
        assert file.content == streamed.response.content
        assert len(read_csv(file.content, separator=";")) == 6
        assert file.headers["Content-Disposition"] == f'attachment; filename="{made["filename"]}"'
        assert file.headers["Content-Type"] == "text/csv; charset=utf-8"

    def test_is_not_there_before_it_is_done(self, people: People) -> None:
        made = asked(people.agent)
        assert_refused(people.agent.get(f"/exports/{made['id']}/file"), "CONFLICT", reason="not_ready")

    def test_is_nobody_elses(self, people: People, acme: Desk, globex: Desk, ticket: dict[str, Any]) -> None:
        made = asked(people.agent)
        work(acme)
        for other in (people.ada, people.admin, Api().as_(globex, globex.admin)):
            for path in (f"/exports/{made['id']}", f"/exports/{made['id']}/file"):
                assert_refused(other.get(path), "NOT_FOUND")
            assert_refused(other.delete(f"/exports/{made['id']}"), "NOT_FOUND")
            assert other.get("/exports")["data"] == []

    def test_lies_below_the_desks_own_prefix_until_it_expires(
        self, people: People, acme: Desk, ticket: dict[str, Any]
    ) -> None:
        made = asked(people.agent)
        work(acme)
        kept = row(acme, made)
        assert kept.key.startswith(f"{acme.ref.id}/exports/")
        assert stored(acme) == {kept.key: kept.expires_at}

    def test_is_not_found_once_it_has_expired(self, people: People, acme: Desk, ticket: dict[str, Any]) -> None:
        made = asked(people.agent)
        work(acme)
        change(acme, made, expires_at=now() - timedelta(seconds=1))
        assert_refused(people.agent.get(f"/exports/{made['id']}/file"), "NOT_FOUND")
        assert people.agent.get("/exports")["data"] == []
        with context.tenant(acme.ref):
            assert forget_old_exports() == 1

    def test_goes_when_it_is_taken_away(
        self, people: People, acme: Desk, ticket: dict[str, Any], recorded: Callable[[], list[LogRow]]
    ) -> None:
        made = asked(people.agent)
        work(acme)
        recorded()
        assert people.agent.delete(f"/exports/{made['id']}").status == 204
        assert_refused(people.agent.get(f"/exports/{made['id']}"), "NOT_FOUND")
        assert [event.type for event in recorded()] == ["export.deleted"]
        (remove_at,) = stored(acme).values()
        assert remove_at <= now()

    def test_needs_the_right_to_what_is_in_it_when_it_is_fetched(
        self, people: People, acme: Desk, ticket: dict[str, Any]
    ) -> None:
        made = asked(people.agent)
        work(acme)
        key = people.agent.post("/api-keys", {"name": "k", "scopes": ["exports:read:any"]})["token"]
        assert people.agent.as_token(key).get(f"/exports/{made['id']}").status == 200
        assert_refused(people.agent.as_token(key).get(f"/exports/{made['id']}/file"), "FORBIDDEN", reason="scope")


class TestWhileItIsMade:
    def test_who_lost_the_right_gets_nothing(self, people: People, acme: Desk, ticket: dict[str, Any]) -> None:
        made = asked(people.agent)
        with context.tenant(acme.ref):
            Person.objects.filter(id=acme.agent.id).update(role=Role.REQUESTER.value)
        work(acme)
        left = row(acme, made)
        assert (left.status, left.problem, left.key) == ("failed", "not_allowed", "")
        assert stored(acme) == {}

    def test_who_loses_it_between_the_last_page_and_the_end_gets_nothing(
        self, people: People, acme: Desk, ticket: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put = store.put_in_parts

        def put_then_lose(*given: Any, **more: Any) -> None:
            put(*given, **more)
            with context.tenant(acme.ref):
                Person.objects.filter(id=acme.agent.id).update(is_active=False)

        monkeypatch.setattr(store, "put_in_parts", put_then_lose)
        made = asked(people.agent)
        work(acme)
        assert (row(acme, made).status, row(acme, made).problem) == ("failed", "not_allowed")
        (remove_at,) = stored(acme).values()
        assert remove_at < row(acme, made).expires_at

    def test_a_view_that_is_gone_ends_it(self, people: People, acme: Desk, ticket: dict[str, Any]) -> None:
        view = people.agent.post("/views", {"name": "Mine"})["id"]
        made = asked(people.agent, {"tickets": {"view": view}})
        with context.tenant(acme.ref):
            TicketView.objects.filter(id=view).delete()
        work(acme)
        assert row(acme, made).problem == "not_allowed"

    def test_who_gives_it_up_stops_it(
        self, people: People, acme: Desk, ticket: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = asked(people.agent)
        with context.tenant(acme.ref), unit_of_work():
            claim = claim_export()
        assert claim is not None
        assert people.agent.delete(f"/exports/{made['id']}").status == 204
        with context.tenant(acme.ref):
            making.make_export(claim)
        assert stored(acme) == {}

    def test_whoever_began_last_ends_it(
        self, people: People, acme: Desk, ticket: dict[str, Any], recorded: Callable[[], list[LogRow]]
    ) -> None:
        made = asked(people.agent)
        with context.tenant(acme.ref), unit_of_work():
            late = claim_export()
        assert late is not None
        change(acme, made, due_at=now())  # it was thought dead
        work(acme)
        recorded()
        with context.tenant(acme.ref):
            making.make_export(late)
        assert recorded() == []
        assert row(acme, made).attempts == 2
        assert list(stored(acme)) == [row(acme, made).key]

    def test_one_after_another(self, people: People, acme: Desk, ticket: dict[str, Any]) -> None:
        asked(people.agent)
        asked(people.ada)
        with context.tenant(acme.ref), unit_of_work():
            assert claim_export() is not None
            assert claim_export() is None

    def test_a_store_that_is_away_is_waited_for(
        self, people: People, acme: Desk, ticket: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = asked(people.agent)
        monkeypatch.setattr(settings, "S3_ENDPOINT_URL", "http://127.0.0.1:9")
        work(acme)
        assert row(acme, made).status == "waiting"
        monkeypatch.undo()
        change(acme, made, due_at=now())
        work(acme)
        assert row(acme, made).status == "done"

    def test_it_fails_after_some_attempts(self, people: People, acme: Desk, ticket: dict[str, Any]) -> None:
        made = asked(people.agent)
        change(acme, made, attempts=MOST_ATTEMPTS)
        work(acme)
        assert (row(acme, made).status, row(acme, made).problem) == ("failed", "broken")
