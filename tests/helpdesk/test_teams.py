"""Teams: who is in them, tickets that come to them, and who hears of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from helpdesk.dispatch.actions import dispatch_page, is_caught_up
from helpdesk.events.queries import LogRow
from helpdesk.mail.models import Mail
from helpdesk.notifications.actions import choose
from helpdesk.notifications.models import Notification
from helpdesk.notifications.rules import title_of
from helpdesk.people.models import Person
from helpdesk.teams.actions import create_team, delete_team
from helpdesk.tickets.actions import change_ticket, create_ticket
from helpdesk.vocabulary import Floor, NotificationKind, Role
from helpdesk.work import unit_of_work
from tenants import context
from tests.api import Answer
from tests.conftest import Desk
from tests.contracts.errors import assert_refused
from tests.helpdesk.conftest import People
from tests.helpdesk.log import execute, payload, require_whole

Recorded = Callable[[], list[LogRow]]


@pytest.fixture
def team(people: People, acme: Desk, recorded: Recorded) -> dict[str, Any]:
    """Network, with the agent in it; its event is read."""
    answer = people.admin.post("/teams", {"name": "Network", "memberIds": [str(acme.agent.id)]})
    assert answer.status == 201, answer
    recorded()
    body: dict[str, Any] = answer.body
    return body


def names(answer: Answer) -> list[str]:
    return [one["firstName"] for one in answer["members"]]


class TestMaking:
    def test_a_team_gives_its_shape_its_rows_and_an_event_for_staff(
        self, people: People, acme: Desk, recorded: Recorded
    ) -> None:
        body = {"name": " Network ", "description": "Cables", "memberIds": [str(acme.ada.id), str(acme.agent.id)]}
        answer = people.admin.post("/teams", body)
        assert answer.status == 201
        shape = {"id", "name", "description", "members", "isActive", "assignment", "capacity", "createdAt", "updatedAt"}
        assert set(answer.body) == shape
        assert (answer["name"], answer["description"], answer["isActive"]) == ("Network", "Cables", True)
        assert names(answer) == ["Ada", "Agent"]
        assert execute(acme.ref, "SELECT count(*) FROM team_member WHERE team_id = %s", answer["id"]) == [(2,)]
        (row,) = recorded()
        assert (row.type, row.audience.floor, row.ticket) == ("team.created", Floor.AGENT, None)
        assert payload(row)["data"]["team"] == answer.body
        assert people.agent.get(f"/teams/{answer['id']}").body == answer.body

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "name"),
            ({"name": "  "}, "name"),
            ({"name": "x" * 101}, "name"),
            ({"name": "N", "description": "x" * 501}, "description"),
            ({"name": "N", "memberIds": ["x"]}, "memberIds"),
            ({"name": "N", "memberIds": [str(uuid4()) for _ in range(201)]}, "memberIds"),
            ({"name": "N", "members": []}, "members"),
        ],
    )
    def test_refuses_what_is_wrong(self, people: People, recorded: Recorded, body: dict[str, Any], field: str) -> None:
        answer = people.admin.post("/teams", body)
        assert_refused(answer, "VALIDATION_ERROR")
        assert answer["details"][0]["field"].partition(".")[0] == field
        assert recorded() == []

    def test_refuses_members_who_are_no_agents(self, people: People, acme: Desk, globex: Desk) -> None:
        for who, reason in ((acme.user, "not_an_agent"), (globex.agent, "unknown_person")):
            answer = people.admin.post("/teams", {"name": "N", "memberIds": [str(acme.ada.id), str(who.id)]})
            assert_refused(answer, "VALIDATION_ERROR", field="memberIds", reason=reason)
        assert people.agent.get("/teams")["data"] == []

    def test_refuses_a_name_that_is_taken_in_any_case(self, people: People, team: dict[str, Any]) -> None:
        assert_refused(people.admin.post("/teams", {"name": "NETWORK"}), "CONFLICT", reason="name_taken")
        other = people.admin.post("/teams", {"name": "Printers"})
        answer = people.admin.patch(f"/teams/{other['id']}", {"name": "network"})
        assert_refused(answer, "CONFLICT", reason="name_taken")
        assert people.admin.patch(f"/teams/{team['id']}", {"name": "NETWORK"})["name"] == "NETWORK"

    def test_is_the_admins(self, people: People, acme: Desk, team: dict[str, Any]) -> None:
        path = f"/teams/{team['id']}"
        for caller in (people.agent, people.user):
            for answer in (
                caller.post("/teams", {"name": "Mine"}),
                caller.patch(path, {"name": "Mine"}),
                caller.put(f"{path}/members/{acme.ada.id}"),
                caller.delete(f"{path}/members/{acme.agent.id}"),
                caller.delete(path),
            ):
                assert_refused(answer, "FORBIDDEN")
        assert people.user.get("/teams").status == people.user.get(path).status == 403


class TestChanging:
    def test_says_what_changed(self, people: People, acme: Desk, team: dict[str, Any], recorded: Recorded) -> None:
        body = {"name": "Networks", "memberIds": [str(acme.ada.id)]}
        answer = people.admin.put(f"/teams/{team['id']}", body)
        assert (answer["name"], names(answer)) == ("Networks", ["Ada"])
        (row,) = recorded()
        assert row.type == "team.updated"
        assert payload(row)["changes"] == {
            "name": ["Network", "Networks"],
            "memberIds": [[str(acme.agent.id)], [str(acme.ada.id)]],
        }

    def test_to_what_it_is_makes_no_event(self, people: People, team: dict[str, Any], recorded: Recorded) -> None:
        body = {"name": "Network", "memberIds": [one["id"] for one in team["members"]], "isActive": True}
        answer = people.admin.put(f"/teams/{team['id']}", body)
        assert answer.body == team
        assert recorded() == []

    def test_members_come_and_go_one_by_one(
        self, people: People, acme: Desk, team: dict[str, Any], recorded: Recorded
    ) -> None:
        path = f"/teams/{team['id']}"
        for _ in range(2):
            assert people.admin.put(f"{path}/members/{acme.ada.id}").status == 204
        assert names(people.agent.get(path)) == ["Ada", "Agent"]
        assert people.admin.delete(f"{path}/members/{acme.ada.id}").status == 204
        assert names(people.agent.get(path)) == ["Agent"]
        assert [row.type for row in recorded()] == ["team.updated"] * 2
        assert_refused(people.admin.delete(f"{path}/members/{acme.ada.id}"), "NOT_FOUND")
        assert_refused(people.admin.put(f"{path}/members/{uuid4()}"), "NOT_FOUND")
        answer = people.admin.put(f"{path}/members/{acme.user.id}")
        assert_refused(answer, "VALIDATION_ERROR", reason="not_an_agent")

    def test_a_team_has_at_most_200(self, people: People, acme: Desk, team: dict[str, Any]) -> None:
        with context.tenant(acme.ref), unit_of_work():
            made = Person.objects.bulk_create(
                Person(email=f"a{n}@acme.example", first_name="A", role=Role.AGENT.value) for n in range(200)
            )
        ids = [str(person.id) for person in made]
        assert len(people.admin.patch(f"/teams/{team['id']}", {"memberIds": ids})["members"]) == 200
        answer = people.admin.put(f"/teams/{team['id']}/members/{acme.agent.id}")
        assert_refused(answer, "CONFLICT", reason="too_many")

    def test_whoever_is_deactivated_or_becomes_a_requester_leaves_in_effect(
        self, people: People, acme: Desk, team: dict[str, Any]
    ) -> None:
        path = f"/teams/{team['id']}"
        people.admin.put(f"{path}/members/{acme.ada.id}")
        people.admin.patch(f"/users/{acme.ada.id}", {"isActive": False})
        people.admin.patch(f"/users/{acme.agent.id}", {"role": "USER"})
        assert people.admin.get(path)["members"] == []
        # Sent back as they are, with a name: those who left so need not be there again.
        stored = [str(acme.ada.id), str(acme.agent.id)]
        assert people.admin.patch(path, {"name": "Cables", "memberIds": stored}).status == 200
        people.admin.patch(f"/users/{acme.agent.id}", {"role": "AGENT"})
        assert names(people.admin.get(path)) == ["Agent"]


class TestListing:
    def test_is_by_name_and_by_activity(self, people: People, team: dict[str, Any]) -> None:
        people.admin.post("/teams", {"name": "Accounts", "isActive": False})
        assert [one["name"] for one in people.agent.get("/teams")["data"]] == ["Accounts", "Network"]
        assert [one["name"] for one in people.agent.get("/teams?isActive=true")["data"]] == ["Network"]
        first = people.agent.get("/teams?cursor=&limit=1")
        second = people.agent.get(f"/teams?limit=1&cursor={first['meta']['nextCursor']}")
        assert [one["name"] for one in (*first["data"], *second["data"])] == ["Accounts", "Network"]

    def test_another_tenants_are_not_found(self, people: People, globex: Desk, acme: Desk) -> None:
        with context.tenant(globex.ref), unit_of_work():
            theirs = create_team(globex.admin, fields={"name": "Theirs"})
        assert people.admin.get("/teams")["data"] == []
        path = f"/teams/{theirs.id}"
        for answer in (
            people.admin.get(path),
            people.admin.patch(path, {"name": "Ours"}),
            people.admin.delete(path),
            people.admin.put(f"{path}/members/{acme.agent.id}"),
        ):
            assert_refused(answer, "NOT_FOUND")
        answer = people.agent.post("/tickets", {"title": "T", "teamId": str(theirs.id)})
        assert_refused(answer, "VALIDATION_ERROR", field="teamId", reason="unknown_team")


class TestATicketWithATeam:
    def test_is_assigned_with_one_event_that_staff_see(
        self, people: People, team: dict[str, Any], ticket: dict[str, Any], recorded: Recorded
    ) -> None:
        answer = people.agent.patch(f"/tickets/{ticket['id']}", {"teamId": team["id"]})
        assert (answer["teamId"], answer["team"]) == (team["id"], {"id": team["id"], "name": "Network"})
        (row,) = recorded()
        assert (row.type, row.audience.floor, row.audience.people) == ("ticket.assigned", Floor.AGENT, ())
        assert payload(row)["changes"] == {"teamId": [None, team["id"]]}
        assert people.agent.patch(f"/tickets/{ticket['id']}", {"teamId": None})["team"] is None

    def test_and_an_assignee_is_one_event_which_hides_the_team_from_the_requester(
        self, people: People, acme: Desk, team: dict[str, Any], ticket: dict[str, Any], recorded: Recorded
    ) -> None:
        change = {"teamId": team["id"], "assignedToId": str(acme.ada.id)}
        assert people.agent.patch(f"/tickets/{ticket['id']}", change).status == 200
        (row,) = recorded()
        assert set(payload(row)["changes"]) == {"assignedToId", "teamId"}
        assert row.audience.people == (acme.user.id,)
        for path in (f"/tickets/{ticket['id']}", "/tickets", f"/tickets/{ticket['id']}/timeline"):
            text = people.user.get(path).response.content.decode()
            assert "Network" not in text
            assert team["id"] not in text
            assert "team" not in text

    def test_may_be_created_with_it(self, people: People, team: dict[str, Any]) -> None:
        answer = people.agent.post("/tickets", {"title": "T", "teamId": team["id"]})
        assert (answer.status, answer["team"]["name"]) == (201, "Network")

    def test_is_not_the_requesters_to_choose_or_to_ask_for(
        self, people: People, team: dict[str, Any], ticket: dict[str, Any]
    ) -> None:
        for answer in (
            people.user.post("/tickets", {"title": "T", "teamId": team["id"]}),
            people.user.patch(f"/tickets/{ticket['id']}", {"teamId": team["id"]}),
            people.user.get(f"/tickets?teamId={team['id']}"),
            people.user.get("/tickets?teamId=none"),
        ):
            assert_refused(answer, "FORBIDDEN", field="teamId", reason="field")

    def test_takes_only_active_teams_but_keeps_what_it_has(
        self, people: People, team: dict[str, Any], ticket: dict[str, Any]
    ) -> None:
        path = f"/tickets/{ticket['id']}"
        people.agent.patch(path, {"teamId": team["id"]})
        people.admin.patch(f"/teams/{team['id']}", {"isActive": False})
        assert people.agent.put(path, {"title": "New", "teamId": team["id"]})["team"]["name"] == "Network"
        answer = people.agent.post("/tickets", {"title": "T", "teamId": team["id"]})
        assert_refused(answer, "VALIDATION_ERROR", field="teamId", reason="unknown_team")

    def test_is_found_by_team_mine_and_none(self, people: People, team: dict[str, Any], ticket: dict[str, Any]) -> None:
        people.agent.post("/tickets", {"title": "Routed", "teamId": team["id"]})

        def titles(caller: Any, asked: str) -> list[str]:
            return [one["title"] for one in caller.get(f"/tickets?teamId={asked}")["data"]]

        assert titles(people.agent, team["id"]) == titles(people.agent, "mine") == ["Routed"]
        assert titles(people.ada, "MINE") == []
        assert titles(people.ada, "none") == ["The VPN drops"]
        assert titles(people.ada, str(uuid4())) == []

    def test_is_listed_in_four_statements(
        self, people: People, team: dict[str, Any], django_assert_max_num_queries: Any
    ) -> None:
        people.agent.post("/tickets", {"title": "Routed", "teamId": team["id"]})
        with django_assert_max_num_queries(7):  # the four of a page, the path, SAVEPOINT and RELEASE
            assert people.agent.get("/tickets?teamId=mine")["meta"]["total"] == 1


class TestDeleting:
    def test_an_unused_team_leaves_an_event(
        self, people: People, acme: Desk, team: dict[str, Any], recorded: Recorded
    ) -> None:
        assert people.admin.delete(f"/teams/{team['id']}").status == 204
        (row,) = recorded()
        assert (row.type, payload(row)["data"]) == ("team.deleted", {"teamId": team["id"], "name": "Network"})
        assert execute(acme.ref, "SELECT count(*) FROM team_member") == [(0,)]
        assert_refused(people.admin.get(f"/teams/{team['id']}"), "NOT_FOUND")
        assert people.admin.get(f"/tickets?teamId={team['id']}")["data"] == []

    def test_one_that_tickets_name_is_refused_with_their_count(
        self, people: People, team: dict[str, Any], recorded: Recorded
    ) -> None:
        for title in ("a", "b"):
            people.agent.post("/tickets", {"title": title, "teamId": team["id"]})
        recorded()
        answer = people.admin.delete(f"/teams/{team['id']}")
        assert_refused(answer, "CONFLICT", reason="team_in_use")
        assert answer["data"] == {"count": 2}
        assert recorded() == []

    def test_and_a_ticket_that_comes_at_that_moment_do_not_meet(self, own_desk: Callable[..., Desk]) -> None:
        """The writer waits for the deleter and is then told that there is no such team."""
        desk = own_desk()
        with context.tenant(desk.ref), unit_of_work():
            team = create_team(desk.admin, fields={"name": "Gone"})
            ticket = create_ticket(desk.user, fields={"title": "Late"})
        refused: list[str] = []

        def assign() -> None:
            try:
                with context.tenant(desk.ref), unit_of_work():
                    change_ticket(desk.agent, ticket.id, fields={"team_id": team.id})
            except Exception as error:
                refused.append(getattr(error, "code", repr(error)))
            finally:
                connection.close()

        with context.tenant(desk.ref), unit_of_work():
            delete_team(desk.admin, team.id)
            thread = threading.Thread(target=assign)
            thread.start()
            thread.join(0.5)
            assert thread.is_alive(), "it did not wait"
        thread.join()
        assert refused == ["VALIDATION_ERROR"]
        require_whole(desk.ref)


def dispatch() -> None:
    while True:
        with unit_of_work():
            progress = dispatch_page()
        assert progress is not None
        if is_caught_up():
            return


class TestTelling:
    @pytest.fixture
    def team_id(self, desk: Desk) -> Any:
        """Agent, Ada and the admin, and somebody who is a requester by now."""
        with unit_of_work():
            ids = [desk.agent.id, desk.ada.id, desk.admin.id]
            return create_team(desk.admin, fields={"name": "Network", "member_ids": ids}).id

    def told(self) -> list[tuple[str, str]]:
        dispatch()
        return sorted(Notification.objects.values_list("person__first_name", "title"))

    def test_members_but_the_actor_hear_of_a_ticket_without_an_assignee(self, desk: Desk, team_id: Any) -> None:
        with unit_of_work():
            ticket = create_ticket(desk.user, fields={"title": "The VPN drops"})
            change_ticket(desk.agent, ticket.id, fields={"team_id": team_id})
        title = f"Agent Acme assigned #{ticket.number} The VPN drops to your team Network"
        assert self.told() == [("Ada", title), ("Admin", title)]
        assert not Mail.objects.filter(kind="assigned").exists(), "mail is for what is put to one by name"

    def test_a_ticket_that_is_created_with_the_team_is_told_too(self, desk: Desk, team_id: Any) -> None:
        with unit_of_work():
            create_ticket(desk.agent, fields={"title": "T", "team_id": team_id})
        assert [name for name, _ in self.told()] == ["Ada", "Admin"]

    def test_with_an_assignee_only_they_are_told(self, desk: Desk, team_id: Any) -> None:
        with unit_of_work():
            create_ticket(desk.agent, fields={"title": "T", "team_id": team_id, "assigned_to_id": desk.ada.id})
        assert [name for name, _ in self.told()] == ["Ada"]

    def test_whoever_wants_none_of_it_or_has_left_hears_nothing(self, desk: Desk, team_id: Any) -> None:
        with unit_of_work():
            choose(desk.ada, choices={NotificationKind.ASSIGNED: (False, True)})
            Person.objects.filter(id=desk.admin.id).update(role=Role.REQUESTER.value)
            create_ticket(desk.agent, fields={"title": "T", "team_id": team_id})
        assert self.told() == []

    def test_the_longest_names_still_fit(self) -> None:
        title = title_of(
            NotificationKind.ASSIGNED, actor="a" * 201, number=2**60, ticket_title="t" * 200, team="n" * 100
        )
        assert len(title) == 400
