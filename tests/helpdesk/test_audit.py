"""The audit: who did what, when, from where, before and after; and whether the log is what was written."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from helpdesk.access_log.models import AccessEntry
from helpdesk.audit.actions import forget_old_origins
from helpdesk.audit.cursors import Place, read_place
from helpdesk.clock import now, rfc3339
from helpdesk.events.queries import get_head
from helpdesk.events.verify import verify_part
from helpdesk.paging import CursorRefused
from helpdesk.tickets.actions import create_ticket
from helpdesk.work import unit_of_work
from tenants import context
from tests.api import Answer
from tests.conftest import Desk
from tests.contracts.errors import assert_refused
from tests.helpdesk.conftest import People
from tests.helpdesk.log import execute, last_seq, require_whole

NOBODY = "0a000000-0000-7000-8000-000000000000"


@pytest.fixture
def ticket(people: People) -> str:
    """One that somebody opened and somebody else changed."""
    made = people.user.post("/tickets", {"title": "The VPN drops"})
    people.agent.with_(X_Request_ID="req-1").patch(f"/tickets/{made['id']}", {"priority": "urgent"})
    return str(made["id"])


def types(answer: Answer) -> list[str]:
    return [entry["type"] for entry in answer["data"]]


def accessed(desk: Desk, kind: str, *, minutes_ago: int, **more: Any) -> AccessEntry:
    at = now() - timedelta(minutes=minutes_ago)
    fields = {"hour": at.replace(minute=0, second=0, microsecond=0), "count": 3, "client": "192.0.2.7"} | more
    with context.tenant(desk.ref):
        return AccessEntry.objects.create(kind=kind, first_at=at, last_at=at, **fields)


def forgotten(desk: Desk) -> int:
    with context.tenant(desk.ref):
        return forget_old_origins()


class TestWhoDidWhat:
    def test_is_told_with_before_after_and_from_where(self, people: People, acme: Desk, ticket: str) -> None:
        answer = people.admin.get(f"/audit?ticketId={ticket}&type=ticket.priority_changed")
        (entry,) = answer["data"]
        assert entry["actor"] == {"id": str(acme.agent.id), "name": acme.agent.name}
        assert entry["changes"] == {"priority": ["medium", "urgent"]}
        assert entry["origin"] == {
            "client": "127.0.0.1",
            "operation": "patchTicket",
            "requestId": "req-1",
            "apiKeyId": None,
        }
        assert entry["source"] == "log"
        assert entry["ticketId"] == ticket

    def test_names_the_key_that_a_program_used(self, people: People, acme: Desk) -> None:
        made = people.agent.post("/api-keys", {"name": "Importer", "scopes": ["tickets:write:any"]})
        people.agent.as_token(made["token"]).post("/tickets", {"title": "By a program"})
        (entry,) = people.admin.get("/audit?type=ticket.created&limit=1")["data"]
        assert entry["origin"]["apiKeyId"] == made["id"]

    def test_has_no_origin_where_the_hub_did_it(self, people: People, acme: Desk) -> None:
        with context.tenant(acme.ref), unit_of_work():
            create_ticket(acme.agent, fields={"title": "By the hub"})
        (entry,) = people.admin.get("/audit?type=ticket.created&limit=1")["data"]
        assert entry["origin"] is None

    def test_is_for_admins(self, people: People) -> None:
        for caller in (people.user, people.agent):
            assert_refused(caller.get("/audit"), "FORBIDDEN")
            assert_refused(caller.get("/audit/verification"), "FORBIDDEN")

    def test_tells_no_other_way_out_from_where(self, people: People, ticket: str) -> None:
        for path in (f"/tickets/{ticket}", f"/tickets/{ticket}/timeline"):
            assert b"127.0.0.1" not in people.agent.get(path).response.content


class TestTheFilter:
    def test_by_person(self, people: People, acme: Desk, ticket: str) -> None:
        found = people.admin.get(f"/audit?userId={acme.agent.id}&source=log")["data"]
        assert {entry["actor"]["id"] for entry in found} == {str(acme.agent.id)}
        assert people.admin.get(f"/audit?userId={NOBODY}")["data"] == []

    def test_by_area_and_by_type(self, people: People, ticket: str) -> None:
        people.admin.post("/teams", {"name": "Network"})
        assert set(types(people.admin.get("/audit?type=team"))) == {"team.created"}
        assert set(types(people.admin.get(f"/audit?type=ticket&ticketId={ticket}"))) == {
            "ticket.created",
            "ticket.priority_changed",
        }

    def test_by_time(self, people: People, ticket: str) -> None:
        later = rfc3339(now() + timedelta(minutes=1))
        assert people.admin.get(f"/audit?from={later}")["data"] == []
        assert people.admin.get(f"/audit?source=log&ticketId={ticket}&to={later}")["data"] != []
        assert people.admin.get("/audit?to=2001-01-01T00:00:00Z")["data"] == []

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("type=%25", "type"),
            ("userId=nobody", "userId"),
            ("limit=101", "limit"),
            ("source=rumours", "source"),
            ("cursor=nonsense", "cursor"),
            ("from=yesterday", "from"),
            ("colour=red", "colour"),
        ],
    )
    def test_refuses_what_it_does_not_know(self, people: People, query: str, field: str) -> None:
        assert_refused(people.admin.get(f"/audit?{query}"), "VALIDATION_ERROR", field=field)


class TestTheList:
    def test_has_what_happened_and_who_came_in_by_time(self, people: People, acme: Desk, ticket: str) -> None:
        accessed(acme, "signed_in", minutes_ago=5, person_id=acme.agent.id, subject=acme.agent.id.hex)
        accessed(acme, "sign_in_failed", minutes_ago=3, subject="4f3c9a", operation="login")
        answer = people.admin.get("/audit?limit=100")
        at = [entry["occurredAt"] for entry in answer["data"]]
        assert at == sorted(at, reverse=True)
        failed = next(entry for entry in answer["data"] if entry["type"] == "access.sign_in_failed")
        assert (failed["count"], failed["data"], failed["actor"]) == (3, {"addressDigest": "4f3c9a"}, None)
        came = next(entry for entry in answer["data"] if entry["type"] == "access.signed_in")
        assert came["actor"]["name"] == acme.agent.name

    def test_is_read_to_its_end_by_its_cursor_each_entry_once(self, people: People, acme: Desk, ticket: str) -> None:
        for minute in range(7):
            accessed(acme, "signed_in", minutes_ago=minute, subject=uuid4().hex)
        whole = [entry["id"] for entry in people.admin.get("/audit?limit=100")["data"]]
        read, cursor = list[str](), ""
        while True:
            page = people.admin.get(f"/audit?limit=3&cursor={cursor}")
            read += [entry["id"] for entry in page["data"]]
            cursor = page["meta"]["nextCursor"]
            if not page["meta"]["hasNextPage"]:
                break
        assert read == whole
        assert len(set(read)) == len(read) > 7

    def test_does_not_repeat_what_people_were_told(self, people: People, acme: Desk, ticket: str) -> None:
        people.admin.patch(f"/tickets/{ticket}", {"assignedToId": str(acme.agent.id)})
        assert "notification.created" not in types(people.admin.get("/audit?limit=100"))

    def test_keeps_the_place_of_what_was_taken_back(self, people: People, ticket: str) -> None:
        made = people.agent.post(f"/tickets/{ticket}/comments", {"content": "My password is hunter2"})
        people.agent.delete(f"/tickets/{ticket}/comments/{made['id']}")
        answer = people.admin.get("/audit?type=comment.added")
        assert answer["data"][0]["data"] == {"redacted": True}
        assert b"hunter2" not in answer.response.content


class TestOrigins:
    def test_are_forgotten_after_half_a_year_and_the_chain_holds(self, acme: Desk, people: People, ticket: str) -> None:
        assert forgotten(acme) == 0
        execute(acme.ref, "ALTER TABLE event DISABLE TRIGGER ALL")
        execute(acme.ref, "UPDATE event SET recorded_at = recorded_at - interval '181 days'")
        execute(acme.ref, "ALTER TABLE event ENABLE TRIGGER ALL")
        assert forgotten(acme) >= 2
        assert forgotten(acme) == 0
        found = people.admin.get(f"/audit?ticketId={ticket}")["data"]
        assert [entry["origin"] for entry in found] == [None, None]
        assert {entry["actor"]["name"] for entry in found} == {acme.agent.name, acme.user.name}

    def test_are_not_rewritten(self, acme: Desk, people: People, ticket: str) -> None:
        with pytest.raises(Exception, match="append-only"):
            execute(acme.ref, "UPDATE event SET origin = 'elsewhere'")


class TestVerification:
    def test_says_that_the_log_is_whole(self, people: People, acme: Desk, ticket: str) -> None:
        answer = people.admin.get("/audit/verification")
        assert (answer["isWhole"], answer["isDone"], answer["faults"]) == (True, True, [])
        assert answer["upto"] == answer["lastSeq"] == last_seq(acme.ref)

    def test_goes_in_stretches(self, desk: Desk) -> None:
        for title in ("One", "Two", "Three", "Four"):
            with unit_of_work():
                create_ticket(desk.user, fields={"title": title})
        after, rows = None, 0
        for _ in range(100):
            part = verify_part(after=after, limit=3)
            assert part.faults == []
            after, rows = part.upto, rows + part.rows
            if part.is_done:
                break
        assert (after, rows) == (get_head().last_seq, require_whole(desk.ref))

    def test_tells_where_somebody_with_the_keys_to_the_database_was(
        self, people: People, acme: Desk, ticket: str
    ) -> None:
        execute(acme.ref, "ALTER TABLE event DISABLE TRIGGER ALL")
        execute(acme.ref, "UPDATE event SET payload = replace(payload, 'VPN', 'WAN') WHERE ticket = %s", ticket)
        answer = people.admin.get("/audit/verification")
        assert answer["isWhole"] is False
        assert {fault["what"] for fault in answer["faults"]} == {"the payload was changed"}


class TestTheCursor:
    @pytest.mark.parametrize(
        "place", [Place(), Place(7), Place(7, now(), UUID(NOBODY)), Place(None, now(), UUID(NOBODY))]
    )
    def test_is_read_as_it_was_written(self, place: Place) -> None:
        assert read_place(place.written()) == place

    @pytest.mark.parametrize("text", ["", "x", "bnVsbA", "WzFd", "WyIxIixudWxsLG51bGxd", "W251bGwsMSwxXQ", "é"])
    def test_is_refused_where_it_is_another(self, text: str) -> None:
        with pytest.raises(CursorRefused):
            read_place(text)
