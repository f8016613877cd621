"""`make bench-sla`: what it costs to look for deadlines that are due, among TIMERS (100,000) that are not yet.

Two desks in one run, asked in turns: one with nothing but one due ticket, one with all the others besides. Told are the
medians of a look that finds nothing and of one that finds a breach, and how much more each costs among many.
"""

from __future__ import annotations

import os
import statistics
import time
from datetime import timedelta
from uuid import uuid4

from django.core.management import call_command
from django.db import connection, transaction

from helpdesk.clock import now
from helpdesk.sla.actions.policies import create_policy
from helpdesk.sla.actions.review import review_due
from helpdesk.sla.queries import next_due
from helpdesk.sla.schemas import CreateSlaPolicy
from helpdesk.tickets.actions import create_ticket
from helpdesk.work import unit_of_work
from tenants import context
from tenants.actions import delete_tenant
from tests.conftest import Desk, make_desk
from tests.helpdesk.sla.promises import ALWAYS, policy

TIMERS = int(os.environ.get("TIMERS", "100000"))
LOOKS = int(os.environ.get("LOOKS", "60"))
MOST = 2.0
"""So much more may a look cost among many: an index finds what is due."""


def main() -> None:
    """Prints a table; fails where a ratio is above MOST."""
    with context.platform(direct=True):
        call_command("migrate_hub", verbosity=0)
        few, many = (make_desk(f"bench-{uuid4().hex[:8]}") for _ in range(2))
        try:
            _measure(few, many)
        finally:
            for desk in (few, many):
                delete_tenant(desk.ref.id, confirm=desk.ref.slug)


def _measure(few: Desk, many: Desk) -> None:
    for desk, others in ((few, 0), (many, TIMERS)):
        _fill(desk, others)
    worst = 0.0
    for what, is_due in (("nothing is due", False), ("one breach", True)):
        costs: dict[str, list[float]] = {few.ref.slug: [], many.ref.slug: []}
        for _ in range(LOOKS):
            for desk in (few, many):
                costs[desk.ref.slug].append(_look(desk, is_due=is_due))
        alone, among = (statistics.median(costs[desk.ref.slug]) * 1000 for desk in (few, many))
        worst = max(worst, among / alone)
        print(f"{what:16} alone {alone:7.2f} ms   among {TIMERS} {among:7.2f} ms   {among / alone:5.2f} x")
    if worst > MOST:
        raise SystemExit(f"{worst:.2f} x is more than {MOST} x.")


def _fill(desk: Desk, others: int) -> None:
    with context.tenant(desk.ref), unit_of_work():
        body = policy(targets={"firstResponse": 60}, hours=ALWAYS)
        create_policy(desk.admin, fields=dict(CreateSlaPolicy.model_validate(body)))
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO sla_ticket (ticket_id, check_at) SELECT gen_random_uuid(), %s + n * interval '1 second'"
                " FROM generate_series(1, %s) n",
                [now() + timedelta(days=1), others],
            )
    with context.tenant(desk.ref), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ANALYZE sla_ticket")


def _look(desk: Desk, *, is_due: bool) -> float:
    """Seconds of one look, and of finding out when the next is due."""
    if is_due:
        with context.tenant(desk.ref), unit_of_work():
            ticket = create_ticket(desk.user, fields={"title": "Late"})
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE ticket SET created_at = created_at - interval '61 minutes' WHERE id = %s", [ticket.id]
                )
                cursor.execute(
                    "INSERT INTO sla_ticket (ticket_id, matched_seq, check_at) VALUES (%s, -1, now())", [ticket.id]
                )
    begin = time.perf_counter()
    with context.tenant(desk.ref), unit_of_work():
        assert review_due() == int(is_due)
        next_due()
    return time.perf_counter() - begin


if __name__ == "__main__":
    import django

    django.setup()
    main()
