"""Saved views: whose they are, who sees and changes them, and what stands in them."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, get_args
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from helpdesk.events.queries import LogRow
from helpdesk.ticket_views.actions import MOST_VIEWS
from helpdesk.ticket_views.defaults import COLUMNS, DEFAULT_VIEWS
from helpdesk.ticket_views.models import TicketView
from helpdesk.ticket_views.schemas import Column
from helpdesk.tickets.models import Ticket
from helpdesk.vocabulary import Floor
from helpdesk.work import unit_of_work
from tenants import context
from tests.api import Answer, Api
from tests.conftest import Desk
from tests.contracts.errors import assert_refused
from tests.helpdesk.conftest import People
from tests.helpdesk.log import execute, payload

Recorded = Callable[[], list[LogRow]]


def made(caller: Api, name: str = "Mine", **fields: Any) -> Answer:
    answer = caller.post("/views", {"name": name} | fields)
    assert answer.status == 201, answer
    return answer


def names(caller: Api) -> list[str]:
    """Of the views that somebody sees beside those that came with the desk."""
    return [view["name"] for view in caller.get("/views")["data"] if view["ownerId"]]


@pytest.fixture
def team(people: People, acme: Desk) -> str:
    """With the agent in it, and not Ada."""
    return str(people.admin.post("/teams", {"name": "Network", "memberIds": [str(acme.agent.id)]})["id"])


class TestADesksBeginning:
    def test_has_views_for_everybody(self, people: People, acme: Desk) -> None:
        found = people.ada.get("/views")["data"]
        assert [view["name"] for view in found] == [view.name for view in DEFAULT_VIEWS]
        assert {(view["visibility"], view["ownerId"]) for view in found} == {("all", None)}
        for view in found:
            assert view["id"][14] == "7"
            assert people.ada.get(f"/tickets?view={view['id']}").status == 200

    def test_is_the_same_for_desks_that_were_there_before(self, desk: Desk) -> None:
        columns = [
            "position",
            "name",
            "filter",
            "sort_by",
            "sort_order",
            "columns",
            "visibility",
            "team_id",
            "owner_id",
        ]
        new = list(TicketView.objects.order_by("position").values_list(*columns))
        TicketView.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(import_module("helpdesk.migrations.0012_ticket_views").DEFAULT_VIEWS)
        assert list(TicketView.objects.order_by("position").values_list(*columns)) == new
        assert {view.id.version for view in TicketView.objects.all()} == {7}

    def test_is_the_admins_to_change(self, people: People) -> None:
        view = people.agent.get("/views")["data"][0]
        path = f"/views/{view['id']}"
        assert_refused(people.agent.patch(path, {"name": "Ours"}), "FORBIDDEN", reason="not_owner")
        assert_refused(people.agent.delete(path), "FORBIDDEN", reason="not_owner")
        assert people.admin.patch(path, {"name": "Ours"})["name"] == "Ours"
        assert people.admin.delete(path).status == 204
        assert_refused(people.agent.get(path), "NOT_FOUND")

    def test_knows_its_columns(self) -> None:
        assert set(COLUMNS) <= set(get_args(Column))


class TestSaving:
    def test_gives_the_shape_the_row_and_an_event_for_its_owner_alone(
        self, people: People, acme: Desk, recorded: Recorded
    ) -> None:
        body = {
            "name": " Hot ",
            "filter": {"status": ["OPEN", "pending"], "priority": ["critical"], "assignedToId": "me", "teamId": None},
            "sortBy": "priority",
            "columns": ["number", "title", "number"],
        }
        answer = people.agent.post("/views", body)
        assert answer.status == 201
        assert set(answer.body) == {
            "id", "name", "filter", "sortBy", "sortOrder", "columns", "visibility", "teamId", "ownerId", "position",
            "version", "createdAt", "updatedAt",
        }  # fmt: skip
        assert answer["filter"] == {"status": ["open", "pending"], "priority": ["urgent"], "assignedToId": "me"}
        assert (answer["name"], answer["columns"], answer["visibility"]) == ("Hot", ["number", "title"], "private")
        assert (answer["position"], answer.headers["ETag"]) == (len(DEFAULT_VIEWS) + 1, '"1"')
        (row,) = recorded()
        assert (row.type, row.audience.floor, row.audience.people) == ("view.created", Floor.NOBODY, (acme.agent.id,))
        assert payload(row)["data"]["view"] == answer.body
        assert execute(acme.ref, "SELECT filter ->> 'assignedToId' FROM ticket_view WHERE name = 'Hot'") == [("me",)]

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "name"),
            ({"name": " "}, "name"),
            ({"name": "N", "filter": {"status": ["sekret"]}}, "filter.status.0"),
            ({"name": "N", "filter": {"assignedToId": "sekret"}}, "filter.assignedToId"),
            ({"name": "N", "filter": {"assigned_to_id": "me"}}, "filter.assigned_to_id"),
            ({"name": "N", "filter": {"requesterEmail": "sekret"}}, "filter.requesterEmail"),
            ({"name": "N", "sortBy": "sekret"}, "sortBy"),
            ({"name": "N", "sortOrder": "up"}, "sortOrder"),
            ({"name": "N", "columns": ["metadata"]}, "columns.0"),
            ({"name": "N", "columns": []}, "columns"),
            ({"name": "N", "visibility": "sekret"}, "visibility"),
            ({"name": "N", "visibility": "team"}, "teamId"),
            ({"name": "N", "teamId": str(uuid4())}, "teamId"),
            ({"name": "N", "position": -1}, "position"),
            ({"name": "N", "ownerId": str(uuid4())}, "ownerId"),
        ],
    )
    def test_refuses_what_is_wrong(self, people: People, recorded: Recorded, body: dict[str, Any], field: str) -> None:
        answer = people.admin.post("/views", body)
        assert_refused(answer, "VALIDATION_ERROR", field=field)
        assert "sekret" not in answer.response.content.decode()
        assert recorded() == []

    def test_has_an_end(self, people: People, acme: Desk) -> None:
        with context.tenant(acme.ref), unit_of_work():
            one = TicketView.objects.first()
            assert one is not None
            TicketView.objects.bulk_create(
                TicketView(
                    name=str(number), sort_by="title", sort_order="asc", columns=["title"], visibility="private",
                    owner=acme.agent, position=number,
                )
                for number in range(MOST_VIEWS)
            )  # fmt: skip
        assert_refused(people.agent.post("/views", {"name": "One more"}), "CONFLICT", reason="too_many")
        made(people.ada)

    def test_is_not_for_requesters(self, people: People) -> None:
        view = people.agent.get("/views")["data"][0]["id"]
        for answer in (
            people.user.post("/views", {"name": "Mine"}),
            people.user.get("/views"),
            people.user.get("/views/counts"),
            people.user.get(f"/views/{view}"),
        ):
            assert_refused(answer, "FORBIDDEN")
        assert_refused(people.user.get(f"/tickets?view={view}"), "NOT_FOUND")


class TestSharing:
    def test_a_private_view_is_nobody_elses(self, people: People) -> None:
        path = f"/views/{made(people.agent)['id']}"
        for caller in (people.ada, people.admin):
            assert names(caller) == []
            for answer in (caller.get(path), caller.patch(path, {"name": "X"}), caller.delete(path)):
                assert_refused(answer, "NOT_FOUND")
        assert names(people.agent) == ["Mine"]

    def test_a_teams_view_is_its_members_and_the_admins(
        self, people: People, acme: Desk, team: str, recorded: Recorded
    ) -> None:
        recorded()
        view = made(people.agent, "Ours", visibility="team", teamId=team)
        (row,) = recorded()
        assert (row.audience.floor, row.audience.people) == (Floor.ADMIN, (acme.agent.id,))
        assert names(people.agent) == names(people.admin) == ["Ours"]
        assert names(people.ada) == []
        people.admin.put(f"/teams/{team}/members/{acme.ada.id}")
        assert names(people.ada) == ["Ours"]
        assert_refused(people.ada.patch(f"/views/{view['id']}", {"name": "X"}), "FORBIDDEN", reason="not_owner")
        assert people.admin.patch(f"/views/{view['id']}", {"name": "X"})["name"] == "X"

    def test_who_has_left_the_team_takes_it_back_but_does_not_change_it(
        self, people: People, acme: Desk, team: str
    ) -> None:
        view = made(people.agent, "Ours", visibility="team", teamId=team)
        people.admin.put(f"/teams/{team}/members/{acme.ada.id}")
        assert people.admin.delete(f"/teams/{team}/members/{acme.agent.id}").status == 204
        refused = people.agent.patch(f"/views/{view['id']}", {"name": "X", "filter": {"status": ["closed"]}})
        assert_refused(refused, "FORBIDDEN", field="teamId", reason="field")
        assert names(people.ada) == ["Ours"]
        assert people.agent.patch(f"/views/{view['id']}", {"visibility": "private"}).status == 200
        assert names(people.ada) == []

    def test_agents_share_with_their_own_teams_and_only_admins_with_all(self, people: People, team: str) -> None:
        answer = people.ada.post("/views", {"name": "N", "visibility": "team", "teamId": team})
        assert_refused(answer, "FORBIDDEN", field="teamId", reason="field")
        answer = people.agent.post("/views", {"name": "N", "visibility": "all"})
        assert_refused(answer, "FORBIDDEN", field="visibility", reason="field")
        made(people.admin, "Ours", visibility="team", teamId=team)
        made(people.admin, "Everybody's", visibility="all")
        assert names(people.agent) == ["Ours", "Everybody's"]
        answer = people.admin.post("/views", {"name": "N", "visibility": "team", "teamId": str(uuid4())})
        assert_refused(answer, "VALIDATION_ERROR", field="teamId", reason="unknown_team")

    def test_anew_tells_those_who_lose_it_and_those_who_gain_it(
        self, people: People, acme: Desk, team: str, recorded: Recorded
    ) -> None:
        view = made(people.admin, "Everybody's", visibility="all")
        recorded()
        path = f"/views/{view['id']}"
        assert people.admin.patch(path, {"visibility": "team", "teamId": team})["teamId"] == team
        gone, new = recorded()
        assert (gone.type, gone.audience.floor) == ("view.deleted", Floor.AGENT)
        assert (new.type, new.audience.floor) == ("view.created", Floor.ADMIN)
        assert set(new.audience.people) == {acme.admin.id, acme.agent.id}
        answer = people.admin.patch(path, {"visibility": "private"})
        assert (answer["visibility"], answer["teamId"], answer["version"]) == ("private", None, 3)
        assert names(people.agent) == []

    def test_a_view_that_came_with_the_desk_becomes_the_admins_who_takes_it(self, people: People, acme: Desk) -> None:
        view = people.admin.get("/views")["data"][0]
        answer = people.admin.patch(f"/views/{view['id']}", {"visibility": "private"})
        assert answer["ownerId"] == str(acme.admin.id)

    def test_ends_with_the_team(self, people: People, team: str, recorded: Recorded) -> None:
        view = made(people.agent, "Ours", visibility="team", teamId=team)
        recorded()
        assert people.admin.delete(f"/teams/{team}").status == 204
        assert [row.type for row in recorded()] == ["view.deleted", "view.created", "team.deleted"]
        found = people.agent.get(f"/views/{view['id']}")
        assert (found["visibility"], found["teamId"]) == ("private", None)
        assert names(people.admin) == []

    def test_with_a_team_waits_for_nobody_who_deletes_it(self, people: People, team: str) -> None:
        """Whoever deletes a team locks it and then its views: in the other order the two would wait in a circle."""
        view = made(people.agent)["id"]
        with CaptureQueriesContext(connection) as captured:
            assert people.agent.patch(f"/views/{view}", {"visibility": "team", "teamId": team}).status == 200
        statements = [query["sql"] for query in captured]
        team_lock, view_lock = (
            next(nth for nth, sql in enumerate(statements) if f"FROM {table} " in sql.replace('"', "") and how in sql)
            for table, how in (("team", "FOR KEY SHARE"), ("ticket_view", "FOR UPDATE"))
        )
        assert team_lock < view_lock


class TestChanging:
    def test_says_what_changed(self, people: People, recorded: Recorded) -> None:
        view = made(people.agent, filter={"status": ["open"]})
        recorded()
        answer = people.agent.put(f"/views/{view['id']}", {"filter": {"tag": ["vpn"]}, "sortBy": "title"})
        assert (answer["filter"], answer["version"], answer["name"]) == ({"tag": ["vpn"]}, 2, "Mine")
        (row,) = recorded()
        assert row.type == "view.updated"
        changes = {"filter": [{"status": ["open"]}, {"tag": ["vpn"]}], "sortBy": ["createdAt", "title"]}
        assert payload(row)["changes"] == changes

    def test_to_what_it_is_makes_no_event(self, people: People, recorded: Recorded) -> None:
        view = made(people.agent)
        recorded()
        assert people.agent.patch(f"/views/{view['id']}", {"name": "Mine", "visibility": "private"}).body == view.body
        assert recorded() == []

    def test_a_stale_version_is_refused(self, people: People) -> None:
        view = made(people.agent)
        path = f"/views/{view['id']}"
        people.agent.patch(path, {"name": "Newer"})
        answer = people.agent.with_(If_Match='"1"').patch(path, {"name": "Older"})
        assert_refused(answer, "PRECONDITION_FAILED", reason="stale")
        assert answer["data"]["current"]["name"] == "Newer"
        assert people.agent.with_(If_Match='"2"').delete(path).status == 204

    def test_position_orders_the_list(self, people: People) -> None:
        made(people.agent, "b", position=1002)
        made(people.agent, "a", position=1001)
        assert names(people.agent) == ["a", "b"]


class TestWhatStandsInOne:
    def test_is_its_filter_and_what_is_asked_besides(self, people: People, acme: Desk) -> None:
        for title, priority, mine in (("a", "high", True), ("b", "low", True), ("c", "high", False)):
            assignee = str(acme.agent.id) if mine else None
            people.agent.post("/tickets", {"title": title, "priority": priority, "assignedToId": assignee})
        filter_ = {"assignedToId": "me", "status": ["open"]}
        view = made(people.agent, filter=filter_, sortBy="title", sortOrder="asc")["id"]

        def titles(query: str) -> list[str]:
            return [one["title"] for one in people.agent.get(f"/tickets?view={view}{query}")["data"]]

        assert titles("") == ["a", "b"]
        assert titles("&sortOrder=desc&sortBy=title") == ["b", "a"]
        assert titles("&priority=high") == ["a"]
        assert titles("&status=closed") == [], "both conditions hold"
        assert titles("&assignedToId=none") == []

    def test_goes_on_by_cursor_in_the_views_order(self, people: People) -> None:
        for title in "bca":
            people.agent.post("/tickets", {"title": title})
        view = made(people.agent, sortBy="title", sortOrder="asc")["id"]
        first = people.agent.get(f"/tickets?view={view}&cursor=&limit=2")
        cursor = first["meta"]["nextCursor"]
        second = people.agent.get(f"/tickets?view={view}&limit=2&cursor={cursor}")
        assert [one["title"] for one in (*first["data"], *second["data"])] == ["a", "b", "c"]

    def test_me_is_whoever_looks(self, people: People, acme: Desk) -> None:
        view = people.admin.get("/views")["data"][0]["id"]
        people.agent.post("/tickets", {"title": "Ada's", "assignedToId": str(acme.ada.id)})
        assert [one["title"] for one in people.ada.get(f"/tickets?view={view}")["data"]] == ["Ada's"]
        assert people.agent.get(f"/tickets?view={view}")["data"] == []

    def test_that_names_who_is_gone_picks_nothing(self, people: People) -> None:
        people.agent.post("/tickets", {"title": "T"})
        for condition in ({"assignedToId": str(uuid4())}, {"teamId": str(uuid4())}):
            view = made(people.agent, filter=condition)["id"]
            assert people.agent.get(f"/tickets?view={view}")["data"] == []

    def test_one_that_one_may_not_see_is_not_found(self, people: People, globex: Desk, api: Api) -> None:
        foreign = made(api.as_(globex, globex.agent))["id"]
        hidden = made(people.ada)["id"]
        for id_ in (foreign, hidden, str(uuid4())):
            assert_refused(people.agent.get(f"/tickets?view={id_}"), "NOT_FOUND")
            body = {"viewId": id_, "set": {"status": "closed"}}
            assert_refused(people.agent.post("/tickets/bulk", body), "NOT_FOUND")
            for answer in (people.agent.get(f"/views/{id_}"), people.agent.delete(f"/views/{id_}")):
                assert_refused(answer, "NOT_FOUND")

    def test_is_changed_at_once(self, people: People) -> None:
        ids = {people.agent.post("/tickets", {"title": title, "tags": ["x"]})["id"] for title in "ab"}
        people.agent.post("/tickets", {"title": "c"})
        view = made(people.agent, filter={"tag": ["x"]})["id"]
        answer = people.agent.post("/tickets/bulk", {"viewId": view, "set": {"status": "closed"}})
        assert {one["id"] for one in answer["data"]} == ids


class TestCounting:
    def test_says_for_each_view_how_many_one_would_see(self, people: People, acme: Desk) -> None:
        for assignee in (acme.agent, acme.agent, acme.ada, None):
            people.agent.post("/tickets", {"title": "T", "assignedToId": str(assignee.id) if assignee else None})
        made(people.agent, "None", filter={"tag": ["nobody has it"]})
        listed = people.agent.get("/views")["data"]
        counts = people.agent.get("/views/counts")["data"]
        assert [one["viewId"] for one in counts] == [view["id"] for view in listed]
        for one in counts:
            total = people.agent.get(f"/tickets?view={one['viewId']}")["meta"]["total"]
            assert (one["count"], one["isCapped"]) == (total, False)
        assert [one["count"] for one in counts] == [2, 0, 1, 4, 0, 4, 0, 0]
        assert people.ada.get("/views/counts")["data"][0]["count"] == 1

    def test_ends_at_ten_thousand(self, people: People, acme: Desk) -> None:
        with context.tenant(acme.ref), unit_of_work():
            Ticket.objects.bulk_create(
                Ticket(number=20_000 + n, title="T", requester=acme.user, created_by=acme.user) for n in range(10_001)
            )
        counts = people.agent.get("/views/counts")["data"]
        assert (counts[3]["count"], counts[3]["isCapped"]) == (10_000, True)
        assert (counts[0]["count"], counts[0]["isCapped"]) == (0, False)

    def test_asks_for_all_of_them_at_once(self, people: People) -> None:
        for number in range(12):
            made(people.agent, str(number), filter={"status": ["open"], "tag": [str(number)]})
        with CaptureQueriesContext(connection) as captured:
            counts = people.agent.get("/views/counts")["data"]
        assert len(counts) == 12 + len(DEFAULT_VIEWS)
        assert len(captured) < 12
        assert len([query for query in captured if "UNION ALL" in query["sql"]]) == 1
