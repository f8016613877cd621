"""Comments over HTTP, under the ticket and flat: public replies for all, notes for agents alone on every way out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from helpdesk.events.log import REDACTED
from helpdesk.events.queries import LogRow
from tests.api import Answer, Api
from tests.conftest import Desk
from tests.contracts.errors import assert_refused
from tests.helpdesk.conftest import People
from tests.helpdesk.log import execute, payload, require_whole

Recorded = Callable[[], list[LogRow]]
FIELDS = {
    "id", "ticketId", "authorId", "authorName", "author", "content", "isInternal", "version", "createdAt", "updatedAt",
    "editedAt",
}  # fmt: skip
FORMS = ["nested", "flat"]


class Form:
    """The two addresses of the same comments."""

    def __init__(self, name: str, ticket_id: str) -> None:
        self.flat, self.ticket_id = name == "flat", ticket_id

    def add(self, api: Api, **body: Any) -> Answer:
        if self.flat:
            return api.post("/comments", body | {"ticketId": self.ticket_id})
        return api.post(f"/tickets/{self.ticket_id}/comments", body)

    def list(self, api: Api, query: str = "") -> Answer:
        if self.flat:
            return api.get(f"/comments?ticketId={self.ticket_id}&{query}")
        return api.get(f"/tickets/{self.ticket_id}/comments?{query}")

    def path(self, comment_id: str) -> str:
        return f"/comments/{comment_id}" if self.flat else f"/tickets/{self.ticket_id}/comments/{comment_id}"


@pytest.fixture(params=FORMS)
def form(request: pytest.FixtureRequest, ticket: dict[str, Any]) -> Form:
    return Form(request.param, ticket["id"])


class TestAdding:
    def test_answers_stores_and_records(self, people: People, acme: Desk, form: Form, recorded: Recorded) -> None:
        answer = form.add(people.user, content="  It is back.  ")
        assert (answer.status, answer.headers["ETag"], answer["content"]) == (201, '"1"', "It is back.")
        assert set(answer.body) == FIELDS
        assert (answer["isInternal"], answer["editedAt"], answer["ticketId"]) == (False, None, form.ticket_id)
        assert execute(acme.ref, "SELECT content FROM comment WHERE id = %s", answer["id"]) == [("It is back.",)]
        [event] = recorded()
        assert (event.type, event.audience.people) == ("comment.added", (acme.user.id,))
        assert payload(event)["data"]["comment"] == answer.body

    def test_a_note_is_recorded_for_agents_alone(self, people: People, form: Form, recorded: Recorded) -> None:
        before = people.user.get(f"/tickets/{form.ticket_id}")["lastActivityAt"]
        assert form.add(people.agent, content="hush", isInternal=True)["isInternal"] is True
        [event] = recorded()
        assert (event.audience.floor.value, event.audience.people) == ("agent", ())
        assert people.user.get(f"/tickets/{form.ticket_id}")["lastActivityAt"] == before

    def test_a_requester_writes_no_note(self, people: People, form: Form, recorded: Recorded) -> None:
        answer = form.add(people.user, content="x", isInternal=True)
        assert_refused(answer, "FORBIDDEN", field="isInternal", reason="field")
        assert recorded() == []

    def test_on_somebody_elses_ticket_there_is_nothing(self, people: People, form: Form, recorded: Recorded) -> None:
        assert_refused(form.add(people.other_user, content="x"), "NOT_FOUND")
        assert_refused(form.add(people.other_user, content="x", isInternal=True), "NOT_FOUND")
        assert_refused(form.list(people.other_user), "NOT_FOUND")
        assert recorded() == []


class TestNotes:
    @pytest.fixture
    def note(self, people: People, form: Form) -> str:
        form.add(people.agent, content="public word")
        return str(form.add(people.agent, content="hush", isInternal=True)["id"])

    def test_are_on_no_way_out_to_a_requester(self, people: People, form: Form, note: str) -> None:
        ways = [
            form.list(people.user),
            form.list(people.user, "cursor="),
            people.user.get(f"/tickets/{form.ticket_id}"),
            people.user.get(f"/tickets/{form.ticket_id}/timeline"),
            people.user.get("/tickets?q=hush"),
            people.user.get("/tickets"),
        ]
        for answer in ways:
            assert answer.status == 200, answer
            assert "hush" not in answer.response.content.decode()
            assert note not in answer.response.content.decode()

    def test_are_in_no_count(self, people: People, form: Form, note: str) -> None:
        assert form.list(people.user)["meta"]["total"] == 1
        assert form.list(people.agent)["meta"]["total"] == 2
        assert len(people.user.get(f"/tickets/{form.ticket_id}")["activities"]) == 2

    def test_are_there_for_agents(self, people: People, form: Form, note: str) -> None:
        for answer in (form.list(people.ada), people.ada.get(f"/tickets/{form.ticket_id}")):
            assert "hush" in answer.response.content.decode()

    def test_are_not_there_to_be_changed(self, people: People, form: Form, note: str) -> None:
        assert_refused(people.user.patch(form.path(note), {"content": "x"}), "NOT_FOUND")
        assert_refused(people.user.delete(form.path(note)), "NOT_FOUND")


class TestListing:
    def test_is_oldest_first_and_of_a_thousand(self, people: People, form: Form) -> None:
        for number in range(3):
            form.add(people.agent, content=f"reply {number}")
        answer = form.list(people.user)
        assert [comment["content"] for comment in answer["data"]] == ["reply 0", "reply 1", "reply 2"]
        assert answer["meta"]["limit"] == 1000
        assert "email" not in answer["data"][0]["author"]
        assert form.list(people.admin)["data"][0]["author"]["email"] == "agent@acme.example"

    def test_flat_wants_a_ticket(self, people: People) -> None:
        assert_refused(people.agent.get("/comments"), "VALIDATION_ERROR", field="ticketId")


class TestCorrecting:
    @pytest.fixture
    def reply(self, people: People, form: Form, recorded: Recorded) -> str:
        id_ = str(form.add(people.agent, content="Tpyo")["id"])
        recorded()
        return id_

    def test_is_the_authors(self, people: People, form: Form, reply: str, recorded: Recorded) -> None:
        answer = people.agent.patch(form.path(reply), {"content": "Typo"})
        assert (answer.status, answer["version"], answer.headers["ETag"]) == (200, 2, '"2"')
        assert answer["editedAt"] == answer["updatedAt"] >= answer["createdAt"]
        [event] = recorded()
        assert event.type == "comment.updated"
        assert payload(event)["data"]["comment"]["content"] == "Typo"

    def test_is_nobody_elses(self, people: People, form: Form, reply: str, recorded: Recorded) -> None:
        for caller in (people.user, people.ada, people.admin):
            assert_refused(caller.patch(form.path(reply), {"content": "x"}), "FORBIDDEN", reason="not_author")
        assert recorded() == []

    def test_with_the_same_text_changes_nothing(
        self, people: People, form: Form, reply: str, recorded: Recorded
    ) -> None:
        for body in ({"content": "Tpyo"}, {"isInternal": False}, {}):
            assert people.agent.put(form.path(reply), body)["version"] == 1
        assert recorded() == []

    def test_never_makes_a_note_of_a_reply(self, people: People, form: Form, reply: str, recorded: Recorded) -> None:
        answer = people.agent.patch(form.path(reply), {"content": "New", "isInternal": True})
        assert_refused(answer, "VALIDATION_ERROR", field="isInternal", reason="immutable")
        assert recorded() == []

    def test_of_a_stale_version_is_refused(self, people: People, form: Form, reply: str, recorded: Recorded) -> None:
        people.agent.patch(form.path(reply), {"content": "Typo"})
        recorded()
        for method in ("PATCH", "DELETE"):
            body = {"content": "Mine"} if method == "PATCH" else None
            answer = people.agent.with_(If_Match='"1"').call(method, form.path(reply), body)
            assert_refused(answer, "PRECONDITION_FAILED", reason="stale")
            assert answer["data"]["current"]["content"] == "Typo"
        assert recorded() == []


class TestDeleting:
    @pytest.mark.parametrize("who", ["agent", "admin"])
    def test_is_the_authors_and_the_admins(
        self, people: People, acme: Desk, form: Form, recorded: Recorded, who: str
    ) -> None:
        reply = str(form.add(people.agent, content="Taken back: 4711")["id"])
        people.agent.patch(form.path(reply), {"content": "Taken back: 4712"})
        recorded()
        assert getattr(people, who).delete(form.path(reply)).status == 204
        [event] = recorded()
        assert (event.type, payload(event)["data"]["commentId"]) == ("comment.deleted", reply)
        assert form.list(people.user)["data"] == []
        assert_refused(people.agent.delete(form.path(reply)), "NOT_FOUND")

    def test_is_nobody_elses(self, people: People, form: Form, recorded: Recorded) -> None:
        reply = str(form.add(people.agent, content="x")["id"])
        recorded()
        for caller in (people.user, people.ada):
            assert_refused(caller.delete(form.path(reply)), "FORBIDDEN", reason="not_author")
        assert recorded() == []

    def test_takes_the_text_out_of_the_log_and_leaves_the_chain_whole(
        self, people: People, acme: Desk, form: Form
    ) -> None:
        stays = form.add(people.agent, content="This stays")["id"]
        reply = str(form.add(people.agent, content="Taken back: 4711")["id"])
        people.agent.patch(form.path(reply), {"content": "Taken back: 4712"})
        people.agent.delete(form.path(reply))
        assert execute(acme.ref, "SELECT count(*) FROM event WHERE payload LIKE %s", "%Taken back%") == [(0,)]
        assert execute(acme.ref, "SELECT count(*) FROM event WHERE payload = %s", REDACTED) == [(2,)]
        require_whole(acme.ref)
        timeline = people.user.get(f"/tickets/{form.ticket_id}/timeline")
        redacted = [event for event in timeline["data"] if event["data"] == {"redacted": True}]
        assert [event["type"] for event in redacted] == ["comment.updated", "comment.added"]
        assert stays in str(timeline.body)


class TestSeenSeq:
    def test_somebody_elses_reply_after_it_is_shown_first(self, people: People, form: Form, recorded: Recorded) -> None:
        seen = int(form.list(people.agent).headers["Hub-Seq"])
        unseen = form.add(people.user, content="Wait, it works again")
        recorded()
        answer = form.add(people.agent, content="Try this", seenSeq=seen)
        assert_refused(answer, "CONFLICT", reason="unseen_replies")
        assert [comment["id"] for comment in answer["data"]["unseen"]] == [unseen["id"]]
        assert recorded() == []
        seen = int(form.list(people.agent).headers["Hub-Seq"])
        assert form.add(people.agent, content="Try this", seenSeq=seen).status == 201

    def test_ones_own_replies_and_notes_do_not_count(self, people: People, form: Form) -> None:
        seen = int(people.agent.get(f"/tickets/{form.ticket_id}").headers["Hub-Seq"])
        form.add(people.agent, content="First")
        form.add(people.ada, content="hush", isInternal=True)
        assert form.add(people.agent, content="Second", seenSeq=seen).status == 201

    def test_a_note_is_not_held_up(self, people: People, form: Form) -> None:
        form.add(people.user, content="News")
        assert form.add(people.agent, content="hush", isInternal=True, seenSeq=0).status == 201

    def test_what_was_taken_back_does_not_count(self, people: People, form: Form) -> None:
        seen = int(form.list(people.agent).headers["Hub-Seq"])
        reply = form.add(people.user, content="Oh")["id"]
        people.user.delete(form.path(reply))
        assert form.add(people.agent, content="Try this", seenSeq=seen).status == 201

    def test_unseen_shows_a_requester_no_addresses(self, people: People, form: Form) -> None:
        form.add(people.agent, content="News")
        answer = form.add(people.user, content="Old", seenSeq=0)
        assert_refused(answer, "CONFLICT", reason="unseen_replies")
        assert "agent@acme.example" not in answer.response.content.decode()
