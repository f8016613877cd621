"""`GET /exports/tickets.csv`: what the lists show, whole, as a spreadsheet reads it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from helpdesk.answers import PagedAnswer
from helpdesk.errors import Forbidden, Unauthorized
from helpdesk.events.queries import LogRow
from helpdesk.exports import rules, streams
from helpdesk.people.models import Person, Session
from helpdesk.people.queries import viewer_of
from helpdesk.tickets.models import Ticket
from helpdesk.vocabulary import Role
from tenants import context
from tenants.actions import change_tenant
from tenants.middleware import TenantSuspended
from tenants.models import PlatformAdmin
from tests.api import Api, _client
from tests.conftest import Desk
from tests.contracts.errors import assert_refused
from tests.helpdesk.conftest import People
from tests.helpdesk.exported import read_csv, rows_of
from tests.helpdesk.log import payload

PATH = "/exports/tickets.csv"


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows each."""
    monkeypatch.setattr(streams, "ROWS_A_PAGE", 2)


def titles(rows: list[dict[str, str]]) -> list[str]:
    return [row["Title"] for row in rows]


def opened(caller: Api, count: int, *, word: str = "t") -> list[str]:
    made = [f"{word} {number}" for number in range(count)]
    for title in made:
        assert caller.post("/tickets", {"title": title}).status == 201
    return made


def answer_to(caller: Api, path: str) -> PagedAnswer:
    """Not read yet."""
    response = _client.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {caller.token}", "Host": "localhost"})
    assert response.status_code == 200
    return response  # type: ignore[return-value]  # the test client's answer is the application's


class TestTheFile:
    def test_holds_every_ticket_once_whatever_the_pages(self, people: People, small_pages: None) -> None:
        made = opened(people.user, 7)
        assert titles(rows_of(people.agent.get(f"{PATH}?q=t&sortBy=number&sortOrder=asc"))) == made
        assert titles(rows_of(people.agent.get(f"{PATH}?sortBy=title&sortOrder=desc"))) == made[::-1]

    def test_is_what_a_spreadsheet_takes(self, people: People, ticket: dict[str, Any]) -> None:
        answer = people.agent.get(PATH)
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert answer.headers["Content-Disposition"].startswith('attachment; filename="tickets-')
        assert answer.headers["Cache-Control"] == "no-store"
        content = answer.response.content
        assert content.startswith(b"\xef\xbb\xbfNumber,")
        assert content.count(b"\r\n") == 2

    def test_has_the_columns_asked_for_in_their_order(self, people: People, ticket: dict[str, Any]) -> None:
        (row,) = rows_of(people.agent.get(f"{PATH}?columns=title,number&columns=id&columns=title"))
        assert list(row.items()) == [
            ("Title", ticket["title"]),
            ("Number", str(ticket["number"])),
            ("Id", ticket["id"]),
        ]

    def test_tells_times_by_the_clocks_of_a_zone(self, people: People, acme: Desk, ticket: dict[str, Any]) -> None:
        moment = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
        with context.tenant(acme.ref):
            Ticket.objects.filter(id=ticket["id"]).update(created_at=moment)
        (row,) = rows_of(people.agent.get(f"{PATH}?timeZone=Asia/Shanghai"))
        assert row["Created (Asia/Shanghai)"] == f"{moment.astimezone(ZoneInfo('Asia/Shanghai')):%Y-%m-%d %H:%M:%S}"
        assert "Created (UTC)" in rows_of(people.agent.get(PATH))[0]

    def test_takes_a_semicolon_where_a_comma_is_for_decimals(self, people: People, ticket: dict[str, Any]) -> None:
        answer = people.agent.get(f"{PATH}?separator=semicolon&columns=number,title")
        assert read_csv(answer.response.content, separator=";") == [
            {"Number": str(ticket["number"]), "Title": ticket["title"]}
        ]

    def test_holds_no_formula_that_somebody_wrote(self, people: People) -> None:
        people.user.post("/tickets", {"title": '=HYPERLINK("http://evil.example")', "description": "@SUM(A1)\n-1"})
        (row,) = rows_of(people.agent.get(f"{PATH}?columns=title,description"))
        assert row == {"Title": '\'=HYPERLINK("http://evil.example")', "Description": "'@SUM(A1)\n'-1"}

    def test_holds_every_script_as_it_was_written(self, people: People) -> None:
        title = "打印机坏了 · الطابعة معطلة · 🖨️ · Ünïcode"
        people.user.post("/tickets", {"title": title})
        assert titles(rows_of(people.agent.get(PATH))) == [title]

    def test_of_nothing_is_a_head_alone(self, people: People) -> None:
        answer = people.agent.get(f"{PATH}?tag=nobody-has-this")
        assert answer.response.content.count(b"\r\n") == 1


