"""Tickets under policies: deadlines, warnings and breaches, each told once, whatever else happens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
import pytest

from helpdesk.clock import rfc3339
from helpdesk.events.queries import LogRow
from tests.api import Api
from tests.conftest import Desk
from tests.helpdesk.conftest import People
from tests.helpdesk.sla.promises import ALWAYS, at, clock_rows, hm, look, policy, run, settle, sla_of

Recorded = Callable[[], list[LogRow]]


def told(rows: list[LogRow]) -> list[tuple[str, str]]:
    """Type and clock of what was said of promises."""
    found = [(row.type, orjson.loads(row.payload)["data"].get("clock", "")) for row in rows]
    return [one for one in found if one[0].startswith("sla.")]


@pytest.fixture
def people(api: Api, acme: Desk) -> People:
    """Signed in that morning."""
    with at(hm(8)):
        return People(**{word: api.as_(acme, getattr(acme, word)) for word in People.__slots__})


@pytest.fixture
def make(people: People) -> Callable[..., dict[str, Any]]:
    """A policy, from the admin."""

    def made(**more: Any) -> dict[str, Any]:
        answer = people.admin.post("/sla/policies", policy(**more))
        assert answer.status == 201, answer
        body: dict[str, Any] = answer.body
        return body

    return made


def opened(people: People, **more: Any) -> str:
    answer = people.agent.post("/tickets", {"title": "The VPN drops", **more})
    assert answer.status == 201, answer
    return str(answer["id"])


@pytest.fixture
def of_user(people: People, acme: Desk) -> Callable[..., str]:
    """A ticket for the requester."""
    return lambda **more: opened(people, requesterId=str(acme.user.id), **more)


class TestDeadlines:
    def test_a_new_ticket_has_the_one_that_is_due_first(
        self, people: People, acme: Desk, make: Any, of_user: Any, recorded: Recorded
    ) -> None:
        with at(hm(9)):
            made = make()
            ticket = of_user()
            assert sla_of(people.agent, ticket) is None
            settle(acme)
            assert sla_of(people.agent, ticket) == {
                "policyId": made["id"],
                "clock": "first_response",
                "dueAt": rfc3339(hm(10)),
                "state": "running",
                "breached": False,
            }
            assert told(recorded()) == [("sla.changed", "")]

    def test_open_hours_count_and_others_do_not(self, people: People, acme: Desk, make: Any, of_user: Any) -> None:
        with at(hm(16, 30)):
            make()
            ticket = of_user()
            settle(acme)
            assert sla_of(people.agent, ticket)["dueAt"] == rfc3339(hm(9, 30, day=3))  # type: ignore[index]

    def test_an_answer_ends_the_first_and_the_resolution_goes_on(
        self, people: People, acme: Desk, make: Any, of_user: Any
    ) -> None:
        with at(hm(9)):
            make()
            ticket = of_user()
            settle(acme)
        with at(hm(9, 20)):
            people.agent.post(f"/tickets/{ticket}/comments", {"content": "A note.", "isInternal": True})
            settle(acme)
            assert sla_of(people.agent, ticket)["clock"] == "first_response"  # type: ignore[index]
            people.agent.post(f"/tickets/{ticket}/comments", {"content": "Which version?"})
            settle(acme)
            found = sla_of(people.agent, ticket)
            assert found is not None
            assert (found["clock"], found["dueAt"]) == ("resolution", rfc3339(hm(17)))

    def test_stands_still_while_the_requester_is_waited_for(
        self, people: People, acme: Desk, make: Any, of_user: Any
    ) -> None:
        with at(hm(9)):
            make()
            ticket = of_user()
            settle(acme)
        with at(hm(9, 30)):
            people.agent.patch(f"/tickets/{ticket}", {"status": "pending"})
            settle(acme)
            found = sla_of(people.agent, ticket)
            assert found is not None
            assert (found["state"], found["clock"], found["dueAt"]) == ("paused", None, None)
        with at(hm(12)):
            people.agent.patch(f"/tickets/{ticket}", {"status": "open"})
            settle(acme)
            assert sla_of(people.agent, ticket)["dueAt"] == rfc3339(hm(12, 30))  # type: ignore[index]
        with at(hm(12, 10)):
            people.agent.patch(f"/tickets/{ticket}", {"status": "resolved"})
            settle(acme)
            assert sla_of(people.agent, ticket)["state"] == "done"  # type: ignore[index]

    def test_stands_still_while_the_ticket_is_merged(self, people: People, acme: Desk, make: Any, of_user: Any) -> None:
        with at(hm(9)):
            make()
            ticket, other = of_user(), of_user()
            settle(acme)
        with at(hm(9, 30)):
            assert people.agent.post(f"/tickets/{ticket}/merge", {"intoId": other}).status == 200
            settle(acme)
            assert sla_of(people.agent, ticket)["state"] == "done"  # type: ignore[index]
        with at(hm(12)):
            assert people.agent.post(f"/tickets/{ticket}/unmerge").status == 200
            settle(acme)
            found = sla_of(people.agent, ticket)
            assert found is not None
            assert (found["state"], found["dueAt"]) == ("running", rfc3339(hm(11, 30, day=3)))

    def test_what_the_requester_of_a_merged_ticket_says_is_no_answer(
        self, people: People, acme: Desk, make: Any, of_user: Any
    ) -> None:
        with at(hm(9)):
            make()
            uma, ticket = of_user(), opened(people)
            settle(acme)
            merge = {"intoId": ticket, "isConfirmed": True}
            assert people.agent.post(f"/tickets/{uma}/merge", merge).status == 200
        with at(hm(9, 20)):
            assert people.user.post(f"/tickets/{uma}/comments", {"content": "Is anybody there?"}).status == 201
            settle(acme)
            clocks = people.agent.get(f"/tickets/{ticket}/sla")["clocks"]
        assert [one["endedAt"] for one in clocks if one["clock"] == "first_response"] == [None]

    def test_a_requesters_question_starts_the_next_response(
        self, people: People, acme: Desk, make: Any, of_user: Any
    ) -> None:
        with at(hm(9)):
            make(targets={"nextResponse": 30})
            ticket = of_user()
            settle(acme)
            assert sla_of(people.agent, ticket)["state"] == "done"  # type: ignore[index]
            people.agent.post(f"/tickets/{ticket}/comments", {"content": "Which version?"})
        with at(hm(10)):
            people.user.post(f"/tickets/{ticket}/comments", {"content": "Seven."})
            settle(acme)
            found = sla_of(people.agent, ticket)
            assert found is not None
            assert (found["clock"], found["dueAt"]) == ("next_response", rfc3339(hm(10, 30)))

    def test_a_requester_sees_none_of_it(
        self, people: People, acme: Desk, make: Any, of_user: Any, recorded: Recorded
    ) -> None:
        with at(hm(9)):
            make()
            ticket = of_user()
            settle(acme)
        with at(hm(10)):
            look(acme)
            assert "sla" not in people.user.get(f"/tickets/{ticket}").body
            shown = people.user.get(f"/tickets/{ticket}/timeline")["data"]
            assert [one["type"] for one in shown] == ["ticket.created"]
            assert all("sla" not in one["data"].get("ticket", {}) for one in shown)
            assert people.user.get(f"/tickets/{ticket}/sla").status == 403
            for query in ("sla=breached", "slaDueTo=2030-01-01T00:00:00Z", "sortBy=slaDueAt"):
                assert people.user.get(f"/tickets?{query}").status == 403, query
            assert people.user.get("/tickets?q=sla:breached").status == 400
            assert {row.audience.people for row in recorded() if row.type.startswith("sla.")} == {()}


class TestWarningsAndBreaches:
    def test_each_is_told_once_at_its_moment(
        self, people: People, acme: Desk, make: Any, of_user: Any, recorded: Recorded
    ) -> None:
        with at(hm(9)):
            make(warning=15)
            ticket = of_user()
            settle(acme)
            recorded()
        with at(hm(9, 44, 59)):
            assert look(acme) == 0
        with at(hm(9, 45)):
            assert look(acme) == 1
            assert told(recorded()) == [("sla.warned", "first_response")]
            assert sla_of(people.agent, ticket)["state"] == "warned"  # type: ignore[index]
            settle(acme)
        with at(hm(10)):
            assert look(acme) == 1
            assert told(recorded()) == [("sla.breached", "first_response")]
            found = sla_of(people.agent, ticket)
            assert found is not None
            assert (found["state"], found["breached"], found["dueAt"]) == ("breached", True, rfc3339(hm(10)))
            settle(acme)
            assert look(acme) == 0
        with at(hm(11)):
            people.agent.patch(f"/tickets/{ticket}", {"title": "Another"})
            settle(acme)
            assert told(recorded()) == []

    def test_an_answer_that_no_reader_has_come_to_is_no_breach(
        self, people: People, acme: Desk, make: Any, of_user: Any, recorded: Recorded
    ) -> None:
        with at(hm(9)):
            make(targets={"firstResponse": 60})
            ticket = of_user()
            settle(acme)
            recorded()
        with at(hm(9, 59, 59)):
            people.agent.post(f"/tickets/{ticket}/comments", {"content": "Just in time."})
        with at(hm(10, 0, 1)):
            assert look(acme) == 1
            assert told(recorded()) == [("sla.changed", "")]
            assert sla_of(people.agent, ticket)["state"] == "done"  # type: ignore[index]

    def test_a_late_answer_before_anybody_looked_is_a_breach(
        self, people: People, acme: Desk, make: Any, of_user: Any, recorded: Recorded
    ) -> None:
        with at(hm(9)):
            make(targets={"firstResponse": 60})
            ticket = of_user()
            settle(acme)
            recorded()
        with at(hm(10, 0, 1)):
            people.agent.post(f"/tickets/{ticket}/comments", {"content": "A second too late."})
            settle(acme)
            assert told(recorded()) == [("sla.breached", "first_response")]

    def test_what_was_told_survives_the_loss_of_all_rows(
        self, people: People, acme: Desk, make: Any, of_user: Any, recorded: Recorded
    ) -> None:
        """Deadlines follow from log and version alone, and so does what was told."""
        with at(hm(9)):
            make(warning=15, targets={"firstResponse": 60, "nextResponse": 60, "resolution": 960})
            tickets = [of_user() for _ in range(3)]
            settle(acme)
        with at(hm(10, 30)):
            look(acme)
            people.agent.post(f"/tickets/{tickets[0]}/comments", {"content": "Late."})
            people.agent.patch(f"/tickets/{tickets[1]}", {"status": "pending"})
            settle(acme)
        with at(hm(11)):
            people.user.post(f"/tickets/{tickets[0]}/comments", {"content": "And now?"})
            people.agent.patch(f"/tickets/{tickets[2]}", {"status": "resolved"})
            settle(acme)
            before = clock_rows(acme)
            assert len(before) == 7
            assert sum(row["breached_at"] is not None for row in before) == 3
            recorded()
            run(acme, "DELETE FROM sla_clock")
            run(acme, "UPDATE ticket SET sla_policy_id = NULL, sla_state = '', sla_clock = '', sla_due_at = NULL")
            run(acme, "UPDATE sla_ticket SET check_at = '2026-01-01'")
            settle(acme)
            assert clock_rows(acme) == before
            assert [type_ for type_, _ in told(recorded()) if type_ != "sla.changed"] == []

    def test_a_worker_that_is_killed_tells_it_later_and_once(
        self, people: People, acme: Desk, make: Any, of_user: Any, recorded: Recorded, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with at(hm(9)):
            make(escalations=[{"on": "breach", "priority": "urgent"}])
            ticket = of_user()
            settle(acme)
            recorded()
        with at(hm(10)):

            def dies(*_: Any, **__: Any) -> None:
                raise KeyboardInterrupt

            with monkeypatch.context() as patched:
                patched.setattr("helpdesk.sla.actions.review.escalate", dies)
                with pytest.raises(KeyboardInterrupt):
                    look(acme)
            assert told(recorded()) == []
            assert look(acme) == 1
            assert told(recorded()) == [("sla.breached", "first_response")]
            assert people.agent.get(f"/tickets/{ticket}")["priority"] == "urgent"

    def test_one_that_cannot_be_looked_at_stops_nobody(
        self, people: People, acme: Desk, make: Any, of_user: Any, recorded: Recorded
    ) -> None:
        with at(hm(9)):
            make(targets={"firstResponse": 60})
            bad, good = of_user(), of_user()
            settle(acme)
            recorded()
            run(acme, "UPDATE ticket SET status = 'unheard of' WHERE id = %s", bad)
        with at(hm(10)):
            assert look(acme) == 2
            assert [str(row.ticket) for row in recorded()] == [good]
        with at(hm(10) + timedelta(seconds=61)):
            run(acme, "UPDATE ticket SET status = 'open' WHERE id = %s", bad)
            look(acme)
            assert told(recorded()) == [("sla.breached", "first_response")]


class TestEscalations:
    def test_people_are_told_and_the_ticket_is_given_on(
        self, people: People, acme: Desk, make: Any, of_user: Any, recorded: Recorded
    ) -> None:
        with at(hm(9)):
            make(
                warning=15,
                escalations=[
                    {"on": "warning", "clocks": ["first_response"], "notifyAssignee": True},
                    {"on": "breach", "notifyIds": [str(acme.admin.id)], "assignToId": str(acme.ada.id)},
                    {"on": "breach", "clocks": ["resolution"], "priority": "urgent"},
                ],
            )
            ticket = of_user(assignedToId=str(acme.agent.id))
            settle(acme)
        with at(hm(9, 45)):
            settle(acme)
            [first, *_] = people.agent.get("/notifications")["data"]
            assert (first["type"], first["data"]["ticketId"]) == ("sla_warned", ticket)
            assert "first response" in first["title"]
        with at(hm(10)):
            settle(acme)
            assert people.admin.get("/notifications")["data"][0]["type"] == "sla_breached"
            seen = people.agent.get(f"/tickets/{ticket}")
            assert seen["assignedToId"] == str(acme.ada.id)
            assert seen["priority"] == "medium"
            by = {row.type: row.actor for row in recorded() if row.type in ("ticket.assigned", "sla.breached")}
            assert by == {"ticket.assigned": None, "sla.breached": None}

    def test_somebody_who_is_gone_is_passed_over(
        self, people: People, acme: Desk, make: Any, of_user: Any, recorded: Recorded
    ) -> None:
        with at(hm(9)):
            make(escalations=[{"on": "breach", "assignToId": str(acme.ada.id), "notifyIds": [str(acme.ada.id)]}])
            ticket = of_user()
            settle(acme)
            assert people.admin.patch(f"/users/{acme.ada.id}", {"isActive": False}).status == 200
            recorded()
        with at(hm(10)):
            settle(acme)
            assert ("sla.breached", "first_response") in told(recorded())
            assert people.agent.get(f"/tickets/{ticket}")["assignedToId"] is None


class TestWhichPolicy:
    @pytest.mark.parametrize(
        ("conditions", "fields"),
        [
            ({"priorities": ["URGENT", "high"]}, {"priority": "high"}),
            ({"tags": ["vip", "vpn"]}, {"tags": ["vpn"]}),
            ({"domains": ["ACME.example"]}, {}),
            ({"customFields": {"plan": "gold", "seats": 5}}, {"customFields": {"plan": "gold", "seats": 5}}),
        ],
    )
    def test_the_first_that_holds(
        self, people: People, acme: Desk, make: Any, of_user: Any, conditions: Any, fields: Any
    ) -> None:
        with at(hm(9)):
            special = make(name="Special", conditions=conditions)
            everybody = make(name="Everybody else")
            ticket, other = of_user(**fields), people.agent.post("/tickets", {"title": "Another"})["id"]
            if conditions.get("domains"):
                run(acme, "UPDATE person SET email = 'agent@elsewhere.example' WHERE id = %s", acme.agent.id)
            settle(acme)
            assert sla_of(people.agent, ticket)["policyId"] == special["id"]  # type: ignore[index]
            assert sla_of(people.ada, other)["policyId"] == everybody["id"]  # type: ignore[index]

    def test_by_team_and_in_the_admins_order(self, people: People, acme: Desk, make: Any, of_user: Any) -> None:
        with at(hm(9)):
            team = people.admin.post("/teams", {"name": "Network"})["id"]
            everybody = make(name="Everybody")
            network = make(name="Network", conditions={"teamIds": [team]})
            first = of_user(teamId=team)
            settle(acme)
            assert sla_of(people.agent, first)["policyId"] == everybody["id"]  # type: ignore[index]
            ids = [network["id"], everybody["id"]]
            assert [one["id"] for one in people.admin.put("/sla/policies/order", {"policyIds": ids})["data"]] == ids
            second = of_user(teamId=team)
            settle(acme)
            assert sla_of(people.agent, second)["policyId"] == network["id"]  # type: ignore[index]
            assert sla_of(people.agent, first)["policyId"] == everybody["id"]  # type: ignore[index]

    def test_a_changed_policy_moves_no_deadline_until_a_named_field_changes(
        self, people: People, acme: Desk, make: Any, of_user: Any
    ) -> None:
        with at(hm(9)):
            made = make(conditions={"priorities": ["medium", "high"]})
            ticket = of_user()
            settle(acme)
            changed = people.admin.patch(f"/sla/policies/{made['id']}", {"targets": {"firstResponse": 120}})
            assert changed["version"] == 2
            people.agent.patch(f"/tickets/{ticket}", {"tags": ["x"], "title": "Another"})
            settle(acme)
            assert sla_of(people.agent, ticket)["dueAt"] == rfc3339(hm(10))  # type: ignore[index]
            assert people.agent.get(f"/tickets/{ticket}/sla")["policy"]["isCurrent"] is False
            people.agent.patch(f"/tickets/{ticket}", {"priority": "high"})
            settle(acme)
            assert sla_of(people.agent, ticket)["dueAt"] == rfc3339(hm(11))  # type: ignore[index]
            people.agent.patch(f"/tickets/{ticket}", {"priority": "low"})
            settle(acme)
            assert sla_of(people.agent, ticket) is None
            assert clock_rows(acme) == []

    def test_a_deleted_and_an_inactive_one_keep_what_is_under_them(
        self, people: People, acme: Desk, make: Any, of_user: Any
    ) -> None:
        with at(hm(9)):
            made = make()
            ticket = of_user()
            settle(acme)
            assert people.admin.delete(f"/sla/policies/{made['id']}").status == 204
            other = of_user()
            settle(acme)
            assert sla_of(people.agent, ticket)["dueAt"] == rfc3339(hm(10))  # type: ignore[index]
            assert sla_of(people.agent, other) is None
            assert people.agent.get(f"/tickets/{ticket}/sla")["policy"]["name"] == "Everybody"
            assert people.admin.get("/sla/policies")["data"] == []

    def test_older_tickets_come_under_it_when_it_is_applied(
        self, people: People, acme: Desk, make: Any, of_user: Any, recorded: Recorded
    ) -> None:
        with at(hm(9)):
            ticket, done = of_user(), of_user(status="resolved")
            settle(acme)
            make()
            people.agent.post(f"/tickets/{ticket}/comments", {"content": "A note.", "isInternal": True})
            settle(acme)
            assert sla_of(people.agent, ticket) is None
        with at(hm(12)):
            recorded()
            answer = people.admin.post("/sla/apply")
            assert (answer.status, answer.body) == (202, {"count": 1, "isCapped": False})
            settle(acme)
            assert sla_of(people.agent, ticket)["state"] == "breached"  # type: ignore[index]
            assert sla_of(people.agent, done) is None
            assert told(recorded()) == [("sla.breached", "first_response")]

    def test_what_ended_before_is_not_told_afterwards(
        self, people: People, acme: Desk, make: Any, of_user: Any, recorded: Recorded
    ) -> None:
        with at(hm(9)):
            ticket = of_user()
        with at(hm(12)):
            people.agent.post(f"/tickets/{ticket}/comments", {"content": "Late, had anybody promised anything."})
            settle(acme)
            make()
            people.admin.post("/sla/apply")
            recorded()
            settle(acme)
            assert told(recorded()) == [("sla.changed", "")]
            assert sla_of(people.agent, ticket)["clock"] == "resolution"  # type: ignore[index]


class TestTheLogsBeginning:
    def test_may_be_gone(self, people: People, acme: Desk, make: Any, of_user: Any, recorded: Recorded) -> None:
        """What is left, and the ticket's own row, say enough."""
        with at(hm(9)):
            make()
            ticket = of_user()
            settle(acme)
        with at(hm(9, 30)):
            people.agent.post(f"/tickets/{ticket}/comments", {"content": "Hello."})
            settle(acme)
            recorded()
            run(acme, "SET LOCAL hub.retention = 'on'; DELETE FROM event; UPDATE event_head SET anchor_seq = last_seq")
            run(acme, "UPDATE sla_ticket SET check_at = '2026-01-01'")
            look(acme)
            assert sla_of(people.agent, ticket)["dueAt"] == rfc3339(hm(17))  # type: ignore[index]
            assert sla_of(people.agent, ticket)["clock"] == "resolution"  # type: ignore[index]


