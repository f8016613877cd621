"""The audit and the figures as files: the same as their pages show, for the same people."""

from __future__ import annotations

from typing import Any

import pytest

from helpdesk.exports import streams
from helpdesk.exports.models import Export
from helpdesk.people.models import Person
from helpdesk.vocabulary import Role
from tenants import context
from tests.api import Api
from tests.conftest import Desk
from tests.contracts.errors import assert_refused
from tests.helpdesk.conftest import People
from tests.helpdesk.exported import read_csv, rows_of
from tests.helpdesk.test_exports import asked, fetched, row, work

AUDIT, ANALYTICS = "/exports/audit.csv", "/exports/analytics.csv"


@pytest.fixture
def ticket(people: People) -> dict[str, Any]:
    body: dict[str, Any] = people.user.post("/tickets", {"title": "=The VPN drops"}).body
    people.agent.patch(f"/tickets/{body['id']}", {"priority": "urgent"})
    people.agent.patch(f"/tickets/{body['id']}", {"status": "resolved"})
    return body


class TestTheAudit:
    def test_is_what_its_page_lists(
        self, people: People, ticket: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(streams, "ROWS_A_PAGE", 2)
        listed = people.admin.get("/audit?source=log&type=ticket&limit=100")["data"]
        rows = rows_of(people.admin.get(f"{AUDIT}?source=log&type=ticket"))
        assert [(one["What"], one["Seq"]) for one in rows] == [(one["type"], str(one["seq"])) for one in listed]
        assert len(rows) > 2
        (urgent,) = rows_of(people.admin.get(f"{AUDIT}?ticketId={ticket['id']}&type=ticket.priority_changed"))
        assert urgent["Changes"] == '{"priority":["medium","urgent"]}'
        assert urgent["From"] == "127.0.0.1"

    def test_is_for_admins(self, people: People, globex: Desk, ticket: dict[str, Any]) -> None:
        for caller in (people.user, people.agent):
            assert_refused(caller.get(AUDIT), "FORBIDDEN")
        assert_refused(people.agent.post("/exports", {"audit": {}}), "FORBIDDEN")
        theirs = rows_of(Api().as_(globex, globex.admin).get(f"{AUDIT}?ticketId={ticket['id']}"))
        assert theirs == []

    def test_refuses_what_its_page_refuses(self, people: People) -> None:
        assert_refused(people.admin.get(f"{AUDIT}?source=rumours"), "VALIDATION_ERROR", field="source")
        assert_refused(
            people.admin.post("/exports", {"audit": {"from": "then"}}), "VALIDATION_ERROR", field="audit.from"
        )

    @pytest.mark.parametrize("format_", ["csv", "pdf"])
    def test_is_made_in_the_background(self, people: People, acme: Desk, ticket: dict[str, Any], format_: str) -> None:
        made = asked(people.admin, {"format": format_, "audit": {"ticketId": ticket["id"]}})
        work(acme)
        file = fetched(people.admin.get(f"/exports/{made['id']}/file"))
        assert file.content.startswith(b"%PDF" if format_ == "pdf" else b"\xef\xbb\xbf")
        assert row(acme, made).rows_done == 3

    def test_is_nothing_for_who_is_no_admin_any_more(self, people: People, acme: Desk, ticket: dict[str, Any]) -> None:
        made = asked(people.admin, {"audit": {}})
        with context.tenant(acme.ref):
            Person.objects.filter(id=acme.admin.id).update(role=Role.AGENT.value)
        work(acme)
        assert row(acme, made).problem == "not_allowed"
        with context.tenant(acme.ref):
            Export.objects.filter(id=made["id"]).update(status="done", key=f"{acme.ref.id}/exports/x")
        assert_refused(people.admin.get(f"/exports/{made['id']}/file"), "FORBIDDEN")


class TestFigures:
    def test_are_those_of_the_overview(self, people: People, ticket: dict[str, Any]) -> None:
        shown = people.agent.get("/analytics/overview?timeZone=Europe/Berlin")
        now, before = rows_of(people.agent.get(f"{ANALYTICS}?timeZone=Europe/Berlin"))
        for one, told in ((now, shown["data"]), (before, shown["before"])):
            for name in ("created", "resolved", "cancelled", "reopened", "open"):
                assert one[name.title()] == str(told[name])
        assert float(now["Resolution: median (h)"]) == round(shown["data"]["resolution"]["median"] / 3600, 3)
        assert before["Resolution: median (h)"] == ""

    def test_are_those_of_the_steps_the_groups_and_the_backlog(self, people: People, ticket: dict[str, Any]) -> None:
        people.user.post("/tickets", {"title": "Another"})
        steps = people.agent.get("/analytics/series?interval=day")["data"]
        told = rows_of(people.agent.get(f"{ANALYTICS}?report=series&interval=day"))
        assert [one["Created"] for one in told] == [str(step["created"]) for step in steps]
        groups = people.agent.get("/analytics/groups?by=priority")["data"]
        by = rows_of(people.agent.get(f"{ANALYTICS}?report=groups&by=priority"))
        assert [(one["Priority"], one["Open"]) for one in by] == [(one["key"], str(one["open"])) for one in groups]
        waits = rows_of(people.agent.get(f"{ANALYTICS}?report=backlog"))
        assert ("all", "open", "1") in [tuple(one.values()) for one in waits]

    def test_take_a_filter(self, people: People, ticket: dict[str, Any]) -> None:
        (now, _) = rows_of(people.agent.get(f"{ANALYTICS}?tag=nobody-has-this"))
        assert now["Created"] == "0"

    def test_are_the_staffs(self, people: People) -> None:
        assert_refused(people.user.get(ANALYTICS), "FORBIDDEN")

    def test_refuse_what_their_page_refuses(self, people: People) -> None:
        assert_refused(people.agent.get(f"{ANALYTICS}?from=2026-02-02&to=2026-02-01"), "VALIDATION_ERROR", field="to")
        assert_refused(people.agent.get(f"{ANALYTICS}?report=moods"), "VALIDATION_ERROR", field="report")

    def test_are_made_in_the_background(self, people: People, acme: Desk, ticket: dict[str, Any]) -> None:
        made = asked(people.agent, {"analytics": {"report": "groups", "by": "tag"}, "timeZone": "Asia/Shanghai"})
        work(acme)
        (untagged,) = read_csv(fetched(people.agent.get(f"/exports/{made['id']}/file")).content)
        assert (untagged["Tag"], untagged["Resolved"]) == ("none", "1")


def test_one_thing_at_a_time(people: People) -> None:
    assert_refused(
        people.admin.post("/exports", {"audit": {}, "tickets": {}}), "VALIDATION_ERROR", field="audit", reason="one_of"
    )
