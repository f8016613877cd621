"""The log becomes deliveries: each endpoint's cursor moves on, together with the rows that it makes.

A cursor rests while a thousand deliveries wait at its endpoint. Endpoints that somebody else holds at the moment
are passed over; `settle` sees that they lag, and wakes us again.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from django.db import connection

from helpdesk.clock import now
from helpdesk.events.queries import LogRow, get_head, list_rows
from helpdesk.ids import new_id
from helpdesk.wakeups import wake
from helpdesk.webhooks.actions.endpoints import DELIVERIES
from helpdesk.webhooks.models import Webhook, WebhookDelivery
from helpdesk.webhooks.rules import MOST_AHEAD, DeliveryState, may_receive, selects

PAGE_ROWS = 200


def wake_webhooks(rows: Sequence[LogRow]) -> None:
    """The dispatcher's page: if anybody listens, there is something to do."""
    if Webhook.objects.filter(is_active=True).exists():
        wake(DELIVERIES, now())


def forget_answers(row: LogRow) -> None:
    """A deleted comment's text, or a file's name, may stand in what receivers answered: take that away too."""
    if row.type not in ("comment.deleted", "attachment.deleted"):
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE webhook_attempt a SET answer = '' FROM webhook_delivery d JOIN event e ON e.seq = d.seq"
            " WHERE a.delivery_id = d.id AND a.answer <> '' AND e.ticket = %s AND e.payload LIKE %s",
            [row.ticket, '{"redacted"%'],
        )


def fill() -> int:
    """Move every active endpoint's cursor over the next page; says how many have moved."""
    last_seq = get_head().last_seq
    behind = Webhook.objects.select_for_update(skip_locked=True, no_key=True).filter(
        is_active=True, cursor_seq__lt=last_seq
    )
    with_room = [(webhook, room) for webhook in behind.order_by("cursor_seq", "id") if (room := _room(webhook)) > 0]
    moved = 0
    for cursor_seq, group in groupby(with_room, key=lambda one: one[0].cursor_seq):
        rows = list_rows(after=cursor_seq, limit=PAGE_ROWS)
        for webhook, room in group:
            moved += int(_fill_one(webhook, rows, room))
    return moved


def _fill_one(webhook: Webhook, rows: list[LogRow], room: int) -> bool:
    """Did its cursor move?"""
    wanted: list[LogRow] = []
    for row in rows:
        if len(wanted) == room:
            break
        webhook.cursor_seq = row.seq
        if row.is_past:
            continue
        if selects(webhook.events, row.type) and may_receive(
            row.type, row.audience, include_internal=webhook.include_internal
        ):
            wanted.append(row)
    Webhook.objects.filter(id=webhook.id).update(cursor_seq=webhook.cursor_seq)
    _insert(webhook, wanted)
    return bool(rows)


def _insert(webhook: Webhook, rows: list[LogRow]) -> None:
    """A row that is there already is one that is replayed: it goes back to its first try, with its id."""
    if not rows:
        return
    moment = now()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO webhook_delivery (id, webhook_id, seq, type, state, attempts, attempts_before, due_at,"
            " last_error, created_at) SELECT id, %s, seq, type, %s, 0, 0, %s, '', %s"
            " FROM unnest(%s::uuid[], %s::bigint[], %s::text[]) AS new (id, seq, type)"
            " ON CONFLICT (webhook_id, seq) DO UPDATE SET state = excluded.state, due_at = excluded.due_at,"
            " attempts_before = webhook_delivery.attempts",
            [
                *(webhook.id, DeliveryState.PENDING.value, moment, moment),
                *([new_id() for _ in rows], [row.seq for row in rows], [row.type for row in rows]),
            ],
        )


def _room(webhook: Webhook) -> int:
    waiting = WebhookDelivery.objects.filter(webhook=webhook, state=DeliveryState.PENDING.value)
    return MOST_AHEAD - waiting[:MOST_AHEAD].count()
