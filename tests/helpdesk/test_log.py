"""The log: append-only, chained, written with what it tells of or not at all, and read by whom it is for."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from helpdesk.clock import now
from helpdesk.events import bell, catalogue
from helpdesk.events.log import REDACTED, record
from helpdesk.events.queries import LogRow, list_rows, list_rows_visible_to
from helpdesk.events.rules import Viewer
from helpdesk.events.verify import verify_log
from helpdesk.tickets.actions import change_ticket, create_ticket
from helpdesk.tickets.models import Ticket
from helpdesk.vocabulary import Floor, Role
from helpdesk.work import NoUnitOfWork, current_work, unit_of_work
from tests.conftest import Desk
from tests.helpdesk.conftest import People
from tests.helpdesk.log import execute, last_seq, require_whole, rows_after


@pytest.fixture
def written(desk: Desk) -> int:
    """Some events; the seq of one in the middle."""
    with unit_of_work():
        ticket = create_ticket(desk.user, fields={"title": "One"})
    for title in ("Two", "Three", "Four"):
        with unit_of_work():
            change_ticket(desk.agent, ticket.id, fields={"title": title})
    return last_seq(desk.ref) - 2


def tampered(desk: Desk, sql: str, *given: Any) -> list[tuple[int, str]]:
    """What `verify_log` finds after somebody with the keys to the database changed it."""
    execute(desk.ref, "ALTER TABLE event DISABLE TRIGGER ALL")
    execute(desk.ref, sql, *given)
    return [(fault.seq, fault.what) for fault in verify_log()[1]]


class TestTheChain:
    def test_holds_for_what_was_written(self, desk: Desk, written: int) -> None:
        assert require_whole(desk.ref) == last_seq(desk.ref)
        assert [row.seq for row in rows_after(desk.ref, 0)] == list(range(1, last_seq(desk.ref) + 1))

    @pytest.mark.parametrize(
        "change",
        [
            "payload = replace(payload, 'Two', 'Six')",
            "payload = payload || ' '",
            "type = 'ticket.closed'",
            "actor = NULL",
            "ticket = NULL",
            "floor = 'nobody'",
            "people = '{}'",
            "recorded_at = recorded_at + interval '1 millisecond'",
            "id = gen_random_uuid()",
            "hash = decode(repeat('00', 32), 'hex')",
            "payload_sha256 = decode(repeat('00', 32), 'hex')",
        ],
    )
    def test_tells_of_a_changed_row(self, desk: Desk, written: int, change: str) -> None:
        faults = tampered(desk, f"UPDATE event SET {change} WHERE seq = %s", written)
        assert written in [seq for seq, _ in faults]

    def test_tells_of_a_row_that_is_gone(self, desk: Desk, written: int) -> None:
        assert tampered(desk, "DELETE FROM event WHERE seq = %s", written)[0][0] == written + 1

    def test_tells_of_an_end_that_is_gone(self, desk: Desk, written: int) -> None:
        assert tampered(desk, "DELETE FROM event WHERE seq > %s", written) != []

    def test_tells_of_two_rows_exchanged(self, desk: Desk, written: int) -> None:
        execute(desk.ref, "ALTER TABLE event DISABLE TRIGGER ALL")
        for before, after in ((written, -1), (written + 1, written), (-1, written + 1)):
            execute(desk.ref, "UPDATE event SET seq = %s WHERE seq = %s", after, before)
        assert verify_log()[1] != []

    def test_tells_of_a_head_moved_back(self, desk: Desk, written: int) -> None:
        execute(desk.ref, "UPDATE event_head SET last_seq = last_seq - 1")
        assert verify_log()[1] != []

    def test_allows_redaction(self, desk: Desk, written: int) -> None:
        execute(desk.ref, "UPDATE event SET payload = %s WHERE seq = %s", REDACTED, written)
        require_whole(desk.ref)


class TestAppendOnly:
    @pytest.mark.parametrize(
        "sql",
        [
            "DELETE FROM event WHERE seq = {}",
            "UPDATE event SET payload = '{{}}' WHERE seq = {}",
            "UPDATE event SET type = 'x' WHERE seq = {}",
            "UPDATE event SET recorded_at = now() WHERE seq = {}",
            "UPDATE event SET hash = '' WHERE seq = {}",
            "UPDATE event SET payload = '{{\"redacted\":true}}', people = '{{}}' WHERE seq = {}",
            "UPDATE event SET payload = '{{\"redacted\":true}}', seq = 4711 WHERE seq = {}",
            "TRUNCATE event",
            "TRUNCATE event CASCADE",
        ],
    )
    def test_the_database_refuses(self, desk: Desk, written: int, sql: str) -> None:
        before = execute(desk.ref, "SELECT md5(string_agg(event::text, '' ORDER BY seq)) FROM event")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql.format(written))
        assert execute(desk.ref, "SELECT md5(string_agg(event::text, '' ORDER BY seq)) FROM event") == before


class TestTheUnitOfWork:
    def event(self, desk: Desk) -> catalogue.TicketDeleted:
        return catalogue.TicketDeleted(ticket_id=uuid4(), number=1, requester_id=desk.user.id)

    def test_there_is_no_record_without_one(self, desk: Desk) -> None:
        with pytest.raises(NoUnitOfWork):
            record(desk.agent, self.event(desk))
        with pytest.raises(NoUnitOfWork):
            current_work()

    def test_that_fails_leaves_neither_row_nor_event(self, desk: Desk) -> None:
        before, tickets = last_seq(desk.ref), Ticket.objects.count()

        def fail() -> None:
            with unit_of_work():
                create_ticket(desk.user, fields={"title": "Never"})
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()
        assert (last_seq(desk.ref), Ticket.objects.count()) == (before, tickets)
        with unit_of_work():
            create_ticket(desk.user, fields={"title": "After"})
        assert last_seq(desk.ref) == before + 1
        require_whole(desk.ref)

    def test_that_is_set_to_roll_back_leaves_no_event(self, desk: Desk) -> None:
        before = last_seq(desk.ref)
        with unit_of_work():
            create_ticket(desk.user, fields={"title": "Never"})
            transaction.set_rollback(True)
        assert last_seq(desk.ref) == before

    def test_inside_another_joins_it(self, desk: Desk) -> None:
        before = last_seq(desk.ref)
        with unit_of_work() as outer:
            with unit_of_work() as inner:
                record(desk.agent, self.event(desk))
            assert inner is outer
            assert last_seq(desk.ref) == before, "it was flushed before the outermost ended"
            record(desk.agent, self.event(desk))
        assert last_seq(desk.ref) == before + 2

    def test_without_events_does_not_touch_the_log(self, desk: Desk) -> None:
        head = execute(desk.ref, "SELECT ctid::text FROM event_head")
        with unit_of_work():
            Ticket.objects.count()
        assert execute(desk.ref, "SELECT ctid::text FROM event_head") == head

    def test_rings_once_after_the_commit_with_the_newest_seq(
        self, desk: Desk, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        heard: list[tuple[UUID, int]] = []
        monkeypatch.setattr(bell, "_listeners", [lambda tenant, seq, _: heard.append((tenant, seq))])
        with django_capture_on_commit_callbacks(execute=True), unit_of_work():
            record(desk.agent, self.event(desk))
            record(desk.agent, self.event(desk))
            assert heard == []
        assert heard == [(desk.ref.id, last_seq(desk.ref))]


class TestWhoSeesAnEvent:
    def test_the_rule_and_the_sql_agree(self, desk: Desk) -> None:
        """Random rows, audiences and viewers; tickets of this requester, of that one, and gone."""
        chance = random.Random(3)
        people = desk.everybody()
        tickets = []
        for number, requester in enumerate((desk.user, desk.other_user, desk.user)):
            ticket = Ticket.objects.create(number=9_000 + number, title="x", requester=requester, created_by=requester)
            tickets.append(ticket.id)
        places: list[UUID | None] = [*tickets, uuid4(), None]
        types = ["ticket.updated", "ticket.removed", "ticket.deleted", "comment.added", "user.created"]
        first = last_seq(desk.ref)
        for seq in range(first + 1, first + 301):
            named = [person.id for person in chance.sample(people, chance.randrange(3))]
            row = [seq, uuid4(), chance.choice(types), chance.choice(places), chance.choice(list(Floor)).value]
            execute(
                desk.ref,
                "INSERT INTO event (seq, id, type, ticket, floor, people, payload, payload_sha256, recorded_at, hash)"
                " VALUES (%s, %s, %s, %s, %s, %s::uuid[], '{}', '', %s, '')",
                *row,
                named,
                now(),
            )
        rows = list_rows(after=first, limit=1000)
        assert len(rows) == 300
        viewers = [Viewer(person.id, Role(person.role)) for person in people] + [Viewer(uuid4(), role) for role in Role]
        seen: list[int] = []
        for viewer in viewers:
            by_rule = [row.seq for row in rows if row.ticket is not None and row.visible_to(viewer)]
            by_sql = list_rows_visible_to(viewer, after=first, upto=first + 300, limit=1000)
            assert [row.seq for row in by_sql] == by_rule, viewer
            seen.append(len(by_rule))
        assert min(seen) == 0
        assert max(seen) > 100

    def test_people_made_are_told_to_admins_alone(
        self, people: People, acme: Desk, recorded: Callable[[], list[LogRow]]
    ) -> None:
        body = {"email": "new@acme.example", "password": "long-enough", "firstName": "N", "lastName": "P"}
        assert people.user.as_token(None).at("acme.localhost").post("/auth/register", body).status == 201
        rows = recorded()
        assert [row.type for row in rows] == ["user.created", "account_link.sent"]
        for row in rows:
            assert (row.audience.floor, row.audience.people) == (Floor.ADMIN, ())
            assert "long-enough" not in row.payload
            assert row.visible_to(Viewer(acme.admin.id, Role.ADMIN))
            assert not row.visible_to(Viewer(acme.agent.id, Role.AGENT))
