"""Merging tickets, undoing it, and splitting one: nothing is lost, and nobody reads what is not theirs."""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection

from helpdesk.comments.actions import add_comment
from helpdesk.errors import HelpdeskError
from helpdesk.events.queries import LogRow
from helpdesk.merging.actions import merge_ticket, unmerge_ticket
from helpdesk.moves.models import TicketMove
from helpdesk.tickets.actions import create_ticket, delete_ticket
from helpdesk.tickets.models import Ticket
from helpdesk.vocabulary import Floor
from helpdesk.work import unit_of_work
from tenants import context
from tests.api import Answer, Api
from tests.conftest import Desk
from tests.contracts.errors import assert_refused
from tests.helpdesk.conftest import People
from tests.helpdesk.files import attach
from tests.helpdesk.log import execute, payload, require_whole

Recorded = Callable[[], list[LogRow]]
_OF_A_TICKET = {
    "ticket": "to_jsonb(t) - 'version' - 'updated_at' FROM ticket t WHERE id = ANY(%s)",
    "ticket_words": "t FROM ticket_words t WHERE ticket_id = ANY(%s)",
    "comment": "t FROM comment t WHERE ticket_id = ANY(%s)",
    "attachment": "t FROM attachment t WHERE ticket_id = ANY(%s)",
    "stored_object": "t FROM stored_object t WHERE ticket_id = ANY(%s)",
    "ticket_relation": "t FROM ticket_relation t WHERE source_id = ANY(%s)",
    "draft": "t FROM draft t WHERE ticket_id = ANY(%s)",
}


def state_of(desk: Desk, *tickets: str) -> dict[str, str]:
    """A hash of each table's rows of these tickets; versions only go up, so they are left out."""
    found = {}
    for name, rows in _OF_A_TICKET.items():
        told = execute(desk.ref, f"SELECT {rows} ORDER BY 1", [UUID(one) for one in tickets])
        found[name] = hashlib.sha256(repr(told).encode()).hexdigest()
    return found


def opened(caller: Api, title: str, **more: Any) -> str:
    answer = caller.post("/tickets", {"title": title} | more)
    assert answer.status == 201, answer
    return str(answer["id"])


def say(caller: Api, ticket: str, content: str, *, is_internal: bool = False) -> str:
    answer = caller.post(f"/tickets/{ticket}/comments", {"content": content, "isInternal": is_internal})
    assert answer.status == 201, answer
    return str(answer["id"])


def said(caller: Api, ticket: str) -> list[tuple[str, bool]]:
    return [(one["content"], one["isInternal"]) for one in caller.get(f"/tickets/{ticket}/comments")["data"]]


def merge(caller: Api, ticket: str, into: str, **more: Any) -> Answer:
    return caller.post(f"/tickets/{ticket}/merge", {"intoId": into} | more)


