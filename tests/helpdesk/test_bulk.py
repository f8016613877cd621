"""Many tickets at once: each as it would change alone, all or nothing of the request, nobody waits in a circle."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from helpdesk.bulk.actions import change_tickets
from helpdesk.bulk.rules import MOST_TICKETS
from helpdesk.bulk.schemas import BulkChange
from helpdesk.dispatch.actions import PAGE_ROWS, dispatch_page, is_caught_up
from helpdesk.dispatch.models import DeadLetter
from helpdesk.events.queries import LogRow
from helpdesk.notifications.models import Notification
from helpdesk.tickets.actions import change_ticket, create_ticket
from helpdesk.tickets.models import Ticket
from helpdesk.vocabulary import TicketStatus
from helpdesk.work import unit_of_work
from tenants import context
from tests.api import Answer, Api
from tests.conftest import Desk
from tests.contracts.errors import assert_refused
from tests.helpdesk.conftest import People
from tests.helpdesk.log import execute, payload

Recorded = Callable[[], list[LogRow]]


def made(caller: Api, count: int, **fields: Any) -> list[str]:
    """Ids of new tickets, in the order in which they were made."""
    answers = [caller.post("/tickets", {"title": f"Ticket {number}"} | fields) for number in range(count)]
    return [answer["id"] for answer in answers]


def many(desk: Desk, count: int) -> list[str]:
    """Ids of so many tickets, put down without their events."""
    with context.tenant(desk.ref), unit_of_work():
        rows = Ticket.objects.bulk_create(
            Ticket(number=10_000 + n, title=f"T {n}", description="d" * 200, requester=desk.user, created_by=desk.user)
            for n in range(count)
        )
    return [str(row.id) for row in rows]


def outcomes(answer: Answer) -> list[str]:
    assert answer.status == 200, answer
    return [one["status"] for one in answer["data"]]


class TestById:
    def test_each_changes_with_its_own_events_as_it_would_alone(
        self, people: People, acme: Desk, recorded: Recorded
    ) -> None:
        alone, *ids = made(people.user, 3)
        recorded()
        change = {"status": "closed", "priority": "high", "assignedToId": str(acme.ada.id)}
        people.agent.patch(f"/tickets/{alone}", change)
        one_by_one = recorded()
        answer = people.agent.post("/tickets/bulk", {"ids": ids, "set": change})
        assert outcomes(answer) == ["changed", "changed"]
        assert answer["meta"] == {"changed": 2, "unchanged": 0, "refused": 0, "notFound": 0}
        assert set(answer["data"][0]) == {"id", "number", "status", "version", "error"}
        assert [one["version"] for one in answer["data"]] == [2, 2]
        rows = recorded()
        assert [row.type for row in rows] == [row.type for row in one_by_one] * 2
        assert [str(row.ticket) for row in rows] == [ids[0]] * 3 + [ids[1]] * 3
        assert [row.audience for row in rows[:3]] == [row.audience for row in one_by_one]
        assert [payload(row)["changes"] for row in rows[:3]] == [payload(row)["changes"] for row in one_by_one]
        for id_ in ids:
            found = people.agent.get(f"/tickets/{id_}")
            assert (found["status"], found["priority"], found["assignedTo"]["firstName"]) == ("closed", "high", "Ada")

    def test_tags_are_added_and_removed_per_ticket(self, people: People, recorded: Recorded) -> None:
        ids = made(people.agent, 1, tags=["old", "vpn"]) + made(people.agent, 1, tags=["new"])
        recorded()
        answer = people.agent.post("/tickets/bulk", {"ids": ids, "addTags": ["new", "b"], "removeTags": ["old"]})
        assert outcomes(answer) == ["changed", "changed"]
        assert [people.agent.get(f"/tickets/{id_}")["tags"] for id_ in ids] == [["vpn", "new", "b"], ["new", "b"]]
        assert [payload(row)["changes"]["tags"] for row in recorded()] == [
            [["old", "vpn"], ["vpn", "new", "b"]],
            [["new"], ["new", "b"]],
        ]

    def test_a_ticket_that_is_so_already_is_unchanged_and_says_nothing(
        self, people: People, recorded: Recorded
    ) -> None:
        ids = made(people.user, 1) + made(people.agent, 1, status="closed", tags=["x"])
        recorded()
        answer = people.agent.post("/tickets/bulk", {"ids": ids, "set": {"status": "closed"}, "addTags": ["x"]})
        assert outcomes(answer) == ["changed", "unchanged"]
        assert {str(row.ticket) for row in recorded()} == {ids[0]}

    def test_ids_that_are_nobodys_or_anothers_are_not_found_and_the_others_go_on(
        self, people: People, acme: Desk, globex: Desk, recorded: Recorded
    ) -> None:
        with context.tenant(globex.ref), unit_of_work():
            theirs = create_ticket(globex.user, fields={"title": "Theirs"})
        (own,) = made(people.user, 1)
        recorded()
        ids = [str(uuid4()), own, str(theirs.id), own]
        answer = people.agent.post("/tickets/bulk", {"ids": ids, "set": {"priority": "low"}})
        assert [one["id"] for one in answer["data"]] == ids[:3]
        assert outcomes(answer) == ["not_found", "changed", "not_found"]
        assert answer["data"][0] | {"id": ""} == answer["data"][2] | {"id": ""}
        assert answer["meta"] == {"changed": 1, "unchanged": 0, "refused": 0, "notFound": 2}
        assert execute(globex.ref, "SELECT version FROM ticket WHERE id = %s", theirs.id) == [(1,)]

    def test_a_stale_version_is_refused_by_itself(self, people: People, recorded: Recorded) -> None:
        stale, fresh = made(people.user, 2)
        people.agent.patch(f"/tickets/{stale}", {"title": "Moved on"})
        recorded()
        body = {"ids": [stale, fresh], "set": {"status": "closed"}, "versions": {stale: 1, fresh: 1}}
        answer = people.agent.post("/tickets/bulk", body)
        assert outcomes(answer) == ["refused", "changed"]
        refused = answer["data"][0]
        assert (refused["version"], refused["error"]["code"]) == (2, "PRECONDITION_FAILED")
        assert refused["error"]["details"][0]["code"] == "stale"
        assert {str(row.ticket) for row in recorded()} == {fresh}

    def test_too_many_tags_are_refused_by_themselves(self, people: People) -> None:
        ids = made(people.agent, 1, tags=[str(n) for n in range(50)]) + made(people.agent, 1)
        answer = people.agent.post(
            "/tickets/bulk", {"ids": ids, "addTags": ["one more"], "comment": {"content": "Tagged"}}
        )
        assert outcomes(answer) == ["refused", "changed"]
        assert answer["data"][0]["error"]["details"][0]["code"] == "too_many_tags"
        assert people.agent.get(f"/tickets/{ids[0]}")["comments"] == [], "what is refused is refused whole"

    def test_a_comment_is_written_on_each_before_it_changes(
        self, people: People, acme: Desk, recorded: Recorded
    ) -> None:
        ids = made(people.user, 2)
        recorded()
        body = {"ids": ids, "comment": {"content": "All fixed now."}, "set": {"status": "resolved"}}
        assert outcomes(people.agent.post("/tickets/bulk", body)) == ["changed", "changed"]
        assert [row.type for row in recorded()] == ["comment.added", "ticket.status_changed"] * 2
        note = {"ids": ids, "comment": {"content": "Same cause", "isInternal": True}}
        assert outcomes(people.agent.post("/tickets/bulk", note)) == ["changed", "changed"]
        assert {row.audience.people for row in recorded()} == {()}
        assert [one["content"] for one in people.user.get(f"/tickets/{ids[0]}")["comments"]] == ["All fixed now."]

    def test_a_team_is_set_like_an_assignee(self, people: People, recorded: Recorded) -> None:
        team = people.admin.post("/teams", {"name": "Network"})
        ids = made(people.user, 2)
        recorded()
        answer = people.agent.post("/tickets/bulk", {"ids": ids, "set": {"teamId": team["id"], "assignedToId": None}})
        assert outcomes(answer) == ["changed", "changed"]
        assert [payload(row)["changes"] for row in recorded()] == [{"teamId": [None, team["id"]]}] * 2


class TestByFilter:
    def test_takes_what_the_filter_picks_for_whoever_asks(self, people: People, acme: Desk) -> None:
        made(people.user, 2)
        mine = made(people.agent, 2, assignedToId=str(acme.agent.id), priority="high")
        body = {"filter": {"assignedToId": "me", "priority": ["HIGH"]}, "set": {"status": "pending"}}
        answer = people.agent.post("/tickets/bulk", body)
        assert [one["id"] for one in answer["data"]] == mine
        assert people.ada.post("/tickets/bulk", body)["data"] == []

    def test_over_a_thousand_changes_nothing_and_says_how_many(
        self, people: People, acme: Desk, recorded: Recorded
    ) -> None:
        many(acme, MOST_TICKETS + 1)
        answer = people.agent.post("/tickets/bulk", {"filter": {"status": ["open"]}, "set": {"status": "closed"}})
        assert_refused(answer, "CONFLICT", reason="too_many")
        assert answer["data"] == {"count": MOST_TICKETS + 1, "isCapped": False}
        assert recorded() == []

    def test_leaves_out_what_has_changed_until_it_is_locked(self, own_desk: Callable[..., Desk]) -> None:
        desk = own_desk()
        with context.tenant(desk.ref), unit_of_work():
            first, second = (create_ticket(desk.user, fields={"title": title}) for title in "ab")
        found: list[Any] = []

        def close_the_open_ones() -> None:
            body = {"filter": {"status": ["open"]}, "set": {"status": "closed"}}
            with context.tenant(desk.ref), unit_of_work():
                found.append(change_tickets(desk.agent, BulkChange.model_validate(body)))
            connection.close()

        with context.tenant(desk.ref), unit_of_work():
            change_ticket(desk.ada, first.id, fields={"status": TicketStatus.PENDING})
            thread = threading.Thread(target=close_the_open_ones)
            thread.start()
            thread.join(0.5)
            assert thread.is_alive(), "it did not wait"
        thread.join()
        assert [one.id for one in found[0].data] == [second.id]


class TestDeleting:
    def test_is_the_admins(self, people: People, acme: Desk, recorded: Recorded) -> None:
        ids = made(people.user, 2)
        recorded()
        for caller in (people.agent, people.user):
            assert_refused(caller.post("/tickets/bulk", {"ids": ids, "delete": True}), "FORBIDDEN")
        assert recorded() == []
        answer = people.admin.post("/tickets/bulk", {"ids": ids, "delete": True})
        assert outcomes(answer) == ["changed", "changed"]
        assert [one["version"] for one in answer["data"]] == [None, None]
        assert [row.type for row in recorded()] == ["ticket.deleted"] * 2
        assert execute(acme.ref, "SELECT count(*) FROM ticket") == [(0,)]
        assert outcomes(people.admin.post("/tickets/bulk", {"ids": ids, "delete": True})) == ["not_found"] * 2

    def test_takes_the_version_into_account(self, people: People) -> None:
        (id_,) = made(people.user, 1)
        answer = people.admin.post("/tickets/bulk", {"ids": [id_], "delete": True, "versions": {id_: 7}})
        assert outcomes(answer) == ["refused"]
        assert people.admin.get(f"/tickets/{id_}").status == 200


ONE = "01999999-9999-7999-8999-999999999999"
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"set": {"status": "open"}}, "ids"),
    ({"ids": [ONE], "filter": {"status": ["open"]}, "set": {"status": "open"}}, "filter"),
    ({"ids": [], "set": {"status": "open"}}, "ids"),
    ({"ids": [ONE] * 1001, "set": {"status": "open"}}, "ids"),
    ({"ids": ["x"], "set": {"status": "open"}}, "ids.0"),
    ({"ids": [ONE]}, "set"),
    ({"ids": [ONE], "set": {}}, "set"),
    ({"ids": [ONE], "set": {"title": "all alike"}}, "set.title"),
    ({"ids": [ONE], "set": {"status": "sekret"}}, "set.status"),
    ({"ids": [ONE], "set": {"assigned_to_id": ONE}}, "set.assigned_to_id"),
    ({"ids": [ONE], "set": {"assignedToId": ONE}}, "set.assignedToId"),
    ({"ids": [ONE], "set": {"teamId": ONE}}, "set.teamId"),
    ({"ids": [ONE], "addTags": [" "]}, "addTags.0"),
    ({"ids": [ONE], "delete": True, "set": {"status": "open"}}, "delete"),
    ({"ids": [ONE], "delete": True, "comment": {"content": "Bye"}}, "delete"),
    ({"ids": [ONE], "comment": {"content": " "}}, "comment.content"),
    ({"ids": [ONE], "addTags": ["x"], "versions": {ONE: "1"}}, f"versions.{ONE}"),
    ({"filter": {}, "addTags": ["x"]}, "filter"),
    ({"filter": {"status": [], "tag": []}, "delete": True}, "filter"),
    ({"filter": {"q": " ", "assignedToId": None}, "delete": True}, "filter"),
    ({"filter": {"assignedToId": "sekret"}, "addTags": ["x"]}, "filter.assignedToId"),
    ({"filter": {"assigned_to_id": "me"}, "addTags": ["x"]}, "filter.assigned_to_id"),
    ({"filter": {"sort": "sekret"}, "addTags": ["x"]}, "filter.sort"),
]


class TestABadBody:
    @pytest.mark.parametrize(("body", "field"), WRONG)
    def test_is_refused_and_changes_nothing(
        self, people: People, recorded: Recorded, body: dict[str, Any], field: str
    ) -> None:
        made(people.user, 1)
        recorded()
        answer = people.admin.post("/tickets/bulk", body)
        assert_refused(answer, "VALIDATION_ERROR", field=field)
        assert "sekret" not in answer.response.content.decode()
        assert recorded() == []

    def test_with_somebody_unknown_changes_nothing_of_what_is_known(
        self, people: People, acme: Desk, recorded: Recorded
    ) -> None:
        ids = made(people.user, 2)
        recorded()
        body = {"ids": ids, "set": {"status": "closed", "assignedToId": str(acme.user.id)}}
        answer = people.agent.post("/tickets/bulk", body)
        assert_refused(answer, "VALIDATION_ERROR", field="set.assignedToId", reason="not_an_agent")
        assert recorded() == []
        assert {people.agent.get(f"/tickets/{id_}")["version"] for id_ in ids} == {1}

    def test_of_a_requester_is_forbidden(self, people: People) -> None:
        ids = made(people.user, 1)
        assert_refused(people.user.post("/tickets/bulk", {"ids": ids, "set": {"status": "closed"}}), "FORBIDDEN")


class TestAThousand:
    def test_are_changed_in_a_few_seconds_and_a_few_statements(
        self, people: People, acme: Desk, recorded: Recorded
    ) -> None:
        ids = many(acme, MOST_TICKETS)
        change = {"status": "closed", "assignedToId": str(acme.ada.id)}
        began = time.process_time()
        with CaptureQueriesContext(connection) as captured:
            answer = people.agent.with_(Idempotency_Key="a-thousand").post(
                "/tickets/bulk", {"ids": ids, "set": change, "addTags": ["swept"]}
            )
        took = time.process_time() - began
        assert answer["meta"]["changed"] == MOST_TICKETS
        assert len(captured) < 50
        assert took < 10, f"{took:.1f} s of the processor"
        assert len(recorded()) == 3 * MOST_TICKETS
        again = people.agent.with_(Idempotency_Key="a-thousand").post(
            "/tickets/bulk", {"ids": ids, "set": change, "addTags": ["swept"]}
        )
        assert again.headers["Idempotency-Replayed"] == "true"
        assert again.body == answer.body
        assert recorded() == []

    def test_are_deleted_in_a_few_statements(self, people: People, acme: Desk, recorded: Recorded) -> None:
        ids = many(acme, MOST_TICKETS)
        with CaptureQueriesContext(connection) as captured:
            answer = people.admin.post("/tickets/bulk", {"ids": ids, "delete": True})
        assert answer["meta"]["changed"] == MOST_TICKETS
        assert len(captured) < 100
        assert [str(row.ticket) for row in recorded()] == ids
        assert execute(acme.ref, "SELECT count(*) FROM ticket") == [(0,)]

    def test_are_read_page_by_page_by_every_reader_of_the_log(self, desk: Desk) -> None:
        ids = many(desk, PAGE_ROWS + 20)
        body = {"ids": ids, "set": {"assignedToId": str(desk.ada.id)}}
        with unit_of_work():
            change_tickets(desk.agent, BulkChange.model_validate(body))
        while True:
            with unit_of_work():
                dispatch_page()
            if is_caught_up():
                break
        assert Notification.objects.filter(person=desk.ada, kind="assigned").count() == PAGE_ROWS + 20
        assert not DeadLetter.objects.exists()


class TestATeamThatGoes:
    def test_takes_its_tickets_to_another_or_to_none(self, people: People, acme: Desk, recorded: Recorded) -> None:
        gone, kept = (people.admin.post("/teams", {"name": name})["id"] for name in ("Gone", "Kept"))
        ids = made(people.agent, 2, teamId=gone)
        recorded()
        assert people.admin.delete(f"/teams/{gone}?moveTo={kept}").status == 204
        assert [row.type for row in recorded()] == ["ticket.assigned", "ticket.assigned", "team.deleted"]
        assert {people.agent.get(f"/tickets/{id_}")["teamId"] for id_ in ids} == {kept}
        assert people.admin.delete(f"/teams/{kept}?moveTo=none").status == 204
        assert {people.agent.get(f"/tickets/{id_}")["teamId"] for id_ in ids} == {None}

    @pytest.mark.parametrize("to", ["itself", "nobody", "inactive", "sekret"])
    def test_goes_nowhere_where_there_is_no_such_team(self, people: People, recorded: Recorded, to: str) -> None:
        gone = people.admin.post("/teams", {"name": "Gone"})["id"]
        inactive = people.admin.post("/teams", {"name": "Asleep", "isActive": False})["id"]
        (id_,) = made(people.agent, 1, teamId=gone)
        recorded()
        target = {"itself": gone, "nobody": str(uuid4()), "inactive": inactive}.get(to, to)
        answer = people.admin.delete(f"/teams/{gone}?moveTo={target}")
        assert_refused(answer, "VALIDATION_ERROR", field="moveTo")
        assert recorded() == []
        assert people.agent.get(f"/tickets/{id_}")["teamId"] == gone

    def test_with_more_than_a_thousand_stays(self, people: People, acme: Desk) -> None:
        gone = people.admin.post("/teams", {"name": "Gone"})["id"]
        many(acme, MOST_TICKETS + 1)
        execute(acme.ref, "UPDATE ticket SET team_id = %s", gone)
        answer = people.admin.delete(f"/teams/{gone}?moveTo=none")
        assert_refused(answer, "CONFLICT", reason="too_many")
        assert answer["data"]["count"] == MOST_TICKETS + 1
