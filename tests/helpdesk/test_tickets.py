"""Tickets over HTTP: the answer, the row and the event of everything that is done to them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from helpdesk.events.queries import LogRow
from tests.conftest import Desk
from tests.contracts.errors import assert_refused
from tests.helpdesk.conftest import People
from tests.helpdesk.log import execute, payload

Recorded = Callable[[], list[LogRow]]
FIELDS = {
    "id", "number", "title", "description", "status", "priority", "requesterId", "requester", "createdById",
    "createdBy", "assignedToId", "assignedTo", "teamId", "team", "tags", "customFields", "hiddenFields", "metadata",
    "sla", "version", "mergedIntoId", "lastActivityAt", "createdAt", "updatedAt",
}  # fmt: skip
PERSON = {"id", "email", "firstName", "lastName", "name"}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def row_of(desk: Desk, ticket_id: str, column: str) -> Any:
    return execute(desk.ref, f"SELECT {column} FROM ticket WHERE id = %s", ticket_id)[0][0]


class TestTheShape:
    def test_for_agents_is_the_contracts_field_by_field(self, people: People, ticket: dict[str, Any]) -> None:
        found = people.agent.get("/tickets")["data"][0]
        assert set(found) == FIELDS
        assert set(found["requester"]) == PERSON
        assert found["assignedTo"] is None
        assert found["metadata"] == found["customFields"] == {}
        assert found["tags"] == []
        for name in ("lastActivityAt", "createdAt", "updatedAt"):
            assert MOMENT.fullmatch(found[name])
        assert found["id"][14] == "7"

    def test_for_requesters_has_no_metadata_and_no_addresses_but_their_own(
        self, people: People, acme: Desk, ticket: dict[str, Any]
    ) -> None:
        change = {"assignedToId": str(acme.ada.id), "metadata": {"secret": "only for agents"}}
        assert people.agent.patch(f"/tickets/{ticket['id']}", change).status == 200
        for answer in (people.user.get(f"/tickets/{ticket['id']}"), people.user.get("/tickets")):
            found = answer["data"][0] if "data" in answer.body else answer.body
            assert "metadata" not in found
            assert set(found["assignedTo"]) == PERSON - {"email"}
            assert found["requester"]["email"] == "user@acme.example"
            text = answer.response.content.decode()
            assert "only for agents" not in text
            assert "ada@acme.example" not in text
            assert "agent@acme.example" not in text

    def test_of_the_detail_embeds_the_conversation(self, people: People, ticket: dict[str, Any]) -> None:
        detail = people.agent.get(f"/tickets/{ticket['id']}")
        assert set(detail.body) == {*FIELDS, "mergedInto", "comments", "attachments", "activities"}
        assert [activity["type"] for activity in detail["activities"]] == ["ticket.created"]
        assert detail.headers["ETag"] == '"1"'

    def test_custom_fields_are_left_as_they_were_written(self, people: People, ticket: dict[str, Any]) -> None:
        custom = {"metadata": 1, "email": "x@y.example", "firstName": "F", "snake_case": {"email": "z"}}
        people.agent.patch(f"/tickets/{ticket['id']}", {"customFields": custom})
        assert people.user.get(f"/tickets/{ticket['id']}")["customFields"] == custom


class TestOpening:
    def test_answers_stores_and_records(self, people: People, acme: Desk, recorded: Recorded) -> None:
        answer = people.user.post("/tickets", {"title": "  A title  ", "priority": "high"})
        assert answer.status == 201
        assert answer.headers["ETag"] == '"1"'
        assert (answer["title"], answer["description"], answer["status"]) == ("A title", "", "open")
        assert answer["requesterId"] == answer["createdById"] == str(acme.user.id)
        assert row_of(acme, answer["id"], "title") == "A title"
        [event] = recorded()
        assert (event.type, event.actor, str(event.ticket)) == ("ticket.created", acme.user.id, answer["id"])
        assert event.audience.people == (acme.user.id,)
        told = payload(event)["data"]["ticket"]
        assert set(told) == FIELDS
        assert {name: told[name] for name in answer.body} == answer.body

    @pytest.mark.parametrize(("given", "kept"), [("CRITICAL", "urgent"), ("critical", "urgent"), ("High", "high")])
    def test_takes_words_in_any_case(self, people: People, given: str, kept: str) -> None:
        answer = people.agent.post("/tickets", {"title": "x", "priority": given, "status": "IN_PROGRESS"})
        assert (answer.status, answer["priority"], answer["status"]) == (201, kept, "in_progress")

    def test_for_somebody_else_is_the_agents(self, people: People, acme: Desk, recorded: Recorded) -> None:
        body = {"title": "x", "requesterId": str(acme.user.id)}
        answer = people.agent.post("/tickets", body)
        assert answer["requesterId"] == str(acme.user.id)
        assert answer["createdById"] == str(acme.agent.id)
        assert recorded()[0].audience.people == (acme.user.id,)
        assert_refused(people.other_user.post("/tickets", body), "FORBIDDEN", field="requesterId", reason="field")
        assert recorded() == []

    @pytest.mark.parametrize(
        "field", [{"status": "closed"}, {"tags": ["a"]}, {"metadata": {"a": 1}}, {"customFields": {"a": 1}}]
    )
    def test_with_the_agents_fields_is_refused(self, people: People, field: dict[str, Any], recorded: Recorded) -> None:
        answer = people.user.post("/tickets", {"title": "x"} | field)
        if field == {"status": "closed"}:
            assert answer.status == 201  # requesters may close
        else:
            assert_refused(answer, "FORBIDDEN", field=next(iter(field)), reason="field")
            assert recorded() == []

    def test_with_ones_own_defaults_needs_no_right(self, people: People, acme: Desk) -> None:
        body: Any = {"title": "x", "requesterId": str(acme.user.id), "assignedToId": None, "tags": [], "metadata": {}}
        assert people.user.post("/tickets", body).status == 201

    def test_numbers_grow(self, people: People) -> None:
        first, second = (people.user.post("/tickets", {"title": "x"})["number"] for _ in range(2))
        assert second > first


class TestChanging:
    def test_records_what_it_was_before(
        self, people: People, acme: Desk, ticket: dict[str, Any], recorded: Recorded
    ) -> None:
        answer = people.agent.patch(f"/tickets/{ticket['id']}", {"title": "New", "tags": ["b", "a", "b"]})
        assert (answer.status, answer["version"], answer.headers["ETag"]) == (200, 2, '"2"')
        assert answer["tags"] == ["b", "a"]
        [event] = recorded()
        assert event.type == "ticket.updated"
        assert payload(event)["changes"] == {"title": ["The VPN drops", "New"], "tags": [[], ["b", "a"]]}
        assert row_of(acme, ticket["id"], "version") == 2

    def test_makes_an_event_for_each_kind_of_change(
        self, people: People, acme: Desk, ticket: dict[str, Any], recorded: Recorded
    ) -> None:
        change = {"title": "T", "status": "closed", "assignedToId": str(acme.ada.id), "priority": "urgent"}
        assert people.agent.put(f"/tickets/{ticket['id']}", change)["version"] == 2
        events = recorded()
        assert sorted(event.type for event in events) == [
            "ticket.assigned", "ticket.closed", "ticket.priority_changed", "ticket.updated",
        ]  # fmt: skip
        by_type = {event.type: payload(event)["changes"] for event in events}
        assert by_type["ticket.closed"] == {"status": ["open", "closed"]}
        assert by_type["ticket.assigned"] == {"assignedToId": [None, str(acme.ada.id)]}
        assert by_type["ticket.priority_changed"] == {"priority": ["medium", "urgent"]}
        assert by_type["ticket.updated"] == {"title": ["The VPN drops", "T"]}

    @pytest.mark.parametrize("status", ["in_progress", "pending", "resolved", "cancelled"])
    def test_to_another_status_is_status_changed(
        self, people: People, ticket: dict[str, Any], recorded: Recorded, status: str
    ) -> None:
        people.agent.patch(f"/tickets/{ticket['id']}", {"status": status})
        assert [event.type for event in recorded()] == ["ticket.status_changed"]

    def test_that_changes_nothing_makes_no_version_and_no_event(
        self, people: People, ticket: dict[str, Any], recorded: Recorded
    ) -> None:
        same = {name: ticket[name] for name in ("title", "description", "status", "priority", "tags", "customFields")}
        same |= {"requesterId": ticket["requesterId"], "assignedToId": None, "metadata": {}}
        for caller in (people.user, people.agent):
            answer = caller.put(f"/tickets/{ticket['id']}", same)
            assert (answer.status, answer["version"], answer["updatedAt"]) == (200, 1, ticket["updatedAt"])
        assert people.agent.patch(f"/tickets/{ticket['id']}", {}).status == 200
        assert recorded() == []

    @pytest.mark.parametrize(
        "change", [{"tags": ["x"]}, {"metadata": {"a": 1}}, {"status": "pending"}, {"status": "in_progress"}]
    )
    def test_a_requester_may_not_change_the_agents_fields(
        self, people: People, acme: Desk, ticket: dict[str, Any], recorded: Recorded, change: dict[str, Any]
    ) -> None:
        answer = people.user.patch(f"/tickets/{ticket['id']}", change | {"title": "mine"})
        assert_refused(answer, "FORBIDDEN", field=next(iter(change)), reason="field")
        assert row_of(acme, ticket["id"], "title") == "The VPN drops"
        assert recorded() == []

    def test_a_requester_may_finish_and_reopen(self, people: People, ticket: dict[str, Any]) -> None:
        for status in ("resolved", "open", "closed", "open", "cancelled"):
            assert people.user.patch(f"/tickets/{ticket['id']}", {"status": status})["status"] == status

    def test_somebody_elses_ticket_is_not_there(
        self, people: People, ticket: dict[str, Any], recorded: Recorded
    ) -> None:
        for answer in (
            people.other_user.get(f"/tickets/{ticket['id']}"),
            people.other_user.patch(f"/tickets/{ticket['id']}", {"title": "x"}),
            people.other_user.get(f"/tickets/{ticket['id']}/timeline"),
            people.other_user.post(f"/tickets/{ticket['id']}/comments", {"content": "x"}),
        ):
            assert_refused(answer, "NOT_FOUND")
        assert people.other_user.get("/tickets")["data"] == []
        assert recorded() == []

    def test_hidden_fields_alone_are_told_to_agents_alone(
        self, people: People, ticket: dict[str, Any], recorded: Recorded
    ) -> None:
        people.agent.patch(f"/tickets/{ticket['id']}", {"metadata": {"a": 1}})
        assert recorded()[0].audience.people == ()
        timeline = people.user.get(f"/tickets/{ticket['id']}/timeline")["data"]
        assert [event["type"] for event in timeline] == ["ticket.created"]

    def test_hidden_fields_among_others_are_left_out_for_requesters(
        self, people: People, ticket: dict[str, Any]
    ) -> None:
        people.agent.patch(f"/tickets/{ticket['id']}", {"metadata": {"a": "hush"}, "title": "New"})
        newest = people.user.get(f"/tickets/{ticket['id']}/timeline")["data"][0]
        assert newest["changes"] == {"title": ["The VPN drops", "New"]}
        assert "hush" not in str(newest)


class TestChangingTheRequester:
    def test_tells_the_old_one_that_it_is_gone_and_the_new_one_everything(
        self, people: People, acme: Desk, ticket: dict[str, Any], recorded: Recorded
    ) -> None:
        answer = people.agent.patch(f"/tickets/{ticket['id']}", {"requesterId": str(acme.other_user.id)})
        assert answer["requester"]["id"] == str(acme.other_user.id)
        updated, removed = recorded()
        assert (updated.type, updated.audience.people) == ("ticket.updated", (acme.other_user.id,))
        assert (removed.type, removed.audience.people) == ("ticket.removed", (acme.user.id,))
        assert payload(removed)["data"]["ticketId"] == ticket["id"]
        assert "title" not in str(payload(removed)["data"])
        assert_refused(people.user.get(f"/tickets/{ticket['id']}"), "NOT_FOUND")
        assert people.other_user.get(f"/tickets/{ticket['id']}").status == 200

    def test_is_the_agents_right(self, people: People, acme: Desk, ticket: dict[str, Any], recorded: Recorded) -> None:
        answer = people.user.patch(f"/tickets/{ticket['id']}", {"requesterId": str(acme.other_user.id)})
        assert_refused(answer, "FORBIDDEN", field="requesterId", reason="field")
        assert recorded() == []


class TestAssigning:
    def test_goes_to_agents_and_admins_only(
        self, people: People, acme: Desk, ticket: dict[str, Any], recorded: Recorded
    ) -> None:
        for person in (acme.ada, acme.admin):
            assert people.agent.patch(f"/tickets/{ticket['id']}", {"assignedToId": str(person.id)}).status == 200
        recorded()
        answer = people.agent.patch(f"/tickets/{ticket['id']}", {"assignedToId": str(acme.user.id)})
        assert_refused(answer, "VALIDATION_ERROR", field="assignedToId", reason="not_an_agent")
        assert recorded() == []

    def test_goes_to_nobody_who_left(self, people: People, acme: Desk, ticket: dict[str, Any]) -> None:
        execute(acme.ref, "UPDATE person SET is_active = false WHERE id = %s", acme.ada.id)
        for field in ("assignedToId", "requesterId"):
            answer = people.agent.patch(f"/tickets/{ticket['id']}", {field: str(acme.ada.id)})
            assert_refused(answer, "VALIDATION_ERROR", field=field, reason="unknown_person")

    def test_is_taken_back_with_null(
        self, people: People, acme: Desk, ticket: dict[str, Any], recorded: Recorded
    ) -> None:
        people.agent.patch(f"/tickets/{ticket['id']}", {"assignedToId": str(acme.ada.id)})
        assert people.agent.patch(f"/tickets/{ticket['id']}", {"assignedToId": None})["assignedTo"] is None
        assert payload(recorded()[-1])["changes"] == {"assignedToId": [str(acme.ada.id), None]}

    def test_is_not_the_requesters(self, people: People, acme: Desk, ticket: dict[str, Any]) -> None:
        answer = people.user.patch(f"/tickets/{ticket['id']}", {"assignedToId": str(acme.ada.id)})
        assert_refused(answer, "FORBIDDEN", field="assignedToId", reason="field")


class TestVersions:
    @pytest.mark.parametrize("given", ['"1"', 'W/"1"', "1", ' "1" ', '"7", "1"', "*"])
    def test_the_present_one_may_write(self, people: People, ticket: dict[str, Any], given: str) -> None:
        answer = people.agent.with_(If_Match=given).patch(f"/tickets/{ticket['id']}", {"title": "New"})
        assert (answer.status, answer["version"]) == (200, 2)

    def test_a_stale_one_gets_what_is_there_now(
        self, people: People, ticket: dict[str, Any], recorded: Recorded
    ) -> None:
        people.agent.patch(f"/tickets/{ticket['id']}", {"title": "New", "metadata": {"a": "hush"}})
        recorded()
        for caller, method in ((people.user, "PATCH"), (people.admin, "DELETE")):
            body: Any = {"title": "Mine"} if method == "PATCH" else None
            answer = caller.with_(If_Match='"1"').call(method, f"/tickets/{ticket['id']}", body)
            assert_refused(answer, "PRECONDITION_FAILED", reason="stale")
            assert (answer["data"]["current"]["title"], answer["data"]["current"]["version"]) == ("New", 2)
            assert ("hush" in str(answer.body)) == (caller is people.admin)
        assert recorded() == []

    def test_comments_move_the_activity_and_not_the_version(self, people: People, ticket: dict[str, Any]) -> None:
        assert people.agent.post(f"/tickets/{ticket['id']}/comments", {"content": "Hello"}).status == 201
        found = people.user.get(f"/tickets/{ticket['id']}")
        assert (found["version"], found["updatedAt"]) == (1, ticket["updatedAt"])
        assert found["lastActivityAt"] > ticket["lastActivityAt"]


class TestDeleting:
    def test_is_the_admins(self, people: People, acme: Desk, ticket: dict[str, Any], recorded: Recorded) -> None:
        people.agent.post(f"/tickets/{ticket['id']}/comments", {"content": "Hello"})
        for caller in (people.user, people.agent):
            assert_refused(caller.delete(f"/tickets/{ticket['id']}"), "FORBIDDEN", reason="role")
        recorded()
        assert people.admin.delete(f"/tickets/{ticket['id']}").status == 204
        [event] = recorded()
        assert (event.type, event.audience.people) == ("ticket.deleted", (acme.user.id,))
        assert execute(acme.ref, "SELECT count(*) FROM comment WHERE ticket_id = %s", ticket["id"]) == [(0,)]
        assert_refused(people.admin.get(f"/tickets/{ticket['id']}"), "NOT_FOUND")
        assert_refused(people.admin.delete(f"/tickets/{ticket['id']}"), "NOT_FOUND")

    def test_what_never_was_is_not_found(self, people: People) -> None:
        assert_refused(people.admin.delete(f"/tickets/{uuid4()}"), "NOT_FOUND")
