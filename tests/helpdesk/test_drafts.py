"""Drafts over HTTP: one's own, kept while they are typed, gone with what was sent, and never anybody else's to see."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from helpdesk.clock import now
from helpdesk.drafts import bell
from helpdesk.drafts.actions import forget_old_drafts, save_draft
from helpdesk.drafts.bell import DraftChange
from helpdesk.drafts.models import Draft
from helpdesk.drafts.rules import KEPT_FOR
from helpdesk.events.queries import LogRow
from helpdesk.people.models import Person
from helpdesk.tickets.actions import create_ticket
from helpdesk.vocabulary import DraftKind
from helpdesk.work import unit_of_work
from tenants import context
from tests.api import Answer, Api
from tests.conftest import Desk
from tests.contracts.errors import assert_refused
from tests.helpdesk.conftest import People
from tests.helpdesk.log import execute

Recorded = Callable[[], list[LogRow]]
FIELDS = {
    "id", "ticketId", "kind", "content", "seenSeq", "unseenReplies", "version", "createdAt", "updatedAt",
}  # fmt: skip


def path(ticket: dict[str, Any], kind: str = "reply") -> str:
    return f"/tickets/{ticket['id']}/drafts/{kind}"


def save(api: Api, ticket: dict[str, Any], content: str, kind: str = "reply", **more: Any) -> Answer:
    return api.put(path(ticket, kind), {"content": content, **more})


def contents(api: Api, ticket: dict[str, Any]) -> list[tuple[str, str]]:
    answer = api.get(f"/tickets/{ticket['id']}/drafts")
    assert answer.status == 200, answer
    return [(draft["kind"], draft["content"]) for draft in answer["data"]]


def hand_over(people: People, ticket: dict[str, Any], to: Person) -> None:
    assert people.agent.patch(f"/tickets/{ticket['id']}", {"requesterId": str(to.id)}).status == 200


class TestSaving:
    def test_answers_stores_and_records_nothing(
        self, people: People, acme: Desk, ticket: dict[str, Any], recorded: Recorded
    ) -> None:
        answer = save(people.agent, ticket, "Have you tried ")
        assert (answer.status, answer["kind"], answer["content"]) == (200, "reply", "Have you tried ")
        assert set(answer.body) == FIELDS
        assert answer.headers["ETag"] == f'"{answer["version"]}"'
        stored = execute(acme.ref, "SELECT person_id, kind, content FROM draft WHERE id = %s", answer["id"])
        assert stored == [(acme.agent.id, "reply", "Have you tried ")]
        assert recorded() == []
        assert people.user.get(f"/tickets/{ticket['id']}")["lastActivityAt"] == ticket["lastActivityAt"]

    def test_the_next_device_is_offered_it(self, people: People, api: Api, acme: Desk, ticket: dict[str, Any]) -> None:
        save(people.agent, ticket, "a reply")
        save(people.agent, ticket, "a note", "note")
        phone = api.as_(acme, acme.agent)
        assert contents(phone, ticket) == [("note", "a note"), ("reply", "a reply")]
        assert [draft["content"] for draft in phone.get("/drafts")["data"]] == ["a note", "a reply"]

    def test_changes_in_place_and_says_nothing_when_nothing_changes(
        self, people: People, ticket: dict[str, Any]
    ) -> None:
        first = save(people.agent, ticket, "one")
        second = save(people.agent, ticket, "one two")
        assert second["id"] == first["id"]
        assert second["version"] > first["version"]
        assert second["createdAt"] == first["createdAt"]
        assert save(people.agent, ticket, "one two").body == second.body

    @pytest.mark.parametrize("empty", ["", " \n\t "])
    def test_nothing_to_keep_removes_it(self, people: People, ticket: dict[str, Any], empty: str) -> None:
        assert save(people.agent, ticket, empty).status == 204
        save(people.agent, ticket, "one")
        answer = save(people.agent, ticket, empty)
        assert (answer.status, answer.body) == (204, None)
        assert contents(people.agent, ticket) == []

    def test_bad_input_changes_nothing(self, people: People, ticket: dict[str, Any]) -> None:
        save(people.agent, ticket, "one")
        for body in ({}, {"content": "x" * 10_001}, {"content": None}, {"content": "x", "seenSeq": -1}, {"other": 1}):
            assert_refused(people.agent.put(path(ticket), body), "VALIDATION_ERROR")
        assert_refused(people.agent.put(path(ticket, "letter"), {"content": "x"}), "NOT_FOUND")
        assert contents(people.agent, ticket) == [("reply", "one")]
        assert save(people.agent, ticket, "x" * 10_000).status == 200

    def test_outlives_other_peoples_changes(self, people: People, ticket: dict[str, Any]) -> None:
        draft = save(people.agent, ticket, "one")
        people.ada.patch(f"/tickets/{ticket['id']}", {"status": "resolved"})
        people.user.post(f"/tickets/{ticket['id']}/comments", {"content": "Still there."})
        [after] = people.agent.get(f"/tickets/{ticket['id']}/drafts")["data"]
        assert after == draft.body


class TestTwoDevices:
    def test_the_later_one_is_told_of_the_newer_draft(self, people: People, ticket: dict[str, Any]) -> None:
        first = save(people.agent, ticket, "from the desk")
        desk, phone = (people.agent.with_(If_Match=first.headers["ETag"]) for _ in range(2))
        newer = save(phone, ticket, "from the phone")
        refused = save(desk, ticket, "from the desk, more")
        assert_refused(refused, "PRECONDITION_FAILED", reason="stale")
        assert refused["data"]["current"] == newer.body
        assert contents(people.agent, ticket) == [("reply", "from the phone")]
        assert save(people.agent, ticket, "the last one wins").status == 200

    def test_a_late_save_does_not_bring_back_what_was_sent(self, people: People, ticket: dict[str, Any]) -> None:
        draft = save(people.agent, ticket, "Done.")
        late = people.agent.with_(If_Match=draft.headers["ETag"])
        sent = {"content": "Done.", "draftId": draft["id"]}
        assert people.agent.post(f"/tickets/{ticket['id']}/comments", sent).status == 201
        for content in ("Done. And", ""):
            refused = save(late, ticket, content)
            assert_refused(refused, "PRECONDITION_FAILED")
            assert refused["data"] == {"current": None}
        assert contents(people.agent, ticket) == []
        begun = save(people.agent, ticket, "Another one")
        assert begun["version"] > draft["version"]
        assert_refused(save(late, ticket, "Done. And"), "PRECONDITION_FAILED", reason="stale")

    def test_a_version_that_is_none_is_refused(self, people: People, ticket: dict[str, Any]) -> None:
        save(people.agent, ticket, "one")
        assert_refused(save(people.agent.with_(If_Match="nonsense"), ticket, "x"), "VALIDATION_ERROR")
        stale = people.agent.with_(If_Match='"0"')
        assert_refused(stale.delete(path(ticket)), "PRECONDITION_FAILED", reason="stale")
        assert contents(people.agent, ticket) == [("reply", "one")]


class TestSending:
    @pytest.mark.parametrize("kind", ["reply", "note"])
    def test_takes_the_draft_with_it(
        self, people: People, ticket: dict[str, Any], kind: str, recorded: Recorded
    ) -> None:
        other = "note" if kind == "reply" else "reply"
        draft = save(people.agent, ticket, "one", kind)
        save(people.agent, ticket, "stays", other)
        body = {"content": "one", "isInternal": kind == "note", "draftId": draft["id"], "ticketId": ticket["id"]}
        assert people.agent.post("/comments", body).status == 201
        assert contents(people.agent, ticket) == [(other, "stays")]
        assert [row.type for row in recorded()] == ["comment.added"]
        again = people.agent.post("/comments", body)
        assert again.status == 201, "a draft that is gone already is fine"

    def test_a_draft_of_another_kind_or_ticket_is_refused_and_nothing_is_said(
        self, people: People, ticket: dict[str, Any], recorded: Recorded
    ) -> None:
        elsewhere = people.agent.post("/tickets", {"title": "Another"}).body
        recorded()
        for draft in (save(people.agent, ticket, "hush", "note"), save(people.agent, elsewhere, "there")):
            body = {"content": "x", "draftId": draft["id"]}
            refused = people.agent.post(f"/tickets/{ticket['id']}/comments", body)
            assert_refused(refused, "VALIDATION_ERROR", field="draftId", reason="another_draft")
        assert recorded() == []
        assert contents(people.agent, ticket) == [("note", "hush")]
        assert contents(people.agent, elsewhere) == [("reply", "there")]

    def test_somebody_elses_draft_stays_and_is_not_told_of(self, people: People, ticket: dict[str, Any]) -> None:
        draft = save(people.ada, ticket, "Ada's")
        for id_ in (draft["id"], str(uuid4())):
            body = {"content": "x", "draftId": id_}
            assert people.agent.post(f"/tickets/{ticket['id']}/comments", body).status == 201
        assert contents(people.ada, ticket) == [("reply", "Ada's")]

    def test_what_was_not_sent_stays_drafted(self, people: People, ticket: dict[str, Any]) -> None:
        draft = save(people.agent, ticket, "one")
        people.user.post(f"/tickets/{ticket['id']}/comments", {"content": "Wait!"})
        body = {"content": "one", "draftId": draft["id"], "seenSeq": 0}
        refused = people.agent.post(f"/tickets/{ticket['id']}/comments", body)
        assert_refused(refused, "CONFLICT", reason="unseen_replies")
        assert contents(people.agent, ticket) == [("reply", "one")]


class TestWhatCameInSince:
    def test_is_counted_as_a_reply_would_be_refused(self, people: People, ticket: dict[str, Any]) -> None:
        seen = int(people.agent.get(f"/tickets/{ticket['id']}").headers["Hub-Seq"])
        assert save(people.agent, ticket, "one", seenSeq=seen)["unseenReplies"] == 0
        comments = f"/tickets/{ticket['id']}/comments"
        people.user.post(comments, {"content": "Still there."})
        people.ada.post(comments, {"content": "a note", "isInternal": True})
        people.agent.post(comments, {"content": "my own"})
        gone = people.ada.post(comments, {"content": "taken back"})
        people.ada.delete(f"{comments}/{gone['id']}")
        [draft] = people.agent.get(f"/tickets/{ticket['id']}/drafts")["data"]
        assert (draft["seenSeq"], draft["unseenReplies"]) == (seen, 1)
        assert people.agent.get("/drafts")["data"] == [draft]
        assert save(people.agent, ticket, "one two")["unseenReplies"] == 1, "left out, it stays"
        latest = int(people.agent.get(f"/tickets/{ticket['id']}/drafts").headers["Hub-Seq"])
        assert save(people.agent, ticket, "one two", seenSeq=latest)["unseenReplies"] == 0

    def test_is_not_known_where_nothing_was_said(self, people: People, ticket: dict[str, Any]) -> None:
        answer = save(people.agent, ticket, "one")
        assert (answer["seenSeq"], answer["unseenReplies"]) == (None, None)


class TestWhoSees:
    def test_nobody_else_not_even_admins(self, people: People, ticket: dict[str, Any]) -> None:
        save(people.agent, ticket, "the agent's")
        save(people.user, ticket, "the requester's")
        for other in (people.ada, people.admin, people.other_user):
            assert other.get("/drafts")["data"] == []
        assert contents(people.admin, ticket) == []
        assert contents(people.user, ticket) == [("reply", "the requester's")]
        assert contents(people.agent, ticket) == [("reply", "the agent's")]
        assert_refused(people.admin.delete(path(ticket)), "NOT_FOUND")

    def test_another_tenant_has_nothing_there(
        self, people: People, api: Api, globex: Desk, ticket: dict[str, Any]
    ) -> None:
        save(people.agent, ticket, "acme's")
        spy = api.as_(globex, globex.admin)
        assert spy.get("/drafts")["data"] == []
        assert_refused(spy.get(f"/tickets/{ticket['id']}/drafts"), "NOT_FOUND")
        assert_refused(save(spy, ticket, "x"), "NOT_FOUND")
        assert_refused(spy.delete(path(ticket)), "NOT_FOUND")

    def test_requesters_draft_replies_on_their_own_tickets(self, people: People, ticket: dict[str, Any]) -> None:
        assert save(people.user, ticket, "mine").status == 200
        assert_refused(save(people.user, ticket, "x", "note"), "FORBIDDEN", field="draftKind", reason="field")
        for kind in ("reply", "note"):
            assert_refused(save(people.other_user, ticket, "x", kind), "NOT_FOUND")
        assert_refused(people.other_user.get(f"/tickets/{ticket['id']}/drafts"), "NOT_FOUND")

    def test_a_ticket_that_is_taken_away_hides_the_draft_and_brings_it_back(
        self, people: People, acme: Desk, ticket: dict[str, Any]
    ) -> None:
        draft = save(people.user, ticket, "mine")
        hand_over(people, ticket, acme.other_user)
        assert people.user.get("/drafts")["data"] == []
        assert_refused(people.user.get(f"/tickets/{ticket['id']}/drafts"), "NOT_FOUND")
        assert_refused(save(people.user, ticket, "x"), "NOT_FOUND")
        assert_refused(people.user.delete(path(ticket)), "NOT_FOUND")
        assert contents(people.other_user, ticket) == []
        hand_over(people, ticket, acme.user)
        assert people.user.get("/drafts")["data"] == [draft.body]

    def test_a_lowered_role_hides_notes(self, people: People, acme: Desk, ticket: dict[str, Any]) -> None:
        save(people.ada, ticket, "hush", "note")
        hand_over(people, ticket, acme.ada)
        assert people.admin.patch(f"/users/{acme.ada.id}", {"role": "USER"}).status == 200
        assert contents(people.ada, ticket) == []
        assert_refused(people.ada.delete(path(ticket, "note")), "NOT_FOUND")
        assert people.admin.patch(f"/users/{acme.ada.id}", {"role": "AGENT"}).status == 200
        assert contents(people.ada, ticket) == [("note", "hush")]

    def test_a_program_needs_scopes_for_them(self, people: People, api: Api, ticket: dict[str, Any]) -> None:
        draft = save(people.agent, ticket, "one")
        wanted = {"name": "A program", "scopes": ["tickets:read:any", "comments:write:any"]}
        key = api.as_token(people.agent.post("/api-keys", wanted)["token"])
        assert_refused(key.get("/drafts"), "FORBIDDEN", reason="scope")
        assert_refused(save(key, ticket, "x"), "FORBIDDEN", reason="scope")
        body = {"content": "x", "draftId": draft["id"]}
        assert_refused(key.post(f"/tickets/{ticket['id']}/comments", body), "FORBIDDEN", reason="scope")


class TestGoing:
    def test_thrown_away_once(self, people: People, ticket: dict[str, Any], recorded: Recorded) -> None:
        save(people.agent, ticket, "one")
        assert people.agent.delete(path(ticket)).status == 204
        assert_refused(people.agent.delete(path(ticket)), "NOT_FOUND")
        assert recorded() == []

    def test_goes_with_its_ticket(self, people: People, acme: Desk, ticket: dict[str, Any]) -> None:
        save(people.agent, ticket, "one")
        save(people.user, ticket, "two")
        assert people.admin.delete(f"/tickets/{ticket['id']}").status == 204
        assert people.agent.get("/drafts")["data"] == []
        assert execute(acme.ref, "SELECT count(*) FROM draft WHERE ticket_id = %s", ticket["id"]) == [(0,)]

    def test_goes_when_nobody_touched_it_for_ninety_days(self, people: People, acme: Desk) -> None:
        old, new = (people.agent.post("/tickets", {"title": title}).body for title in ("old", "new"))
        for ticket in (old, new):
            save(people.agent, ticket, "one")
        with context.tenant(acme.ref), unit_of_work():
            before = now() - KEPT_FOR - timedelta(minutes=1)
            assert Draft.objects.filter(ticket_id=old["id"]).update(updated_at=before) == 1
            assert forget_old_drafts() == 1
        assert contents(people.agent, old) == []
        assert contents(people.agent, new) == [("reply", "one")]


class TestManyAtOnce:
    def test_first_saves_that_cross_make_one_draft(self, own_desk: Callable[[], Desk]) -> None:
        desk = own_desk()
        with context.tenant(desk.ref), unit_of_work():
            ticket_id = create_ticket(desk.user, fields={"title": "One"}).id
        saved: list[Draft | None] = []
        begin = threading.Barrier(6)

        def write(n: int) -> None:
            begin.wait()
            try:
                with context.tenant(desk.ref), unit_of_work():
                    saved.append(save_draft(desk.agent, ticket_id, DraftKind.REPLY, content=f"text {n}"))
            finally:
                connection.close()

        threads = [threading.Thread(target=write, args=(n,)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with context.tenant(desk.ref), unit_of_work():
            [kept] = Draft.objects.all()
        last = max((draft for draft in saved if draft), key=lambda draft: draft.version)
        assert len(saved) == 6
        assert len({draft.id for draft in saved if draft}) == 1
        assert (kept.version, kept.content) == (last.version, last.content)


class TestTelling:
    def test_those_who_listen_hear_of_each_change_after_its_commit_and_of_no_text(
        self, own_desk: Callable[[], Desk], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        heard: list[DraftChange] = []
        monkeypatch.setattr(bell, "_listeners", [_fail, heard.append])
        desk = own_desk()
        with context.tenant(desk.ref), unit_of_work():
            ticket_id = create_ticket(desk.user, fields={"title": "One"}).id
            save_draft(desk.agent, ticket_id, DraftKind.NOTE, content="hush")
            assert heard == []
        with context.tenant(desk.ref), unit_of_work():
            save_draft(desk.agent, ticket_id, DraftKind.NOTE, content="hush")
            save_draft(desk.agent, ticket_id, DraftKind.NOTE, content=" ")
        assert [(one.person_id, one.kind.value, one.version is None) for one in heard] == [
            (desk.agent.id, "note", False),
            (desk.agent.id, "note", True),
        ]
        assert "hush" not in str(heard)


def _fail(change: DraftChange) -> None:
    raise RuntimeError(change.kind)
