"""Tickets find their assignee: in turn, by how busy people are, or because somebody asks for the next one."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection

from helpdesk.assignment.actions import NothingWaits, next_due, set_away, share_out, take_next
from helpdesk.assignment.rules import Candidate, choose
from helpdesk.dispatch.actions import dispatch_page, is_caught_up
from helpdesk.events.queries import LogRow
from helpdesk.notifications.models import Notification
from helpdesk.people.models import Person
from helpdesk.teams.actions import create_team
from helpdesk.tickets.actions import change_ticket, create_ticket
from helpdesk.tickets.models import Ticket
from helpdesk.vocabulary import AssignmentMode, Floor, Role, TicketPriority
from helpdesk.work import unit_of_work
from tasks.assignment import share_out_tickets
from tenants import context
from tests.conftest import Desk
from tests.contracts.errors import assert_refused
from tests.helpdesk.conftest import People
from tests.helpdesk.log import execute, payload

Recorded = Callable[[], list[LogRow]]
ONE, TWO, THREE = (UUID(int=number) for number in (1, 2, 3))


def candidates(*loads: int) -> list[Candidate]:
    return [Candidate(UUID(int=number), load) for number, load in enumerate(loads, 1)]


class TestWhoseTurn:
    def test_in_turn_goes_round(self) -> None:
        def next_after(last: UUID | None) -> UUID | None:
            return choose(AssignmentMode.ROUND_ROBIN, candidates(5, 0, 9), last=last, capacity=None)

        assert [next_after(last) for last in (None, ONE, TWO, THREE)] == [ONE, TWO, THREE, ONE]
        assert next_after(uuid4()) == ONE  # whoever had the last turn has left the team

    def test_the_least_busy_is_the_one_with_the_fewest_and_of_equals_whose_turn_it_is(self) -> None:
        mode = AssignmentMode.LEAST_BUSY
        assert choose(mode, candidates(2, 1, 3), last=TWO, capacity=None) == TWO
        assert choose(mode, candidates(1, 1, 1), last=ONE, capacity=None) == TWO

    def test_who_is_full_is_passed_over(self) -> None:
        assert choose(AssignmentMode.ROUND_ROBIN, candidates(3, 4, 2), last=ONE, capacity=4) == THREE
        assert choose(AssignmentMode.LEAST_BUSY, candidates(4, 4), last=None, capacity=4) is None

    def test_by_hand_and_without_anybody_it_is_nobodys(self) -> None:
        assert choose(AssignmentMode.MANUAL, candidates(0), last=None, capacity=None) is None
        assert choose(AssignmentMode.ROUND_ROBIN, [], last=ONE, capacity=None) is None


def make_team(desk: Desk, **fields: Any) -> UUID:
    chosen = {"assignment": AssignmentMode.ROUND_ROBIN, "member_ids": [desk.agent.id, desk.ada.id]} | fields
    return create_team(desk.admin, fields={"name": f"Team {uuid4().hex[:8]}"} | chosen).id


def open_ticket(desk: Desk, team: UUID | None, **fields: Any) -> UUID:
    return create_ticket(desk.agent, fields={"title": "T", "team_id": team, "requester_id": desk.user.id} | fields).id


def share_out_all() -> int:
    given = 0
    while share_out():
        given += 1
    return given


def assignees() -> dict[UUID, UUID | None]:
    return dict(Ticket.objects.values_list("id", "assigned_to_id"))


@pytest.mark.usefixtures("desk")
class TestSharingOut:
    @pytest.fixture(autouse=True)
    def work(self, desk: Desk) -> Any:
        with unit_of_work():
            yield

    def test_tickets_of_a_team_go_round_the_most_urgent_first(self, desk: Desk) -> None:
        team = make_team(desk)
        low = open_ticket(desk, team, priority=TicketPriority.LOW)
        urgent = open_ticket(desk, team, priority=TicketPriority.URGENT)
        first, second = sorted([desk.agent.id, desk.ada.id])
        assert share_out()
        assert assignees() == {low: None, urgent: first}
        assert share_out_all() == 1
        assert assignees() == {low: second, urgent: first}

    def test_other_tickets_are_left_alone(self, desk: Desk) -> None:
        by_hand = make_team(desk, assignment=AssignmentMode.MANUAL)
        inactive = make_team(desk)
        alone = open_ticket(desk, None)
        manual = open_ticket(desk, by_hand)
        resting = open_ticket(desk, inactive)
        execute(desk.ref, "UPDATE team SET is_active = false WHERE id = %s", inactive)
        team = make_team(desk)
        done = open_ticket(desk, team, status="resolved")
        pending = open_ticket(desk, team, status="pending")
        taken = open_ticket(desk, team, assigned_to_id=desk.admin.id)
        assert share_out_all() == 0
        assert [assignees()[one] for one in (alone, manual, resting, done, pending)] == [None] * 5
        assert assignees()[taken] == desk.admin.id

    def test_who_is_away_or_full_is_passed_over_and_a_ticket_waits_until_somebody_is_free(self, desk: Desk) -> None:
        team = make_team(desk, capacity=1)
        first, second = open_ticket(desk, team), open_ticket(desk, team)
        set_away(desk.ada, desk.ada.id, is_away=True)
        assert share_out_all() == 1
        assert assignees() == {first: desk.agent.id, second: None}
        assert next_due() is None
        set_away(desk.admin, desk.ada.id, is_away=False)
        assert next_due() is not None
        assert share_out_all() == 1
        assert assignees()[second] == desk.ada.id
        third = open_ticket(desk, team)
        assert share_out_all() == 0
        change_ticket(desk.agent, first, fields={"status": "resolved"})
        assert share_out_all() == 1
        assert assignees()[third] == desk.agent.id

    def test_what_somebody_has_of_another_team_counts_and_what_is_pending_does_not(self, desk: Desk) -> None:
        team = make_team(desk, assignment=AssignmentMode.LEAST_BUSY)
        for _ in range(2):
            open_ticket(desk, None, assigned_to_id=desk.ada.id)
        for _ in range(3):
            open_ticket(desk, None, assigned_to_id=desk.agent.id, status="pending")
        mine = [open_ticket(desk, team) for _ in range(4)]
        assert share_out_all() == 4
        assert Counter(assignees()[one] for one in mine) == {desk.agent.id: 3, desk.ada.id: 1}

    def test_whoever_left_the_staff_gets_none(self, desk: Desk) -> None:
        team = make_team(desk)
        Person.objects.filter(id=desk.ada.id).update(role=Role.REQUESTER.value)
        waiting = [open_ticket(desk, team) for _ in range(2)]
        assert share_out_all() == 2
        assert {assignees()[one] for one in waiting} == {desk.agent.id}


class TestTheDispatcher:
    def test_a_ticket_that_comes_to_a_team_is_assigned_and_told_as_the_hubs_doing(
        self, people: People, acme: Desk, recorded: Recorded
    ) -> None:
        body = {"name": "Net", "assignment": "round_robin", "memberIds": [str(acme.agent.id)]}
        team = people.admin.post("/teams", body)
        assert (team["assignment"], team["capacity"]) == ("round_robin", None)
        ticket = people.agent.post("/tickets", {"title": "T", "teamId": team["id"]})["id"]
        recorded()
        with context.tenant(acme.ref):
            self.work_off()
            assert self.is_due()
            with unit_of_work():
                assert share_out()
        (row,) = (row for row in recorded() if row.type == "ticket.assigned")
        assert (row.actor, str(row.ticket)) == (None, ticket)
        assert payload(row)["changes"] == {"assignedToId": [None, str(acme.agent.id)]}
        with context.tenant(acme.ref):
            self.work_off()
            # The team is not told of what finds its assignee by itself; the assignee is.
            told = Notification.objects.filter(ticket_id=ticket).values_list("person_id", "title")
            assert [(person, "assigned you" in title) for person, title in told] == [(acme.agent.id, True)]

    def test_nothing_is_due_where_nothing_waits(self, people: People, acme: Desk) -> None:
        people.admin.post("/teams", {"name": "Net", "assignment": "least_busy", "memberIds": [str(acme.agent.id)]})
        people.agent.post("/tickets", {"title": "T"})
        with context.tenant(acme.ref):
            self.work_off()
            assert not self.is_due()

    def work_off(self) -> None:
        with unit_of_work():
            while not is_caught_up():
                dispatch_page()

    def is_due(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM public.wakeup WHERE kind = 'assignments'")
            return bool(cursor.fetchone()[0])


class TestTakingTheNext:
    def test_gives_the_most_urgent_of_ones_teams_or_of_none(self, people: People, acme: Desk) -> None:
        mine = people.admin.post("/teams", {"name": "Mine", "memberIds": [str(acme.agent.id)]})["id"]
        others = people.admin.post("/teams", {"name": "Others", "memberIds": [str(acme.ada.id)]})["id"]
        people.agent.post("/tickets", {"title": "theirs", "teamId": others, "priority": "urgent"})
        people.user.post("/tickets", {"title": "free"})
        people.agent.post("/tickets", {"title": "ours", "teamId": mine, "priority": "high"})
        taken = [people.agent.post("/tickets/next") for _ in range(2)]
        assert [(one.status, one["title"], one["assignedToId"]) for one in taken] == [
            (200, "ours", str(acme.agent.id)),
            (200, "free", str(acme.agent.id)),
        ]
        assert taken[0].headers["ETag"] == '"2"'
        nothing = people.agent.post("/tickets/next")
        assert_refused(nothing, "NOT_FOUND", reason="nothing_waits")
        assert people.ada.post("/tickets/next")["title"] == "theirs"

    def test_is_the_staffs(self, people: People) -> None:
        assert_refused(people.user.post("/tickets/next"), "FORBIDDEN")


class TestBeingAway:
    def test_is_said_by_oneself_and_told_to_all_staff(self, people: People, acme: Desk, recorded: Recorded) -> None:
        answer = people.agent.put("/users/me/away", {"isAway": True})
        assert answer.status == 200
        assert answer["awaySince"] is not None
        (row,) = recorded()
        assert (row.type, row.audience.floor, row.ticket) == ("user.away_changed", Floor.AGENT, None)
        assert payload(row)["data"]["awaySince"] == answer["awaySince"]
        assert payload(row)["data"]["user"]["id"] == str(acme.agent.id)
        assert people.agent.put("/users/me/away", {"isAway": True})["awaySince"] == answer["awaySince"]
        assert recorded() == []
        assert people.agent.put("/users/me/away", {"isAway": False})["awaySince"] is None

    def test_of_others_is_the_admins_to_say(self, people: People, acme: Desk) -> None:
        assert_refused(people.agent.put(f"/users/{acme.ada.id}/away", {"isAway": True}), "FORBIDDEN")
        assert people.admin.put(f"/users/{acme.ada.id}/away", {"isAway": True})["awaySince"]
        assert_refused(people.user.put("/users/me/away", {"isAway": True}), "FORBIDDEN")

    @pytest.mark.parametrize("body", [{}, {"isAway": "yes"}, {"isAway": None}, {"isAway": True, "until": "later"}])
    def test_refuses_what_is_wrong(self, people: People, body: dict[str, Any]) -> None:
        assert_refused(people.agent.put("/users/me/away", body), "VALIDATION_ERROR")

    def test_the_team_shows_who_has_room(self, people: People, acme: Desk) -> None:
        body = {"name": "Net", "memberIds": [str(acme.agent.id), str(acme.ada.id)], "capacity": 1}
        team = people.admin.post("/teams", body)["id"]
        people.agent.post("/tickets", {"title": "T", "assignedToId": str(acme.agent.id)})
        people.agent.post("/tickets", {"title": "U", "teamId": team})
        people.ada.put("/users/me/away", {"isAway": True})
        load = people.agent.get(f"/teams/{team}/load")
        assert load["waiting"] == 1
        assert [(one["user"]["firstName"], one["load"], one["hasRoom"]) for one in load["data"]] == [
            ("Ada", 0, False),
            ("Agent", 1, False),
        ]
        assert_refused(people.agent.get(f"/teams/{uuid4()}/load"), "NOT_FOUND")

    @pytest.mark.parametrize("fields", [{"capacity": 0}, {"capacity": "1"}, {"capacity": 10_001}, {"assignment": "x"}])
    def test_a_teams_settings_are_checked(self, people: People, fields: dict[str, Any]) -> None:
        assert_refused(people.admin.post("/teams", {"name": "Net"} | fields), "VALIDATION_ERROR")


def test_the_job_shares_out_what_waits_and_rests_then(own_desk: Callable[..., Desk]) -> None:
    desk = own_desk()
    with context.tenant(desk.ref), unit_of_work():
        team = make_team(desk, capacity=1)
        for _ in range(3):
            open_ticket(desk, team)
    assert share_out_tickets(str(desk.ref.id)) == 2
    assert share_out_tickets(str(desk.ref.id)) == 0
    wakeups = "SELECT count(*) FROM public.wakeup WHERE kind = 'assignments' AND tenant_id = %s"
    assert execute(desk.ref, wakeups, desk.ref.id) == [(0,)]
    assert execute(desk.ref, "SELECT count(*) FROM ticket WHERE assigned_to_id IS NULL") == [(1,)]
    assert share_out_tickets(str(uuid4())) == 0


@pytest.mark.slow
@pytest.mark.parametrize("mode", [AssignmentMode.ROUND_ROBIN, AssignmentMode.LEAST_BUSY])
def test_a_thousand_at_once_over_twenty_agents_none_double_and_loads_alike(
    own_desk: Callable[..., Desk], mode: AssignmentMode
) -> None:
    desk = own_desk()
    with context.tenant(desk.ref), unit_of_work():
        agents = Person.objects.bulk_create(
            Person(email=f"a{n}@x.example", first_name=f"A{n}", role=Role.AGENT.value) for n in range(20)
        )
        team = make_team(desk, assignment=mode, member_ids=[one.id for one in agents])
        wanted = {open_ticket(desk, team) for _ in range(1000)}
    failures: list[BaseException] = []

    def work() -> None:
        try:
            while True:
                with context.tenant(desk.ref), unit_of_work():
                    if not share_out() and next_due() is None:
                        return
        except BaseException as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    rows = execute(desk.ref, "SELECT ticket, payload::jsonb #>> '{changes,assignedToId,1}' FROM event"
                             " WHERE type = 'ticket.assigned'")  # fmt: skip
    assert Counter(ticket for ticket, _ in rows) == dict.fromkeys(wanted, 1)
    assert Counter(UUID(person) for _, person in rows) == {one.id: 50 for one in agents}
    assert execute(desk.ref, "SELECT count(*) FROM ticket WHERE assigned_to_id IS NULL") == [(0,)]


@pytest.mark.slow
def test_those_who_ask_for_the_next_at_once_get_different_ones(own_desk: Callable[..., Desk]) -> None:
    desk = own_desk()
    with context.tenant(desk.ref), unit_of_work():
        wanted = {open_ticket(desk, None) for _ in range(60)}
    taken: list[UUID] = []

    def work(person: Person) -> None:
        try:
            while True:
                with context.tenant(desk.ref), unit_of_work():
                    taken.append(take_next(person).id)
        except NothingWaits:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(person,)) for person in (desk.agent, desk.ada, desk.admin) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken))
    assert set(taken) <= wanted
    # What was locked by somebody whose place was taken back is nobody's yet; the next who asks gets it.
    with context.tenant(desk.ref), unit_of_work():
        left = Ticket.objects.filter(assigned_to=None).count()
    assert len(taken) + left == 60
