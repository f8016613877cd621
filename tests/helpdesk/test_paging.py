"""Lists by page and by cursor: for every order and direction the same rows, each once, forward and backward."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from helpdesk import paging
from helpdesk.clock import rfc3339
from helpdesk.tickets.models import NEVER, NOBODY, Ticket
from helpdesk.tickets.queries import ORDERS
from helpdesk.vocabulary import TicketPriority, TicketStatus
from tenants import context
from tests.api import Api
from tests.conftest import Desk
from tests.helpdesk.conftest import People

TICKETS = 57
PAGE_META = {"page", "limit", "total", "totalPages", "hasNextPage", "hasPreviousPage"}
CURSOR_META = {"limit", "nextCursor", "previousCursor", "hasNextPage", "hasPreviousPage"}


@pytest.fixture
def tickets(acme: Desk, people: People) -> list[Ticket]:
    """With ties in every column, unassigned ones, and titles that sort oddly."""
    chance = random.Random(7)
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    titles = ["a", "A", "ä", "Zebra", "zebra", "10", "9", "'", "%", "_", "日本", "a b", "a-b"]
    staff = [acme.agent, acme.ada, acme.admin, None]
    made = [
        Ticket(
            number=100_000 + number,
            title=chance.choice(titles),
            status=chance.choice(list(TicketStatus)).value,
            priority=chance.choice(list(TicketPriority)).rank,
            requester=chance.choice([acme.user, acme.other_user]),
            created_by=acme.user,
            assigned_to=chance.choice(staff),
            created_at=begin + timedelta(days=chance.randrange(5)),
            updated_at=begin + timedelta(milliseconds=chance.randrange(3)),
            **chance.choice([{}, {"sla_policy_id": acme.ref.id, "sla_state": "running", "sla_due_at": begin}]),
        )
        for number in range(TICKETS)
    ]
    with context.tenant(acme.ref):
        Ticket.objects.bulk_create(made)
    return made


def walk(api: Api, query: str, *, limit: int, start: str = "", back: bool = False) -> tuple[list[str], str | None]:
    """The ids page by page, and the first cursor met that goes the other way."""
    ids: list[str] = []
    cursor: str | None = start
    turned: str | None = None
    onward, other = ("previousCursor", "nextCursor") if back else ("nextCursor", "previousCursor")
    more = "hasPreviousPage" if back else "hasNextPage"
    while cursor is not None:
        answer = api.get(f"/tickets?{query}&limit={limit}&cursor={cursor}")
        assert answer.status == 200, answer
        assert set(answer["meta"]) == CURSOR_META
        page = [ticket["id"] for ticket in answer["data"]]
        ids = page + ids if back else ids + page
        turned = answer["meta"][other]
        cursor = answer["meta"][onward]
        assert answer["meta"][more] == (cursor is not None)
    return ids, turned


@pytest.mark.parametrize("direction", ["asc", "desc"])
@pytest.mark.parametrize("sort_by", ORDERS)
class TestEveryOrder:
    def test_pages_hold_all_in_order(
        self, people: People, acme: Desk, tickets: list[Ticket], sort_by: str, direction: str
    ) -> None:
        query = f"sortBy={sort_by}&sortOrder={direction}"
        found: list[str] = []
        for page in range(1, 7):
            answer = people.agent.get(f"/tickets?{query}&limit=10&page={page}")
            meta = answer["meta"]
            assert set(meta) == PAGE_META
            assert (meta["total"], meta["totalPages"]) == (TICKETS, 6)
            assert (meta["hasNextPage"], meta["hasPreviousPage"]) == (page < 6, page > 1)
            found += [ticket["id"] for ticket in answer["data"]]
        assert sorted(found) == sorted(str(ticket.id) for ticket in tickets)
        assert self.in_order(people.agent.get(f"/tickets?{query}&limit=100")["data"], sort_by, direction)
        assert found == [ticket["id"] for ticket in people.agent.get(f"/tickets?{query}&limit=100")["data"]]

    @pytest.mark.parametrize("limit", [1, 10, 100])
    def test_cursors_walk_forward_and_back_through_the_same(
        self, people: People, tickets: list[Ticket], sort_by: str, direction: str, limit: int
    ) -> None:
        query = f"sortBy={sort_by}&sortOrder={direction}" + ("&status=open,pending" if limit == 1 else "")
        wanted = [ticket["id"] for ticket in people.agent.get(f"/tickets?{query}&limit=100")["data"]]
        forward, turned = walk(people.agent, query, limit=limit)
        assert forward == wanted
        last = wanted[(len(wanted) - 1) // limit * limit :]
        if turned is None:
            assert len(wanted) <= limit
            return
        backward, _ = walk(people.agent, query, limit=limit, start=turned, back=True)
        assert backward + last == wanted

    def in_order(self, rows: list[dict[str, Any]], sort_by: str, direction: str) -> bool:
        """By the shown values, where Python compares as the database does."""
        ranks = list(TicketPriority)
        key: Any = {
            "priority": lambda row: (ranks.index(row["priority"]), row["id"]),
            "assignedTo": lambda row: (row["assignedToId"] or str(NOBODY), row["id"]),
            "slaDueAt": lambda row: ((row["sla"] or {}).get("dueAt") or rfc3339(NEVER), row["id"]),
        }.get(sort_by, lambda row: (row[sort_by], row["id"]))
        if sort_by in ("title", "status"):
            return True  # by the database's collation, which the walks compare with itself
        return rows == sorted(rows, key=key, reverse=direction == "desc")


class TestPages:
    def test_default_to_twenty_newest_first(self, people: People, tickets: list[Ticket]) -> None:
        answer = people.agent.get("/tickets")
        assert (len(answer["data"]), answer["meta"]["limit"], answer["meta"]["page"]) == (20, 20, 1)
        shown = [ticket["createdAt"] for ticket in answer["data"]]
        assert shown == sorted(shown, reverse=True)

    def test_beyond_the_last_are_empty(self, people: People, tickets: list[Ticket]) -> None:
        answer = people.agent.get("/tickets?page=99")
        assert (answer["data"], answer["meta"]["hasNextPage"], answer["meta"]["total"]) == ([], False, TICKETS)

    def test_a_total_beyond_the_deepest_row_is_capped(
        self, people: People, tickets: list[Ticket], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(paging, "DEEPEST_ROW", 40)
        meta = people.agent.get("/tickets?limit=20&page=2")["meta"]
        assert (meta["total"], meta["totalPages"], meta["totalIsCapped"], meta["hasNextPage"]) == (40, 2, True, True)
        assert people.agent.get("/tickets?limit=20&page=3").status == 400
        monkeypatch.setattr(paging, "DEEPEST_ROW", TICKETS)
        assert "totalIsCapped" not in people.agent.get("/tickets?limit=20")["meta"]

    def test_of_nothing_have_no_pages(self, people: People) -> None:
        meta = people.user.get("/tickets?q=there-is-no-such")["meta"]
        assert (meta["total"], meta["totalPages"], meta["hasNextPage"], meta["hasPreviousPage"]) == (0, 0, False, False)

    def test_count_only_what_one_sees(self, people: People, acme: Desk, tickets: list[Ticket]) -> None:
        own = [ticket for ticket in tickets if ticket.requester == acme.user]
        assert people.user.get("/tickets")["meta"]["total"] == len(own)


class TestCursors:
    def test_of_rows_that_went_still_hold(self, people: People, acme: Desk, tickets: list[Ticket]) -> None:
        """The row beside which a cursor stands may be deleted: the walk goes on where it stood."""
        answer = people.agent.get("/tickets?limit=10&cursor=&sortBy=number&sortOrder=asc")
        with context.tenant(acme.ref):
            Ticket.objects.filter(number__in=range(100_005, 100_012)).delete()
        onward = people.agent.get(
            f"/tickets?limit=10&sortBy=number&sortOrder=asc&cursor={answer['meta']['nextCursor']}"
        )
        assert onward["data"][0]["number"] == 100_012

    def test_of_nothing_lead_nowhere(self, people: People) -> None:
        meta = people.user.get("/tickets?cursor=&q=there-is-no-such")["meta"]
        assert (meta["nextCursor"], meta["previousCursor"]) == (None, None)
        assert (meta["hasNextPage"], meta["hasPreviousPage"]) == (False, False)

    def test_before_the_first_row_lead_nowhere(self, people: People, tickets: list[Ticket]) -> None:
        first = people.agent.get("/tickets?limit=10&cursor=")
        second = people.agent.get(f"/tickets?limit=10&cursor={first['meta']['nextCursor']}")
        back = people.agent.get(f"/tickets?limit=10&cursor={second['meta']['previousCursor']}")
        assert back["data"] == first["data"]
        assert (back["meta"]["hasPreviousPage"], back["meta"]["hasNextPage"]) == (False, True)
