"""Macros and ticket templates: whose they are, what they say and set, and that nothing is done half."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from helpdesk.events.queries import LogRow
from helpdesk.macros.rules import PLACEHOLDERS, filled
from helpdesk.vocabulary import Floor
from tests.api import Answer, Api
from tests.conftest import Desk
from tests.contracts.errors import assert_refused
from tests.helpdesk.conftest import People
from tests.helpdesk.log import payload

Recorded = Callable[[], list[LogRow]]
HELLO = {"content": "Hello {{requester.firstName}}, about #{{ ticket.number }}: {{agent.name}}", "isInternal": False}


def made(caller: Api, **fields: Any) -> Answer:
    answer = caller.post("/macros", {"name": "Ask", "comment": HELLO} | fields)
    assert answer.status == 201, answer
    return answer


def template(caller: Api, **fields: Any) -> Answer:
    answer = caller.post("/ticket-templates", {"name": "Laptop", "ticket": {"title": "A laptop"}} | fields)
    assert answer.status == 201, answer
    return answer


@pytest.fixture
def team(people: People, acme: Desk) -> str:
    """With the agent in it, and not Ada."""
    return str(people.admin.post("/teams", {"name": "Network", "memberIds": [str(acme.agent.id)]})["id"])


class TestApplying:
    def test_says_and_sets_all_of_it_at_once(
        self, people: People, acme: Desk, ticket: dict[str, Any], team: str, recorded: Recorded
    ) -> None:
        people.admin.post("/custom-fields", {"key": "site", "label": "Site", "type": "text"})
        macro = made(
            people.agent,
            set={
                "status": "pending",
                "priority": "high",
                "assignedToId": "me",
                "teamId": team,
                "setCustomFields": {"site": "North"},
            },
            addTags=["asked"],
        )
        recorded()
        path = f"/tickets/{ticket['id']}/macros/{macro['id']}"
        preview = people.agent.get(path)
        said = f"Hello {acme.user.first_name}, about #{ticket['number']}: {acme.agent.name}"
        assert (preview["content"], preview["isInternal"]) == (said, False)
        assert preview["set"]["assignedToId"] == str(acme.agent.id)
        assert recorded() == []
        answer = people.agent.post(path, {})
        assert answer.status == 200, answer
        found = answer["ticket"]
        assert answer["comment"]["content"] == said
        assert (found["status"], found["priority"], found["tags"]) == ("pending", "high", ["asked"])
        assert (found["assignedToId"], found["teamId"]) == (str(acme.agent.id), team)
        assert found["customFields"] == {"site": "North"}
        assert [row.type for row in recorded() if row.type != "notification.created"] == [
            "comment.added",
            "ticket.updated",
            "ticket.status_changed",
            "ticket.assigned",
            "ticket.priority_changed",
        ]
        used = people.agent.get(f"/macros/{macro['id']}")
        assert (used["usageCount"], used["version"]) == (1, 1)
        assert used["lastUsedAt"]

    def test_says_the_text_as_it_was_edited(self, people: People, ticket: dict[str, Any]) -> None:
        macro = made(people.agent)
        answer = people.agent.post(f"/tickets/{ticket['id']}/macros/{macro['id']}", {"content": "My own {{words}}"})
        assert answer["comment"]["content"] == "My own {{words}}"

    def test_does_nothing_where_a_part_is_refused(
        self, people: People, acme: Desk, ticket: dict[str, Any], recorded: Recorded
    ) -> None:
        macro = made(people.agent, set={"assignedToId": str(acme.ada.id)})
        assert people.admin.patch(f"/users/{acme.ada.id}", {"isActive": False}).status == 200
        recorded()
        refused = people.agent.post(f"/tickets/{ticket['id']}/macros/{macro['id']}", {})
        assert_refused(refused, "VALIDATION_ERROR", field="assignedToId", reason="unknown_person")
        stale = people.agent.with_(If_Match='"9"').post(
            f"/tickets/{ticket['id']}/macros/{made(people.agent)['id']}", {}
        )
        assert_refused(stale, "PRECONDITION_FAILED", reason="stale")
        assert [row.type for row in recorded() if row.ticket] == []
        assert people.agent.get(f"/macros/{macro['id']}")["usageCount"] == 0

    def test_notes_stay_with_staff(self, people: People, ticket: dict[str, Any]) -> None:
        macro = made(people.agent, comment={"content": "Only for us", "isInternal": True})
        assert people.agent.post(f"/tickets/{ticket['id']}/macros/{macro['id']}", {})["comment"]["isInternal"] is True
        assert "Only for us" not in people.user.get(f"/tickets/{ticket['id']}").response.content.decode()

    def test_reads_what_it_fills_in_never_again(self, people: People, recorded: Recorded) -> None:
        opened = people.user.post("/tickets", {"title": "{{agent.email}} {{agent.name}}"})
        macro = made(people.agent, comment={"content": "About {{ticket.title}}", "isInternal": False})
        answer = people.agent.post(f"/tickets/{opened['id']}/macros/{macro['id']}", {})
        assert answer["comment"]["content"] == "About {{agent.email}} {{agent.name}}"

    def test_of_what_one_may_not_see_is_not_there(
        self, people: People, api: Api, globex: Desk, ticket: dict[str, Any]
    ) -> None:
        macro = made(people.agent)
        assert people.ada.post(f"/tickets/{ticket['id']}/macros/{macro['id']}", {}).status == 404
        assert people.admin.get(f"/macros/{macro['id']}").status == 404
        assert_refused(
            people.user.post(f"/tickets/{ticket['id']}/macros/{macro['id']}", {}), "FORBIDDEN", reason="role"
        )
        assert api.as_(globex, globex.agent).get(f"/macros/{macro['id']}").status == 404

    def test_is_over_once_it_is_archived(self, people: People, ticket: dict[str, Any]) -> None:
        macro = made(people.agent)
        assert people.agent.patch(f"/macros/{macro['id']}", {"isArchived": True}).status == 200
        path = f"/tickets/{ticket['id']}/macros/{macro['id']}"
        for refused in (people.agent.get(path), people.agent.post(path, {})):
            assert_refused(refused, "CONFLICT", reason="archived")
        assert people.agent.get(f"/tickets/{ticket['id']}/comments")["data"] == []
        assert people.agent.get("/macros?isArchived=false")["data"] == []


class TestPlaceholders:
    @pytest.mark.parametrize(
        "content", ["{{ticket.secret}}", "{{ }}", "{{requester.__class__}}", "Hi {{requester.name", "{{{{agent.name}}"]
    )
    def test_that_there_are_not_are_refused_when_it_is_saved(
        self, people: People, recorded: Recorded, content: str
    ) -> None:
        body = {"name": "Ask", "comment": {"content": content}}
        assert_refused(people.agent.post("/macros", body), "VALIDATION_ERROR", field="comment.content")
        assert recorded() == []

    def test_are_all_filled_in(self, people: People, ticket: dict[str, Any]) -> None:
        content = " | ".join(f"{{{{{name}}}}}" for name in PLACEHOLDERS)
        macro = made(people.agent, comment={"content": content})
        assert "{{" not in people.agent.get(f"/tickets/{ticket['id']}/macros/{macro['id']}")["content"]

    def test_leave_everything_else_as_it_is(self) -> None:
        assert filled("{a} {{b}} {{ticket.number}}", {"ticket.number": "1"}) == "{a} {{b}} 1"


class TestWhoseTheyAre:
    @pytest.mark.parametrize("where", ["/macros", "/ticket-templates"])
    def test_they_are_seen_and_changed_as_views_are(
        self, people: People, team: str, recorded: Recorded, where: str
    ) -> None:
        make = made if where == "/macros" else template
        own, shared = make(people.agent, name="Own"), make(people.agent, name="Team", visibility="team", teamId=team)
        general = make(people.admin, name="All", visibility="all")

        def names(caller: Api) -> list[str]:
            return [found["name"] for found in caller.get(where)["data"]]

        assert names(people.agent) == ["All", "Own", "Team"]
        assert names(people.ada) == ["All"]
        assert names(people.admin) == ["All", "Team"]
        assert_refused(people.user.get(where), "FORBIDDEN", reason="role")
        audiences = [
            (row.audience.floor, len(row.audience.people)) for row in recorded() if row.type.endswith("created")
        ]
        assert (Floor.NOBODY, 1) in audiences
        assert (Floor.ADMIN, 1) in audiences
        assert (Floor.AGENT, 0) in audiences
        body = {"name": "Mine", "visibility": "all"} | {"comment": HELLO, "ticket": {}}
        body.pop("ticket" if where == "/macros" else "comment")
        assert_refused(people.agent.post(where, body), "FORBIDDEN", field="visibility")
        assert_refused(people.agent.patch(f"{where}/{general['id']}", {"name": "X"}), "FORBIDDEN", reason="not_owner")
        assert people.admin.patch(f"{where}/{shared['id']}", {"name": "X"})["version"] == 2
        recorded()
        assert people.agent.delete(f"{where}/{own['id']}").status == 204
        (row,) = recorded()
        assert (row.type.rpartition(".")[2], row.audience.floor) == ("deleted", Floor.NOBODY)

    def test_what_was_a_teams_is_its_owners_once_the_team_is_gone(self, people: People, team: str) -> None:
        macro = made(people.agent, visibility="team", teamId=team)
        shared = template(people.agent, visibility="team", teamId=team)
        assert people.admin.delete(f"/teams/{team}").status == 204
        for path in (f"/macros/{macro['id']}", f"/ticket-templates/{shared['id']}"):
            assert people.agent.get(path)["visibility"] == "private"
            assert people.admin.get(path).status == 404

    def test_a_renamed_tag_is_renamed_in_them(self, people: People, recorded: Recorded) -> None:
        macro = made(people.agent, addTags=["wifi"])
        begun = template(people.agent, ticket={"title": "x", "tags": ["wifi", "a"]})
        recorded()
        people.admin.post("/tags/rename", {"tags": ["wifi"], "to": "radio"})
        assert people.agent.get(f"/macros/{macro['id']}")["addTags"] == ["radio"]
        assert people.agent.get(f"/ticket-templates/{begun['id']}")["ticket"]["tags"] == ["radio", "a"]
        assert [row.type for row in recorded()] == ["tag.renamed", "macro.updated", "ticket_template.updated"]

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"name": " ", "comment": HELLO}, "name"),
            ({"name": "Nothing"}, "comment"),
            ({"name": "x", "set": {"status": "gone"}}, "set.status"),
            ({"name": "x", "set": {"owner": 1}}, "set.owner"),
            ({"name": "x", "set": {"setCustomFields": {"seats": "many"}}}, "set.setCustomFields.seats"),
            ({"name": "x", "comment": HELLO, "visibility": "team"}, "teamId"),
        ],
    )
    def test_one_that_does_not_fit_is_refused(self, people: People, body: dict[str, Any], field: str) -> None:
        people.admin.post("/custom-fields", {"key": "seats", "label": "Seats", "type": "number"})
        assert_refused(people.agent.post("/macros", body), "VALIDATION_ERROR", field=field)


class TestTemplates:
    def test_a_ticket_begins_with_their_fields(self, people: People, acme: Desk, recorded: Recorded) -> None:
        fields = {
            "title": "A laptop",
            "description": "Which?",
            "priority": "low",
            "assignedToId": "me",
            "tags": ["new"],
            "customFields": {"a": 1, "b": 2},
        }
        begun = template(people.agent, ticket=fields)
        recorded()
        body = {"title": "For José", "requesterId": str(acme.user.id), "customFields": {"b": 3}}
        opened = people.agent.post(f"/ticket-templates/{begun['id']}/tickets", body)
        assert opened.status == 201, opened
        assert (opened["title"], opened["description"], opened["priority"]) == ("For José", "Which?", "low")
        assert (opened["assignedToId"], opened["requesterId"]) == (str(acme.agent.id), str(acme.user.id))
        assert (opened["tags"], opened["customFields"]) == (["new"], {"a": 1, "b": 3})
        assert "ticket.created" in [row.type for row in recorded()]
        assert people.agent.get(f"/ticket-templates/{begun['id']}")["usageCount"] == 1

    def test_without_a_title_one_is_given(self, people: People) -> None:
        begun = template(people.agent, ticket={"priority": "low"})
        path = f"/ticket-templates/{begun['id']}/tickets"
        assert_refused(people.agent.post(path, {}), "VALIDATION_ERROR", field="title")
        assert people.agent.get(f"/ticket-templates/{begun['id']}")["usageCount"] == 0
        assert people.agent.post(path, {"title": "x"}).status == 201

    def test_are_told_in_the_log_with_what_changed(self, people: People, recorded: Recorded) -> None:
        begun = template(people.agent)
        recorded()
        people.agent.patch(f"/ticket-templates/{begun['id']}", {"ticket": {"title": "Two laptops"}})
        (row,) = recorded()
        assert row.type == "ticket_template.updated"
        assert payload(row)["changes"] == {"ticket": [{"title": "A laptop"}, {"title": "Two laptops"}]}
        assert (
            people.agent.patch(f"/ticket-templates/{begun['id']}", {"ticket": {"title": "Two laptops"}})["version"] == 2
        )
        assert recorded() == []
