"""Many writers in one tenant while readers follow: no gaps, the order of seq is that of commit, no deadlock."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from django.db import connection, transaction

from helpdesk.comments.actions import add_comment, delete_comment
from helpdesk.events.queries import get_head, list_rows
from helpdesk.tickets.actions import change_ticket, create_ticket
from helpdesk.vocabulary import TicketStatus
from helpdesk.work import unit_of_work
from tenants import context
from tests.conftest import Desk
from tests.helpdesk.log import execute, last_seq, require_whole, rows_after

WRITERS = 16
READERS = 3


class Fault(Exception):
    """Made on purpose."""


def fail_sometimes(chance: random.Random) -> None:
    """What was done by then must leave no trace."""
    if chance.random() < 0.1:
        raise Fault


@dataclass
class Rush:
    """Writers and readers of one desk, and what they saw."""

    desk: Desk
    tickets: list[UUID]
    each: int
    acknowledged: list[tuple[int, int]] = field(default_factory=list)
    """(the head before a writer began, the head after it had committed)."""
    errors: list[str] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)
    followed: list[list[int]] = field(default_factory=list)

    def write(self, seed: int) -> None:
        chance = random.Random(seed)
        for number in range(self.each):
            before = last_seq(self.desk.ref)
            try:
                with context.tenant(self.desk.ref), unit_of_work():
                    self.one(chance, number)
                    fail_sometimes(chance)
            except Fault:
                continue
            self.acknowledged.append((before, last_seq(self.desk.ref)))

    def one(self, chance: random.Random, number: int) -> None:
        """Tickets are locked in any order by different writers, but one a unit of work."""
        actor = chance.choice([self.desk.agent, self.desk.ada, self.desk.admin])
        ticket = chance.choice(self.tickets)
        match chance.randrange(4):
            case 0:
                create_ticket(self.desk.user, fields={"title": f"Ticket {number}"})
            case 1:
                changes = {"title": f"{chance.random()}", "status": chance.choice(list(TicketStatus))}
                change_ticket(actor, ticket, fields=changes)
            case 2:
                add_comment(actor, ticket, content="A reply", is_internal=chance.random() < 0.5)
            case _:
                comment = add_comment(actor, ticket, content="Taken back", is_internal=False)
                delete_comment(actor, comment.id)

    def follow(self, _: int) -> None:
        """As a reader of the log does: from its own place onward, never back."""
        seen: list[int] = []
        self.followed.append(seen)
        ending = False
        while not ending:
            ending = self.done.is_set()
            with context.tenant(self.desk.ref), transaction.atomic():
                head = get_head().last_seq
                rows = list_rows(after=seen[-1] if seen else 0, limit=100_000)
            if rows and rows[-1].seq < head:
                self.errors.append(f"the head said {head}, the rows ended at {rows[-1].seq}")
            seen.extend(row.seq for row in rows)
            time.sleep(0.002)

    def run(self) -> None:
        readers = [self.thread(self.follow, number) for number in range(READERS)]
        writers = [self.thread(self.write, number) for number in range(WRITERS)]
        for thread in writers:
            thread.join()
        self.done.set()
        for thread in readers:
            thread.join()

    def thread(self, job: Callable[[int], None], number: int) -> threading.Thread:
        def guarded() -> None:
            try:
                job(number)
            except Exception as error:
                self.errors.append(repr(error))
            finally:
                connection.close()

        thread = threading.Thread(target=guarded)
        thread.start()
        return thread


def rush(desk: Desk, *, each: int) -> None:
    """Run it, and hold the log to its promises."""
    with context.tenant(desk.ref), unit_of_work():
        tickets = [create_ticket(desk.user, fields={"title": f"Shared {number}"}).id for number in range(3)]
    found = Rush(desk, tickets, each)
    found.run()
    assert found.errors == []
    last = last_seq(desk.ref)
    whole = list(range(1, last + 1))
    assert [row.seq for row in rows_after(desk.ref, 0)] == whole
    for seen in found.followed:
        assert seen == whole, "a follower passed over a row that was committed later"
    assert len(found.acknowledged) > WRITERS * each // 2
    assert all(before < after for before, after in found.acknowledged)
    assert require_whole(desk.ref) == last
    times = [moment for (moment,) in execute(desk.ref, "SELECT recorded_at FROM event ORDER BY seq")]
    assert times == sorted(times)
    require_rows_and_events_agree(desk)


def require_rows_and_events_agree(desk: Desk) -> None:
    """Every ticket and comment has its event, and every event its row: nothing was written by halves."""
    counts = (
        "SELECT (SELECT count(*) FROM ticket), (SELECT count(*) FROM event WHERE type = 'ticket.created'),"
        " (SELECT count(*) FROM comment), (SELECT count(*) FILTER (WHERE type = 'comment.added')"
        " - count(*) FILTER (WHERE type = 'comment.deleted') FROM event)"
    )
    tickets, created, comments, added = execute(desk.ref, counts)[0]
    assert (tickets, comments) == (created, added)
    versions = (
        "SELECT t.id FROM ticket t WHERE t.version <> 1 + (SELECT"
        " count(DISTINCT e.payload::jsonb #> '{data,ticket,version}') FROM event e"
        " WHERE e.ticket = t.id AND e.type IN ('ticket.updated', 'ticket.status_changed', 'ticket.closed'))"
    )
    assert execute(desk.ref, versions) == []


class TestManyWriters:
    def test_keep_the_log_in_the_order_of_commit(self, own_desk: Callable[..., Desk]) -> None:
        rush(own_desk(), each=10)

    @pytest.mark.slow
    @pytest.mark.timeout(300)
    def test_keep_it_for_long(self, own_desk: Callable[..., Desk]) -> None:
        rush(own_desk(), each=120)


class TestASlowWriter:
    def test_holds_nobody_up_before_it_commits(self, own_desk: Callable[..., Desk]) -> None:
        """The head is locked at the end of the work only: others commit meanwhile, and before it."""
        desk = own_desk()
        with context.tenant(desk.ref), unit_of_work():
            create_ticket(desk.user, fields={"title": "Slow"})
            found: list[int] = []

            def quick() -> None:
                with context.tenant(desk.ref), unit_of_work():
                    create_ticket(desk.agent, fields={"title": "Quick"})
                found.append(last_seq(desk.ref))
                connection.close()

            thread = threading.Thread(target=quick)
            thread.start()
            thread.join(timeout=30)
            assert found == [6], "it waited for the slow one"
        titles = execute(
            desk.ref, "SELECT payload::jsonb #>> '{data,ticket,title}' FROM event WHERE seq > 5 ORDER BY seq"
        )
        assert titles == [("Quick",), ("Slow",)]
        require_whole(desk.ref)