class TestListsAndFilters:
    def test_pick_and_sort(self, people: People, acme: Desk, make: Any, of_user: Any) -> None:
        with at(hm(9)):
            none = of_user(priority="low")
            make(conditions={"priorities": ["high"]}, targets={"firstResponse": 60}, hours=ALWAYS)
            make(name="B", targets={"firstResponse": 120}, hours=ALWAYS, conditions={"priorities": ["medium"]})
            late, later = of_user(priority="high"), of_user()
            settle(acme)
        with at(hm(10)):
            settle(acme)

            def ids(query: str) -> list[str]:
                answer = people.agent.get(f"/tickets?{query}")
                assert answer.status == 200, answer
                return [one["id"] for one in answer["data"]]

            assert ids("sortBy=slaDueAt&sortOrder=asc") == [late, later, none]
            assert ids("sortBy=slaDueAt&sortOrder=asc&cursor=&limit=1") == [late]
            assert ids("sla=breached") == ids("q=sla:breached") == [late]
            assert sorted(ids("sla=due")) == sorted(ids("q=-sla:none")) == sorted([late, later])
            assert ids("sla=none") == [none]
            assert ids(f"slaDueTo={rfc3339(hm(10, 30))}") == ids("q=due:%3C1h") == [late]
            assert ids(f"slaDueFrom={rfc3339(hm(10, 30))}") == ids("q=due:%3E=1h") == [later]
            assert people.agent.get("/tickets?q=sla:soon").status == 400