class TestMerging:
    @pytest.fixture
    def two(self, people: People) -> tuple[str, str]:
        """Of one requester, with things said on both in turn."""
        first, second = opened(people.user, "The VPN drops"), opened(people.user, "Still drops")
        say(people.user, first, "one")
        say(people.agent, second, "two")
        say(people.ada, first, "three", is_internal=True)
        say(people.user, second, "four")
        return first, second

    def test_takes_what_was_said_along_in_its_order_with_authors_and_notes_as_they_were(
        self, people: People, two: tuple[str, str]
    ) -> None:
        first, second = two
        answer = merge(people.agent, first, second)
        assert (answer.status, answer["status"], answer["mergedIntoId"]) == (200, "closed", second)
        assert said(people.agent, second) == [("one", False), ("two", False), ("three", True), ("four", False)]
        assert said(people.user, second) == [("one", False), ("two", False), ("four", False)]
        assert said(people.agent, first) == []
        authors = [one["authorName"] for one in people.agent.get(f"/tickets/{second}/comments")["data"]]
        assert authors == ["User Acme", "Agent Acme", "Ada Acme", "User Acme"]

    def test_the_files_come_along_and_their_old_addresses_lead_to_them(
        self, people: People, two: tuple[str, str]
    ) -> None:
        first, second = two
        comment = say(people.user, first, "with a file")
        own, its = attach(people.user, first)["id"], attach(people.user, first, commentId=comment)["id"]
        assert merge(people.agent, first, second).status == 200
        files = people.user.get(f"/tickets/{second}/attachments")["data"]
        assert sorted(one["id"] for one in files) == sorted([own, its])
        for ticket in (first, second):
            assert people.user.get(f"/tickets/{ticket}/attachments/{its}/file").status == 302
            assert people.other_user.get(f"/tickets/{ticket}/attachments/{its}/file").status == 404
        # Deleting the one that forwards takes nothing of the other away.
        assert people.admin.delete(f"/tickets/{first}").status == 204
        assert people.user.get(f"/tickets/{second}/attachments/{its}/file").status == 302

    def test_a_file_that_is_deleted_at_its_old_address_is_told_of_where_it_stands(
        self, people: People, two: tuple[str, str], recorded: Recorded
    ) -> None:
        first, second = two
        file = attach(people.user, first)["id"]
        merge(people.agent, first, second)
        recorded()
        assert people.admin.delete(f"/tickets/{first}/attachments/{file}").status == 204
        assert [(row.type, str(row.ticket)) for row in recorded()] == [("attachment.deleted", second)]

    def test_a_requester_is_not_told_of_how_many_notes_there_are(
        self, people: People, two: tuple[str, str], recorded: Recorded
    ) -> None:
        first, second = two
        say(people.agent, first, "a second note", is_internal=True)
        merge(people.agent, first, second)
        people.agent.post(f"/tickets/{first}/unmerge")
        told = [row for row in recorded() if row.type in ("ticket.merged", "ticket.unmerged")]
        assert [payload(row)["data"]["comments"] for row in told] == [1, 1, 1, 1]

    def test_the_old_number_forwards(self, people: People, acme: Desk, two: tuple[str, str]) -> None:
        first, second = two
        merge(people.agent, first, second)
        number = people.agent.get(f"/tickets/{second}")["number"]
        for reader in (people.agent, people.user):
            assert reader.get(f"/tickets/{first}")["mergedInto"] == {"id": second, "number": number}
        assert "mergedIntoId" not in people.user.get(f"/tickets/{first}").body
        late = people.user.post(f"/tickets/{first}/comments", {"content": "by mail, late"})
        assert late["ticketId"] == second
        assert said(people.user, second)[-1] == ("by mail, late", False)
        late_file = attach(people.user, first)["id"]
        assert people.user.get(f"/tickets/{second}/attachments/{late_file}/file").status == 302
        assert people.agent.get(f"/search?q={people.agent.get(f'/tickets/{first}')['number']}")["data"]

    def test_both_tell_of_it(self, people: People, acme: Desk, two: tuple[str, str], recorded: Recorded) -> None:
        first, second = two
        recorded()
        merge(people.agent, first, second)
        source, target = recorded()
        assert (source.type, str(source.ticket), target.type, str(target.ticket)) == (
            "ticket.merged", first, "ticket.merged", second,
        )  # fmt: skip
        assert payload(source)["changes"] == {"mergedIntoId": [None, second], "status": ["open", "closed"]}
        assert payload(target)["changes"] == {}
        assert payload(target)["data"]["otherTicket"]["id"] == first
        assert [payload(row)["data"]["isSource"] for row in (source, target)] == [True, False]
        assert source.audience.floor is Floor.AGENT
        assert source.audience.people == (acme.user.id,)
        for ticket in two:
            item = people.user.get(f"/tickets/{ticket}/timeline")["data"][0]
            assert item["type"] == "ticket.merged"
            assert "otherTicket" not in item["data"]
            assert "mergedIntoId" not in item.get("changes", {})
        require_whole(acme.ref)

    def test_a_comment_that_is_deleted_later_leaves_the_log_where_it_first_stood_too(
        self, people: People, acme: Desk
    ) -> None:
        first, second = opened(people.user, "A"), opened(people.user, "B")
        comment = say(people.agent, first, "a secret word: xylophone")
        merge(people.agent, first, second)
        assert people.agent.delete(f"/tickets/{second}/comments/{comment}").status == 204
        assert execute(acme.ref, "SELECT count(*) FROM event WHERE payload LIKE %s", "%xylophone%") == [(0,)]

    def test_what_was_merged_is_changed_no_more(self, people: People, two: tuple[str, str]) -> None:
        first, second = two
        merge(people.agent, first, second)
        for answer in (
            people.agent.patch(f"/tickets/{first}", {"status": "open"}),
            people.user.patch(f"/tickets/{first}", {"title": "Other"}),
            people.agent.post(f"/tickets/{first}/split", {"commentIds": [str(uuid4())], "title": "T"}),
        ):
            assert_refused(answer, "CONFLICT", reason="merged")
            assert answer["data"] == {"mergedIntoId": second}

    def test_refuses_itself_circles_and_what_is_not_there(
        self, people: People, two: tuple[str, str], recorded: Recorded
    ) -> None:
        first, second = two
        third = opened(people.user, "Third")
        gone = opened(people.user, "Gone")
        people.admin.delete(f"/tickets/{gone}")
        assert merge(people.agent, first, second).status == 200
        recorded()
        assert_refused(merge(people.agent, third, third), "VALIDATION_ERROR", reason="same_ticket")
        assert_refused(merge(people.agent, third, gone), "VALIDATION_ERROR", reason="unknown_ticket")
        assert_refused(merge(people.agent, gone, third), "NOT_FOUND")
        assert_refused(merge(people.agent, first, third), "CONFLICT", reason="already_merged")
        assert_refused(merge(people.agent, second, first), "CONFLICT", reason="target_merged")
        assert_refused(merge(people.agent, third, first), "CONFLICT", reason="target_merged")
        assert_refused(merge(people.user, third, second), "FORBIDDEN")
        assert_refused(people.agent.post(f"/tickets/{third}/merge", {}), "VALIDATION_ERROR")
        assert recorded() == []

    def test_forwards_through_several(self, people: People, two: tuple[str, str]) -> None:
        first, second = two
        third = opened(people.user, "Third")
        merge(people.agent, first, second)
        merge(people.agent, second, third)
        say(people.user, first, "to the end")
        assert said(people.agent, third)[-1] == ("to the end", False)
        assert_refused(people.agent.post(f"/tickets/{first}/unmerge"), "CONFLICT", reason="merged_further")

    def test_where_the_other_is_deleted_it_forwards_nowhere(self, people: People, two: tuple[str, str]) -> None:
        first, second = two
        merge(people.agent, first, second)
        assert people.admin.delete(f"/tickets/{second}").status == 204
        left = people.agent.get(f"/tickets/{first}")
        assert (left["mergedIntoId"], left["mergedInto"], left["status"]) == (None, None, "closed")
        assert_refused(people.agent.post(f"/tickets/{first}/unmerge"), "CONFLICT", reason="not_merged")


