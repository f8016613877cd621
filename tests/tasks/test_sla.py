"""The job that keeps promises, with committed tickets: what is due is found by its wake-up, and told once by many."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections

from helpdesk.clock import now
from helpdesk.comments.actions import add_comment
from helpdesk.sla.actions.policies import create_policy
from helpdesk.sla.models import SlaTicket
from helpdesk.sla.schemas import CreateSlaPolicy
from helpdesk.tickets.actions import create_ticket
from helpdesk.tickets.models import Ticket
from helpdesk.work import unit_of_work
from tasks.sla import keep_promises
from tasks.wakeups import JOBS, count_waiting
from tenants import context
from tests.conftest import Desk
from tests.helpdesk.log import rows_after
from tests.helpdesk.sla.promises import ALWAYS, policy
from tests.tasks.courier import dispatch

TICKETS = 30


@pytest.fixture
def desk(own_desk: Callable[[], Desk]) -> Iterator[Desk]:
    made = own_desk()
    with context.tenant(made.ref), unit_of_work():
        body = policy(targets={"firstResponse": 60}, hours=ALWAYS)
        create_policy(made.admin, fields=dict(CreateSlaPolicy.model_validate(body)))
    yield made
    connection.close()


def open_tickets(desk: Desk, count: int) -> list[Ticket]:
    """Their deadlines were a second ago."""
    with context.tenant(desk.ref), unit_of_work():
        for number in range(count):
            create_ticket(desk.user, fields={"title": f"No. {number}"})
    with context.tenant(desk.ref), unit_of_work():
        Ticket.objects.update(created_at=now() - timedelta(minutes=60, seconds=1))
        return list(Ticket.objects.order_by("id"))


def breaches(desk: Desk) -> list[str]:
    return [str(row.ticket) for row in rows_after(desk.ref, 0) if row.type == "sla.breached"]


def test_the_dispatcher_wakes_it_and_it_goes_to_sleep_until_the_next_deadline(desk: Desk) -> None:
    assert JOBS["sla"] == keep_promises.name
    with context.tenant(desk.ref), unit_of_work():
        create_ticket(desk.user, fields={"title": "Due in an hour"})
    dispatch(desk)
    assert keep_promises(str(desk.ref.id)) == 1
    with context.platform(), unit_of_work(), connection.cursor() as cursor:
        cursor.execute("SELECT due_at FROM wakeup WHERE tenant_id = %s AND kind = 'sla'", [desk.ref.id])
        (due,) = cursor.fetchone()
    assert timedelta(minutes=59) < due - now() <= timedelta(minutes=60)
    assert count_waiting("sla") >= 1


def test_many_at_once_tell_each_breach_once(desk: Desk) -> None:
    tickets = open_tickets(desk, TICKETS)
    dispatch(desk)

    def work(_: int) -> int:
        try:
            return keep_promises(str(desk.ref.id))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    keep_promises(str(desk.ref.id))
    assert sorted(breaches(desk)) == sorted(str(ticket.id) for ticket in tickets)


def test_a_ticket_that_is_being_answered_is_left_for_the_next_turn(desk: Desk) -> None:
    (ticket,) = open_tickets(desk, 1)
    dispatch(desk)

    def work() -> int:
        try:
            return keep_promises(str(desk.ref.id))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool, context.tenant(desk.ref), unit_of_work():
        add_comment(desk.agent, ticket.id, content="Too late, but here it is.", is_internal=False)
        assert pool.submit(work).result(timeout=20) == 0
    assert breaches(desk) == []
    assert keep_promises(str(desk.ref.id)) == 1
    assert breaches(desk) == [str(ticket.id)]


def test_a_ticket_that_is_gone_leaves_nothing_due(desk: Desk) -> None:
    open_tickets(desk, 1)
    dispatch(desk)
    with context.tenant(desk.ref), unit_of_work():
        Ticket.objects.all().delete()
    assert keep_promises(str(desk.ref.id)) == 0
    with context.tenant(desk.ref), unit_of_work():
        assert not SlaTicket.objects.exists()
