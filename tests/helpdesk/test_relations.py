"""How tickets are related: what staff say, what both tickets tell, and what is refused."""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection

from helpdesk.errors import HelpdeskError
from helpdesk.events.queries import LogRow
from helpdesk.relations.actions import relate
from helpdesk.relations.queries import list_above
from helpdesk.tickets.actions import create_ticket
from helpdesk.vocabulary import Floor, RelationKind, RelationWord
from helpdesk.work import unit_of_work
from tenants import context
from tests.api import Answer
from tests.conftest import Desk
from tests.contracts.errors import assert_refused
from tests.helpdesk.conftest import People
from tests.helpdesk.log import payload

Recorded = Callable[[], list[LogRow]]


@pytest.fixture
def ids(people: People, recorded: Recorded) -> list[str]:
    """Seven tickets."""
    found = [str(people.user.post("/tickets", {"title": f"T{n}"})["id"]) for n in range(7)]
    recorded()
    return found


def related(people: People, one: str, relation: str, other: str) -> Answer:
    return people.agent.post(f"/tickets/{one}/relations", {"relation": relation, "otherId": other})


def shown(people: People, ticket: str) -> list[tuple[str, str]]:
    rows = people.agent.get(f"/tickets/{ticket}/relations")["data"]
    return [(row["relation"], row["ticket"]["id"]) for row in rows]


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        ("link", "link"),
        ("duplicate_of", "duplicated_by"),
        ("duplicated_by", "duplicate_of"),
        ("parent", "child"),
        ("child", "parent"),
    ],
)
def test_both_show_it_and_both_tell_of_it(
    people: People, ids: list[str], recorded: Recorded, said: str, seen: str
) -> None:
    one, other, *_ = ids
    answer = related(people, one, said, other)
    assert (answer.status, answer["relation"], answer["ticket"]["title"]) == (201, said, "T1")
    assert shown(people, one) == [(said, other)]
    assert shown(people, other) == [(seen, one)]
    rows = recorded()
    told = {str(row.ticket): payload(row)["data"] for row in rows}
    assert {id_: (data["relation"], data["otherTicket"]["id"]) for id_, data in told.items()} == {
        one: (said, other),
        other: (seen, one),
    }
    assert {(row.type, row.audience.floor, row.audience.people) for row in rows} == {("ticket.linked", Floor.AGENT, ())}
    assert related(people, other, seen, one)["id"] == answer["id"]
    assert recorded() == []
    assert people.agent.delete(f"/tickets/{other}/relations/{answer['id']}").status == 204
    assert shown(people, one) == shown(people, other) == []
    assert [row.type for row in recorded()] == ["ticket.unlinked"] * 2


def test_a_requester_learns_nothing_of_it(people: People, ids: list[str]) -> None:
    related(people, ids[0], "link", ids[1])
    assert_refused(people.user.get(f"/tickets/{ids[0]}/relations"), "FORBIDDEN")
    body = {"relation": "link", "otherId": ids[2]}
    assert_refused(people.user.post(f"/tickets/{ids[0]}/relations", body), "FORBIDDEN")
    types = {item["type"] for item in people.user.get(f"/tickets/{ids[0]}/timeline")["data"]}
    assert types == {"ticket.created"}


def test_there_is_one_parent_and_one_original_no_circle_and_five_deep(people: People, ids: list[str]) -> None:
    for child, parent in pairwise(ids[:5]):
        assert related(people, child, "parent", parent).status == 201
    assert_refused(related(people, ids[0], "parent", ids[6]), "CONFLICT", reason="has_parent")
    assert_refused(related(people, ids[4], "parent", ids[0]), "CONFLICT", reason="circle")
    assert_refused(related(people, ids[4], "parent", ids[5]), "CONFLICT", reason="too_deep")
    assert_refused(related(people, ids[5], "parent", ids[0]), "CONFLICT", reason="too_deep")
    assert related(people, ids[5], "duplicate_of", ids[6]).status == 201
    assert_refused(related(people, ids[6], "duplicate_of", ids[5]), "CONFLICT", reason="circle")
    assert_refused(related(people, ids[5], "duplicate_of", ids[0]), "CONFLICT", reason="has_original")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"relation": "link"},
        {"relation": "cousin", "otherId": str(uuid4())},
        {"relation": "link", "otherId": "7"},
    ],
)
def test_refuses_what_is_wrong(people: People, ids: list[str], recorded: Recorded, body: dict[str, Any]) -> None:
    assert_refused(people.agent.post(f"/tickets/{ids[0]}/relations", body), "VALIDATION_ERROR")
    assert_refused(related(people, ids[0], "link", ids[0]), "VALIDATION_ERROR", reason="same_ticket")
    assert_refused(related(people, ids[0], "link", str(uuid4())), "VALIDATION_ERROR", reason="unknown_ticket")
    assert_refused(related(people, str(uuid4()), "link", ids[0]), "NOT_FOUND")
    assert_refused(people.agent.delete(f"/tickets/{ids[0]}/relations/{uuid4()}"), "NOT_FOUND")
    assert recorded() == []


def test_goes_with_its_ticket(people: People, ids: list[str]) -> None:
    related(people, ids[0], "parent", ids[1])
    assert people.admin.delete(f"/tickets/{ids[1]}").status == 204
    assert shown(people, ids[0]) == []


@pytest.mark.slow
def test_lines_that_grow_at_once_never_close_to_a_circle(own_desk: Callable[..., Desk]) -> None:
    desk = own_desk()
    with context.tenant(desk.ref), unit_of_work():
        tickets = [create_ticket(desk.user, fields={"title": f"T{n}"}).id for n in range(4)]
        relate(desk.agent, tickets[0], relation=RelationWord.PARENT, other_id=tickets[1])
        relate(desk.agent, tickets[2], relation=RelationWord.PARENT, other_id=tickets[3])
    refused: list[str] = []
    ready = threading.Barrier(2)

    def close(child: UUID, parent: UUID) -> None:
        try:
            ready.wait()
            with context.tenant(desk.ref), unit_of_work():
                relate(desk.ada, child, relation=RelationWord.PARENT, other_id=parent)
        except HelpdeskError as error:
            refused.append(error.details[0].code)
        finally:
            connection.close()

    pairs = [(tickets[1], tickets[2]), (tickets[3], tickets[0])]
    threads = [threading.Thread(target=close, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["circle"]
    with context.tenant(desk.ref), unit_of_work():
        assert all(len(list_above(RelationKind.PARENT, one)) <= 4 for one in tickets)