class TestWhatItPicks:
    def test_is_what_the_list_shows(self, people: People, acme: Desk) -> None:
        opened(people.user, 3)
        number = people.agent.get("/tickets?limit=1")["data"][0]["id"]
        people.agent.patch(
            f"/tickets/{number}", {"status": "pending", "tags": ["vpn"], "assignedToId": str(acme.ada.id)}
        )
        for query in ("status=pending", "tag=vpn", f"assignedToId={acme.ada.id}", "q=status:pending", "status=open"):
            listed = [row["title"] for row in people.agent.get(f"/tickets?{query}&limit=100")["data"]]
            assert titles(rows_of(people.agent.get(f"{PATH}?{query}"))) == listed
            assert listed

    def test_is_what_a_view_shows_in_its_order(self, people: People) -> None:
        opened(people.user, 3)
        view = people.agent.post(
            "/views", {"name": "By title", "filter": {"status": ["open"]}, "sortBy": "title", "sortOrder": "asc"}
        )
        assert titles(rows_of(people.agent.get(f"{PATH}?view={view['id']}"))) == ["t 0", "t 1", "t 2"]
        backwards = people.agent.get(f"{PATH}?view={view['id']}&sortBy=title&sortOrder=desc")
        assert titles(rows_of(backwards)) == ["t 2", "t 1", "t 0"]

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("columns=salary", "columns"),
            ("timeZone=Mars/Olympus", "timeZone"),
            ("separator=tab", "separator"),
            ("sortBy=mood", "sortBy"),
            ("limit=10", "limit"),
        ],
    )
    def test_is_refused_where_it_cannot_be(self, people: People, query: str, field: str) -> None:
        assert_refused(people.agent.get(f"{PATH}?{query}"), "VALIDATION_ERROR", field=field)

    def test_is_not_found_where_the_view_is_not_theirs_to_see(self, people: People) -> None:
        view = people.admin.post("/views", {"name": "Mine"})
        assert_refused(people.agent.get(f"{PATH}?view={view['id']}"), "NOT_FOUND")
        assert_refused(people.agent.get(f"{PATH}?view={uuid4()}"), "NOT_FOUND")


