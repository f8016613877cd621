"""What tickets remember for analytics: the first response, when they were done, how often they came back."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from django.db import connection

from helpdesk.analytics.actions import derive_facts
from helpdesk.analytics.facts import DERIVE_ALL
from helpdesk.comments.actions import add_comment
from helpdesk.tickets.actions import change_ticket, create_ticket
from helpdesk.tickets.models import Ticket
from helpdesk.vocabulary import TicketStatus
from helpdesk.work import unit_of_work
from tests.conftest import Desk
from tests.helpdesk.conftest import People
from tests.helpdesk.log import execute

FACTS = ("first_response_at", "done_at", "reopened_count")


def facts(desk: Desk, ticket_id: str) -> tuple[Any, ...]:
    return execute(desk.ref, f"SELECT {', '.join(FACTS)} FROM ticket WHERE id = %s", ticket_id)[0]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


class TestWhenItWasDone:
    def test_is_when_it_left_the_active_statuses(self, people: People, acme: Desk, ticket: dict[str, Any]) -> None:
        assert facts(acme, ticket["id"])[1:] == (None, 0)
        people.agent.patch(f"/tickets/{ticket['id']}", {"status": "pending"})
        assert facts(acme, ticket["id"])[1:] == (None, 0)
        solved = people.agent.patch(f"/tickets/{ticket['id']}", {"status": "resolved"})
        assert facts(acme, ticket["id"])[1:] == (moment(solved["updatedAt"]), 0)

    def test_stays_when_only_the_word_for_it_changes(self, people: People, acme: Desk, ticket: dict[str, Any]) -> None:
        solved = people.agent.patch(f"/tickets/{ticket['id']}", {"status": "resolved"})
        people.agent.patch(f"/tickets/{ticket['id']}", {"status": "closed"})
        people.agent.patch(f"/tickets/{ticket['id']}", {"title": "Another"})
        assert facts(acme, ticket["id"])[1:] == (moment(solved["updatedAt"]), 0)

    def test_is_forgotten_when_it_comes_back(self, people: People, acme: Desk, ticket: dict[str, Any]) -> None:
        path = f"/tickets/{ticket['id']}"
        people.agent.patch(path, {"status": "cancelled"})
        people.user.patch(path, {"status": "open"})
        assert facts(acme, ticket["id"])[1:] == (None, 1)
        again = people.agent.patch(path, {"status": "closed"})
        assert facts(acme, ticket["id"])[1:] == (moment(again["updatedAt"]), 1)

    def test_is_at_once_for_one_that_is_opened_as_done(self, people: People, acme: Desk) -> None:
        made = people.agent.post("/tickets", {"title": "Told by phone", "status": "resolved"})
        assert facts(acme, made["id"]) == (None, moment(made["createdAt"]), 0)

    def test_is_kept_by_a_bulk_change_too(self, people: People, acme: Desk, ticket: dict[str, Any]) -> None:
        change = {"ids": [ticket["id"]], "set": {"status": "resolved"}, "comment": {"content": "Done."}}
        assert people.agent.post("/tickets/bulk", change)["meta"]["changed"] == 1
        responded, done, reopened = facts(acme, ticket["id"])
        seen = people.agent.get(f"/tickets/{ticket['id']}")
        assert (done, reopened) == (moment(seen["updatedAt"]), 0)
        assert responded == moment(seen["comments"][0]["createdAt"])
        people.agent.post("/tickets/bulk", {"ids": [ticket["id"]], "set": {"status": "open"}})
        assert facts(acme, ticket["id"]) == (responded, None, 1)

    def test_is_nothing_that_a_ticket_shows(self, people: People, ticket: dict[str, Any]) -> None:
        assert (
            not {"doneAt", "firstResponseAt", "reopenedCount"} & people.user.get(f"/tickets/{ticket['id']}").body.keys()
        )


class TestTheFirstResponse:
    def test_is_the_first_public_reply_of_staff(self, people: People, acme: Desk, ticket: dict[str, Any]) -> None:
        path = f"/tickets/{ticket['id']}/comments"
        people.user.post(path, {"content": "Hello?"})
        people.agent.post(path, {"content": "To ourselves.", "isInternal": True})
        assert facts(acme, ticket["id"])[0] is None
        first = people.ada.post(path, {"content": "Good morning."})
        people.agent.post(path, {"content": "And again."})
        assert facts(acme, ticket["id"])[0] == moment(first["createdAt"])

    def test_was_given_even_if_it_is_taken_back(self, people: People, acme: Desk, ticket: dict[str, Any]) -> None:
        path = f"/tickets/{ticket['id']}/comments"
        first = people.ada.post(path, {"content": "Good morning."})
        assert people.ada.delete(f"{path}/{first['id']}").status == 204
        assert facts(acme, ticket["id"])[0] == moment(first["createdAt"])

    def test_is_not_what_agents_say_on_tickets_of_their_own(self, people: People, acme: Desk) -> None:
        made = people.agent.post("/tickets", {"title": "My chair"})
        path = f"/tickets/{made['id']}/comments"
        people.agent.post(path, {"content": "It squeaks."})
        assert facts(acme, made["id"])[0] is None
        answered = people.ada.post(path, {"content": "Here is oil."})
        assert facts(acme, made["id"])[0] == moment(answered["createdAt"])


class TestWhatIsDerived:
    """For tickets that were there before, and imported ones."""

    def test_is_what_the_actions_kept(self, desk: Desk) -> None:
        kept = _lived(desk)
        assert len({row[1:] for row in kept}) > 5
        wiped = "UPDATE ticket SET first_response_at = NULL, done_at = NULL, reopened_count = 0 WHERE id = ANY(%s)"
        execute(desk.ref, wiped, [row[0] for row in kept])
        execute(desk.ref, DERIVE_ALL)
        assert _facts_of(desk) == kept

    def test_can_be_had_for_some_alone(self, desk: Desk) -> None:
        kept = _lived(desk)
        execute(desk.ref, "UPDATE ticket SET done_at = '2020-01-01T00:00:00Z', reopened_count = 7")
        some = [row[0] for row in kept[:4]]
        derive_facts(some)
        assert [row for row in _facts_of(desk) if row[0] in some] == kept[:4]
        assert {row[3] for row in _facts_of(desk) if row[0] not in some} == {7}

    def test_is_the_last_change_where_the_log_tells_nothing(self, desk: Desk) -> None:
        made, changed = datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 1, 9, tzinfo=UTC)
        common: dict[str, Any] = {"requester": desk.user, "created_by": desk.user, "created_at": made}
        done = Ticket.objects.create(number=90001, title="a", status="closed", updated_at=changed, **common)
        active = Ticket.objects.create(number=90002, title="b", updated_at=changed, **common)
        with connection.cursor() as cursor:
            cursor.execute(DERIVE_ALL)
        done.refresh_from_db()
        active.refresh_from_db()
        assert (done.done_at, active.done_at, done.first_response_at) == (changed, None, None)


def _facts_of(desk: Desk) -> list[tuple[Any, ...]]:
    return execute(desk.ref, f"SELECT id, {', '.join(FACTS)} FROM ticket ORDER BY id")


def _lived(desk: Desk) -> list[tuple[Any, ...]]:
    """Tickets with some history each; what was kept of them."""
    chance = random.Random(3)
    people = [desk.agent, desk.ada, desk.user]
    with time_machine.travel(datetime(2026, 3, 1, tzinfo=UTC), tick=False) as time:
        ids = []
        for _ in range(12):
            time.shift(timedelta(minutes=chance.randrange(1, 900)))
            with unit_of_work():
                status = chance.choice(list(TicketStatus))
                fields = {"title": "x", "requester_id": desk.user.id, "status": status}
                ids.append(create_ticket(desk.agent, fields=fields).id)
        for _ in range(60):
            time.shift(timedelta(minutes=chance.randrange(1, 900)))
            ticket = chance.choice(ids)
            with unit_of_work():
                if chance.random() < 0.3:
                    add_comment(chance.choice(people), ticket, content="y", is_internal=False)
                else:
                    change_ticket(desk.agent, ticket, fields={"status": chance.choice(list(TicketStatus))})
    return _facts_of(desk)
