"""Many writers of many tickets: nobody waits in a circle, and the log tells the order in which it happened."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import connection

from helpdesk.bulk.actions import change_tickets, delete_team_with
from helpdesk.bulk.schemas import BulkChange
from helpdesk.clock import now
from helpdesk.comments.actions import add_comment
from helpdesk.errors import Conflict, NotFound, ValidationFailed
from helpdesk.events.queries import LogRow
from helpdesk.teams.actions import create_team
from helpdesk.tickets.actions import change_ticket, create_ticket
from helpdesk.vocabulary import TicketPriority, TicketStatus
from helpdesk.work import unit_of_work
from tenants import context
from tests.conftest import Desk
from tests.helpdesk.log import execute, payload, require_whole, rows_after


class TestWritersThatCross:
    """Bulk changes in opposite orders, single writers, comments and teams that go, all on the same tickets."""

    def test_never_wait_in_a_circle(self, own_desk: Callable[..., Desk]) -> None:
        crossing = Crossing(own_desk())
        threads = [threading.Thread(target=crossing.run, args=(number,)) for number in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert crossing.errors == []
        last = require_whole(crossing.desk.ref)
        rows = rows_after(crossing.desk.ref, 0)
        assert [row.seq for row in rows] == list(range(1, last + 1))
        require_versions_in_order(crossing.desk, rows, crossing.ids)


class Crossing:
    """Writers on the same few tickets and teams; `errors` is what no rule of ours refused."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.errors = desk, list[str]()
        with context.tenant(desk.ref), unit_of_work():
            self.ids = [create_ticket(desk.user, fields={"title": f"T {number}"}).id for number in range(40)]
            self.teams = [create_team(desk.admin, fields={"name": f"Team {number}"}).id for number in range(8)]

    def run(self, number: int) -> None:
        chance = random.Random(number)
        job = (self.bulk, self.bulk, self.single, self.single, self.end_a_team)[number % 5]
        for _ in range(2 if job == self.end_a_team else 8):
            try:
                with context.tenant(self.desk.ref), unit_of_work():
                    job(chance)
            except (ValidationFailed, Conflict, NotFound):
                continue  # a team that has gone, or has got tickets again
            except Exception as error:
                self.errors.append(repr(error))
        connection.close()

    def bulk(self, chance: random.Random) -> None:
        wanted: dict[str, Any] = {
            "priority": chance.choice(list(TicketPriority)),
            "status": chance.choice(list(TicketStatus)),
        }
        if chance.random() < 0.5:
            wanted["teamId"] = str(chance.choice(self.teams))
        by_id = {"ids": chance.sample(self.ids, 30)}
        picked = by_id if chance.random() < 0.7 else {"filter": {"status": ["open"]}}
        change_tickets(self.desk.agent, BulkChange.model_validate(picked | {"set": wanted}))

    def single(self, chance: random.Random) -> None:
        if chance.random() < 0.3:
            add_comment(self.desk.ada, chance.choice(self.ids), content="Meanwhile", is_internal=False)
        else:
            fields = {"title": f"{chance.random()}", "team_id": chance.choice([*self.teams, None])}
            change_ticket(self.desk.ada, chance.choice(self.ids), fields=fields)

    def end_a_team(self, chance: random.Random) -> None:
        gone, to = chance.sample(self.teams, 2)
        delete_team_with(self.desk.admin, gone, move_to=to)


def require_versions_in_order(desk: Desk, rows: list[LogRow], ids: list[UUID]) -> None:
    """The order of the log is the order of commit: each ticket's versions only grow in it, up to the row's own."""
    for id_ in ids:
        versions = [payload(row)["data"]["ticket"]["version"] for row in rows if row.ticket == id_]
        assert versions == sorted(versions)
        assert [(versions[-1],)] == execute(desk.ref, "SELECT version FROM ticket WHERE id = %s", id_)
    assert now() >= rows[-1].recorded_at