class TestWhoGetsWhat:
    def test_requesters_get_their_own_without_what_is_the_staffs(self, people: People) -> None:
        opened(people.user, 1, word="mine")
        opened(people.other_user, 1, word="theirs")
        (row,) = rows_of(people.user.get(PATH))
        assert row["Title"] == "mine 0"
        assert not {"Team", "First response (UTC)", "Assignee's address"} & set(row)

    @pytest.mark.parametrize("query", ["columns=team", "columns=number,assignedToEmail", "teamId=none"])
    def test_requesters_may_not_ask_for_what_is_hidden(self, people: People, query: str) -> None:
        assert_refused(people.user.get(f"{PATH}?{query}"), "FORBIDDEN", reason="field")

    def test_other_tenants_get_their_own(self, people: People, globex: Desk, ticket: dict[str, Any]) -> None:
        assert rows_of(Api().as_(globex, globex.admin).get(PATH)) == []

    def test_nobody_gets_anything(self, api: Api) -> None:
        assert_refused(api.get(PATH), "UNAUTHORIZED")

    def test_a_key_needs_the_scope(self, people: People, ticket: dict[str, Any]) -> None:
        reads = people.agent.post("/api-keys", {"name": "r", "scopes": ["tickets:read:any"]})["token"]
        writes = people.agent.post("/api-keys", {"name": "w", "scopes": ["tickets:write:any"]})["token"]
        assert len(rows_of(people.agent.as_token(reads).get(PATH))) == 1
        assert_refused(people.agent.as_token(writes).get(PATH), "FORBIDDEN", reason="scope")

    def test_is_in_the_log(
        self, people: People, acme: Desk, ticket: dict[str, Any], recorded: Callable[[], list[LogRow]]
    ) -> None:
        people.agent.get(f"{PATH}?status=open&columns=title")
        (event,) = recorded()
        assert (event.type, event.actor, event.audience.people) == ("export.streamed", acme.agent.id, ())
        assert payload(event)["data"] == {
            "what": "tickets",
            "format": "csv",
            "query": {"status": ["open"], "columns": ["title"]},
        }
        assert not event.visible_to(viewer_of(acme.agent))


@pytest.mark.usefixtures("small_pages")
class TestWhileItIsRead:
    def test_each_page_shows_what_may_be_seen_then(self, people: People, acme: Desk) -> None:
        opened(people.user, 5)
        pages = iter(answer_to(people.user, f"{PATH}?sortBy=number&sortOrder=asc"))
        found = next(pages)
        with context.tenant(acme.ref):
            Ticket.objects.filter(title="t 3").update(requester=acme.other_user)
        found += b"".join(pages)
        assert titles(read_csv(found)) == ["t 0", "t 1", "t 2", "t 4"]

    def test_it_breaks_off_for_who_is_signed_out(self, people: People, acme: Desk) -> None:
        opened(people.user, 5)
        pages = iter(answer_to(people.agent, PATH))
        next(pages)
        with context.tenant(acme.ref):
            Session.objects.filter(person=acme.agent).delete()
        with pytest.raises(Unauthorized):
            next(pages)

    def test_it_breaks_off_where_a_column_is_no_longer_theirs(self, people: People, acme: Desk) -> None:
        opened(people.user, 5)
        pages = iter(answer_to(people.agent, f"{PATH}?columns=team"))
        next(pages)
        with context.tenant(acme.ref):
            Person.objects.filter(id=acme.agent.id).update(role=Role.REQUESTER.value)
        with pytest.raises(Forbidden):
            next(pages)

    def test_it_breaks_off_where_the_desk_is_suspended(self, own_desk: Callable[..., Desk]) -> None:
        desk = own_desk()
        opened(Api().as_(desk, desk.user), 5)
        pages = iter(answer_to(Api().as_(desk, desk.agent), PATH))
        next(pages)
        with context.platform():
            change_tenant(PlatformAdmin(), desk.ref.id, fields={"is_active": False})
        with pytest.raises(TenantSuspended):
            next(pages)

    def test_what_comes_and_goes_shifts_nothing(self, people: People, acme: Desk) -> None:
        opened(people.user, 6)
        pages = iter(answer_to(people.agent, f"{PATH}?sortBy=number&sortOrder=asc"))
        found = next(pages)
        with context.tenant(acme.ref):
            Ticket.objects.get(title="t 0").delete()
        assert titles(read_csv(found + b"".join(pages))) == [f"t {number}" for number in range(6)]

    def test_few_are_under_way_at_once(self, people: People, acme: Desk) -> None:
        opened(people.user, 5)
        open_ones = [iter(answer_to(people.agent, PATH)) for _ in range(rules.MOST_STREAMS_OF_ONE)]
        for pages in open_ones:
            next(pages)
        refused = people.agent.get(PATH)
        assert_refused(refused, "CONFLICT", reason="too_many_exports")
        assert people.ada.get(PATH).status == 200
        for pages in open_ones:
            list(pages)
        assert people.agent.get(PATH).status == 200