class TestDifferentRequesters:
    def test_is_to_be_confirmed_and_shows_the_first_nothing_of_the_others(self, people: People) -> None:
        theirs, others = opened(people.user, "Mine"), opened(people.other_user, "Not mine")
        say(people.user, theirs, "from the first")
        say(people.other_user, others, "the other's own")
        assert_refused(merge(people.agent, theirs, others), "CONFLICT", reason="other_requester")
        assert merge(people.agent, theirs, others, isConfirmed=True).status == 200
        assert people.user.get(f"/tickets/{others}").status == 404
        shown = people.user.get(f"/tickets/{theirs}")
        assert shown["mergedInto"] is None
        assert others not in shown.response.content.decode()
        assert [one["content"] for one in shown["comments"]] == []
        assert said(people.other_user, others) == [("from the first", False), ("the other's own", False)]
        # An answer to a mail arrives, whoever may read it there.
        assert people.user.post(f"/tickets/{theirs}/comments", {"content": "late"}).status == 201
        assert said(people.agent, others)[-1] == ("late", False)


class TestUndoing:
    def test_restores_both(self, people: People, acme: Desk, recorded: Recorded) -> None:
        first, second = opened(people.user, "A"), opened(people.user, "B")
        people.agent.patch(f"/tickets/{second}", {"status": "pending"})
        comment = say(people.user, first, "with a file")
        attach(people.user, first, commentId=comment)
        attach(people.user, first)
        say(people.agent, first, "a note", is_internal=True)
        say(people.agent, second, "an answer")
        people.agent.put(f"/tickets/{first}/drafts/reply", {"content": "not sent"})
        people.agent.patch(f"/tickets/{first}", {"status": "resolved"})
        say(people.user, first, "the newest")
        before = [state_of(acme, one) for one in (first, second)]
        assert merge(people.agent, first, second).status == 200
        assert [state_of(acme, one) for one in (first, second)] != before
        recorded()
        answer = people.ada.post(f"/tickets/{first}/unmerge")
        assert (answer.status, answer["status"], answer["mergedIntoId"]) == (200, "resolved", None)
        assert [state_of(acme, one) for one in (first, second)] == before
        assert [(row.type, str(row.ticket)) for row in recorded()] == [
            ("ticket.unmerged", first),
            ("ticket.unmerged", second),
        ]
        assert_refused(people.ada.post(f"/tickets/{first}/unmerge"), "CONFLICT", reason="not_merged")
        assert merge(people.agent, first, second).status == 200

    def test_leaves_what_came_since_where_it_was_said(self, people: People) -> None:
        first, second = opened(people.user, "A"), opened(people.user, "B")
        say(people.user, first, "before")
        merge(people.agent, first, second)
        say(people.user, first, "since, to the first")
        people.agent.post(f"/tickets/{first}/unmerge")
        assert said(people.agent, first) == [("before", False)]
        assert said(people.agent, second) == [("since, to the first", False)]

    def test_is_possible_for_a_day(self, people: People, acme: Desk) -> None:
        first, second = opened(people.user, "A"), opened(people.user, "B")
        merge(people.agent, first, second)
        shown = people.agent.get(f"/tickets/{second}/merges")
        assert [one["id"] for one in shown["merged"]] == [first]
        assert people.agent.get(f"/tickets/{first}/merges")["into"]["id"] == second
        with context.tenant(acme.ref):
            for move in TicketMove.objects.all():
                move.created_at -= timedelta(days=1, seconds=1)
                move.save()
        assert_refused(people.agent.post(f"/tickets/{first}/unmerge"), "CONFLICT", reason="too_late")
        assert_refused(people.user.post(f"/tickets/{first}/unmerge"), "FORBIDDEN")
        assert_refused(people.agent.post(f"/tickets/{uuid4()}/unmerge"), "NOT_FOUND")


