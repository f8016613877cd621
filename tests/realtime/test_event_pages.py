"""`GET /events`: the log, a page at a time, for who asks now and then; as they may see it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from helpdesk.api_keys.actions import create_key
from helpdesk.people.models import Person
from helpdesk.work import unit_of_work
from tenants import context
from tests.api import Answer, Api
from tests.conftest import Desk

SOME_EPOCH = "11111111-1111-4111-8111-111111111111"


def place(answer: Answer) -> str:
    return f"{answer['epoch']}.{answer['seq']}"


def types(answer: Answer) -> list[str]:
    return [frame["event"]["type"] for frame in answer["events"]]


@pytest.fixture
def agent(api: Api, acme: Desk) -> Api:
    return api.as_(acme, acme.agent)


@pytest.fixture
def user(api: Api, acme: Desk) -> Api:
    return api.as_(acme, acme.user)


@pytest.fixture
def start(agent: Api) -> str:
    """The present place."""
    return place(agent.get("/events"))


def open_ticket(somebody: Api, title: str = "Printer on fire") -> str:
    return str(somebody.post("/tickets", {"title": title})["id"])


def comment(somebody: Api, ticket: str, content: str, **more: Any) -> None:
    assert somebody.post(f"/tickets/{ticket}/comments", {"content": content, **more}).status == 201


class TestReading:
    def test_without_a_place_one_learns_the_present_one(self, agent: Api, user: Api) -> None:
        open_ticket(user)
        answer = agent.get("/events")
        assert (answer.status, answer["events"], answer["hasMore"]) == (200, [], False)
        open_ticket(user, "Another")
        told = agent.get(f"/events?since={place(answer)}")["events"]
        assert [frame["event"]["data"]["ticket"]["title"] for frame in told] == ["Another"]

    def test_tells_everything_once_in_order_page_by_page(self, agent: Api, user: Api, start: str) -> None:
        ticket = open_ticket(user)
        for number in range(5):
            comment(user, ticket, f"reply {number}")
        frames: list[dict[str, Any]] = []
        since, pages, more = start, 0, True
        while more:
            answer = agent.get(f"/events?since={since}&limit=2")
            frames, since, pages, more = frames + answer["events"], place(answer), pages + 1, answer["hasMore"]
        assert [frame["event"]["type"] for frame in frames] == ["ticket.created"] + ["comment.added"] * 5
        seqs = [frame["seq"] for frame in frames]
        assert seqs == sorted(set(seqs))
        assert [frame["prev"] for frame in frames[1:2]] == [frames[0]["seq"]]
        assert pages >= 3
        assert agent.get(f"/events?since={since}")["events"] == []

    def test_one_ticket(self, agent: Api, user: Api, start: str) -> None:
        ticket, _ = open_ticket(user), open_ticket(user, "Another")
        told = agent.get(f"/events?stream=ticket:{ticket}&since={start}")["events"]
        assert [frame["event"]["data"]["ticket"]["id"] for frame in told] == [ticket]
        assert told[0]["stream"] == f"ticket:{ticket}"

    def test_a_place_of_another_log_is_a_reset(self, agent: Api, start: str) -> None:
        epoch, _, seq = start.rpartition(".")
        for lost in (f"{uuid4()}.{seq}", f"{epoch}.{int(seq) + 1}"):
            answer = agent.get(f"/events?since={lost}")
            assert [frame["type"] for frame in answer["events"]] == ["reset"]
            assert place(answer) == start


class TestWhoSeesWhat:
    def test_a_requester_sees_no_note_and_nobody_elses_tickets(
        self, api: Api, acme: Desk, agent: Api, user: Api, start: str
    ) -> None:
        ticket = open_ticket(user)
        open_ticket(api.as_(acme, acme.other_user), "Not yours")
        comment(agent, ticket, "secret note", isInternal=True)
        comment(agent, ticket, "public reply")
        answer = user.get(f"/events?since={start}")
        assert types(answer) == ["ticket.created", "comment.added"]
        assert "secret note" not in str(answer.body)
        assert "Not yours" not in str(answer.body)
        assert "secret note" in str(agent.get(f"/events?since={start}").body)

    def test_a_ticket_of_somebody_else_is_absent(self, api: Api, acme: Desk, user: Api) -> None:
        ticket = open_ticket(user)
        for who in (acme.other_user, None):
            caller = api.as_(acme, who) if who else api
            assert caller.get(f"/events?stream=ticket:{ticket}").status == (404 if who else 401)

    def test_another_tenants_ticket_is_absent(self, api: Api, globex: Desk, user: Api, start: str) -> None:
        ticket = open_ticket(user)
        other = api.as_(globex, globex.admin)
        assert other.get(f"/events?stream=ticket:{ticket}").status == 404
        assert [frame["type"] for frame in other.get(f"/events?since={start}")["events"]] == ["reset"]

    def test_a_key_needs_the_scopes(self, api: Api, acme: Desk, start: str) -> None:
        def key(*scopes: str) -> Api:
            with context.tenant(acme.ref), unit_of_work():
                return api.as_token(create_key(acme.agent, name="Poller", scopes=scopes)[1])

        reader = key("tickets:read:any")
        assert reader.get(f"/events?since={start}").status == 200
        assert reader.get("/events?stream=me").status == 403
        assert key("tickets:read:any", "notifications:read:any").get("/events?stream=me").status == 200
        assert key("webhooks:read:any").get("/events").status == 403


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("stream=everything", "stream"),
        ("stream=ticket:7", "stream"),
        ("since=7", "since"),
        (f"since={SOME_EPOCH}", "since"),
        (f"since={SOME_EPOCH}.-1", "since"),
        (f"since={SOME_EPOCH}.9999999999999999999", "since"),
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("until=now", "until"),
    ],
)
def test_a_bad_question_is_told_where(agent: Api, query: str, field: str) -> None:
    answer = agent.get(f"/events?{query}")
    assert (answer.status, answer["details"][0]["field"]) == (400, field)


def test_everybody_may_ask_for_their_own(api: Api, acme: Desk) -> None:
    people: list[Person] = acme.everybody()
    assert [api.as_(acme, person).get("/events?stream=me").status for person in people] == [200] * len(people)
