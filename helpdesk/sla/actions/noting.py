"""Which tickets are to be looked at: noted by the dispatcher, and by the sweep that puts all under the policies of now.

A note is a row of `sla_ticket` that is due. What it means is found out by the job (review.py), under the ticket's lock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import connection

from helpdesk.clock import now
from helpdesk.events.queries import LogRow
from helpdesk.sla.history import READ
from helpdesk.sla.models import BORN, SlaSweep
from helpdesk.sla.queries import has_versions
from helpdesk.tickets.models import Ticket
from helpdesk.vocabulary import TicketStatus
from helpdesk.wakeups import wake

WAKEUP = "sla"
SWEPT_AT_ONCE = 1_000
_MATCHING = frozenset({"ticket.created", "ticket.updated", "ticket.assigned", "ticket.priority_changed"})
"""What may bring a ticket under a policy that was under none."""
_MOVING = frozenset(READ) - _MATCHING - {"sla.warned", "sla.breached"}


def note_tickets(rows: Sequence[LogRow]) -> int:
    """A page of the dispatcher: the tickets whose promises may be others now; says how many.

    What was imported is not among them: such a ticket, and one that is older than the policies, is under none until a
    field changes that conditions name, or an admin applies the policies.
    """
    news = [row for row in rows if row.ticket and not row.is_past]
    matching = {row.ticket: row for row in reversed(news) if row.ticket and row.type in _MATCHING}
    moving = {row.ticket for row in news if row.ticket and row.type in _MOVING}
    if not (matching or moving) or not has_versions():
        return 0
    _lock(matching.keys() | moving)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sla_ticket (ticket_id, matched_seq, check_at) SELECT ticket, seq, %s"
            " FROM unnest(%s::uuid[], %s::bigint[]) AS noted (ticket, seq) ORDER BY ticket"
            " ON CONFLICT (ticket_id) DO UPDATE SET check_at = least(sla_ticket.check_at, excluded.check_at)",
            [
                moment := now(),
                list(matching),
                [BORN if row.type == "ticket.created" else row.seq - 1 for row in matching.values()],
            ],
        )
        noted = int(cursor.rowcount)
        cursor.execute(
            "UPDATE sla_ticket SET check_at = least(check_at, %s) WHERE ticket_id = ANY(%s)", [moment, list(moving)]
        )
        noted += int(cursor.rowcount)
    if noted:
        wake(WAKEUP, moment)
    return noted


def begin_sweep() -> None:
    """From the first ticket, also where a sweep is on its way."""
    SlaSweep.objects.update_or_create(id=1, defaults={"after_id": None, "began_at": now()})
    wake(WAKEUP, now())


def sweep_page(*, limit: int = SWEPT_AT_ONCE) -> int:
    """Let the next active tickets match anew; says how many. 0: there is no sweep, or others are at it."""
    sweep = SlaSweep.objects.select_for_update(skip_locked=True).first()
    if sweep is None:
        return 0
    active = Ticket.objects.filter(status__in=[status.value for status in TicketStatus if status.is_active])
    if sweep.after_id is not None:
        active = active.filter(id__gt=sweep.after_id)
    ids = list(active.order_by("id").values_list("id", flat=True)[:limit])
    if not ids:
        sweep.delete()
        return 0
    _lock(ids)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sla_ticket (ticket_id, check_at) SELECT ticket, %s FROM unnest(%s::uuid[]) AS swept (ticket)"
            " ORDER BY ticket ON CONFLICT (ticket_id) DO UPDATE SET matched_seq = NULL,"
            " check_at = least(sla_ticket.check_at, excluded.check_at)",
            [now(), ids],
        )
    sweep.after_id = ids[-1]
    sweep.save()
    return len(ids)


def _lock(ids: Iterable[UUID]) -> None:
    """Everybody takes these rows in the order of their ids, so nobody waits in a circle."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM sla_ticket WHERE ticket_id = ANY(%s) ORDER BY ticket_id FOR UPDATE", [list(ids)])