class TestSplitting:
    def test_chosen_comments_become_a_ticket_and_nothing_is_lost(
        self, people: People, acme: Desk, ticket: dict[str, Any], recorded: Recorded
    ) -> None:
        origin = ticket["id"]
        stays = say(people.user, origin, "stays")
        goes = say(people.user, origin, "goes")
        note = say(people.agent, origin, "a note", is_internal=True)
        file = attach(people.user, origin, commentId=goes)["id"]
        recorded()
        made = people.agent.post(f"/tickets/{origin}/split", {"commentIds": [goes, note], "title": " Another matter "})
        assert (made.status, made["title"], made["requesterId"]) == (201, "Another matter", str(acme.user.id))
        assert said(people.agent, made["id"]) == [("goes", False), ("a note", True)]
        assert said(people.user, made["id"]) == [("goes", False)]
        assert [one["id"] for one in people.agent.get(f"/tickets/{origin}/comments")["data"]] == [stays]
        assert people.user.get(f"/tickets/{made['id']}/attachments")["data"][0]["id"] == file
        assert people.user.get(f"/tickets/{origin}/attachments/{file}/file").status == 302
        types = [row.type for row in recorded()]
        assert types == ["ticket.created", "ticket.linked", "ticket.linked", "ticket.split", "ticket.split"]
        (link,) = people.agent.get(f"/tickets/{made['id']}/relations")["data"]
        assert (link["relation"], link["ticket"]["id"]) == ("link", origin)

    def test_refuses_what_is_wrong(self, people: People, ticket: dict[str, Any], recorded: Recorded) -> None:
        elsewhere = say(people.user, opened(people.user, "Elsewhere"), "there")
        here = say(people.user, ticket["id"], "here")
        recorded()
        path = f"/tickets/{ticket['id']}/split"
        unknown = people.agent.post(path, {"commentIds": [here, elsewhere], "title": "T"})
        assert_refused(unknown, "VALIDATION_ERROR", reason="unknown_comment")
        for body in ({"commentIds": [], "title": "T"}, {"commentIds": [here], "title": " "}, {"title": "T"}):
            assert_refused(people.agent.post(path, body), "VALIDATION_ERROR")
        assert_refused(people.user.post(path, {"commentIds": [here], "title": "T"}), "FORBIDDEN")
        assert recorded() == []


@pytest.mark.slow
def test_people_write_while_a_ticket_goes_back_and_forth_and_nothing_is_lost(own_desk: Callable[..., Desk]) -> None:
    desk = own_desk()
    with context.tenant(desk.ref), unit_of_work():
        first, second = (create_ticket(desk.user, fields={"title": title}).id for title in "AB")
    written: list[UUID] = []

    def write() -> None:
        for ticket in (first, second) * 20:
            with context.tenant(desk.ref), unit_of_work():
                written.append(add_comment(desk.user, ticket, content="said", is_internal=False).id)

    def turn() -> None:
        for _ in range(10):
            with context.tenant(desk.ref), unit_of_work():
                merge_ticket(desk.agent, first, into_id=second)
            with context.tenant(desk.ref), unit_of_work():
                unmerge_ticket(desk.ada, first)

    assert failures_of(write, write, turn) == []
    found = execute(desk.ref, "SELECT id, ticket_id FROM comment")
    assert sorted(id_ for id_, _ in found) == sorted(written)
    with context.tenant(desk.ref), unit_of_work():
        assert not Ticket.objects.exclude(merged_into=None).exists()
    require_whole(desk.ref)


def failures_of(*jobs: Callable[[], None]) -> list[BaseException]:
    """Of jobs that are done at once."""
    failures: list[BaseException] = []

    def run(do: Callable[[], None]) -> None:
        try:
            do()
        except BaseException as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


@pytest.mark.slow
@pytest.mark.flaky(reruns=0)
def test_who_deletes_a_ticket_beside_merges_waits_for_nobody_in_a_circle(own_desk: Callable[..., Desk]) -> None:
    desk = own_desk()

    def done(what: Callable[..., object], *given: Any, **named: Any) -> None:
        # Where somebody else was first it is refused.
        with contextlib.suppress(HelpdeskError), context.tenant(desk.ref), unit_of_work():
            what(*given, **named)

    for _ in range(30):
        with context.tenant(desk.ref), unit_of_work():
            first, second, third = sorted(create_ticket(desk.user, fields={"title": one}).id for one in "ABC")
        done(merge_ticket, desk.agent, first, into_id=third)
        deletes = partial(done, delete_ticket, desk.admin, third)
        merges = (partial(done, merge_ticket, desk.agent, second, into_id=into) for into in (third, first))
        assert failures_of(deletes, *merges) == []
    require_whole(desk.ref)
