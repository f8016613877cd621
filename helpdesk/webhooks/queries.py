"""Reading endpoints and what became of their deliveries. Staff only, as the table of permissions says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F
from django.db.models.functions import Left

from helpdesk.clock import rfc3339
from helpdesk.errors import NotFound
from helpdesk.events.queries import get_head
from helpdesk.paging import Order, Page, PageQuery, paginate, read_moment
from helpdesk.webhooks.models import Webhook, WebhookAttempt, WebhookDelivery
from helpdesk.webhooks.rules import MOST_AHEAD, PING, DeliveryState
from helpdesk.webhooks.shapes import EXCERPT, delivery_body, delivery_shape

NEWEST_FIRST = Order("createdAt", F("created_at"), lambda row: row.created_at, read_moment, descending=True)


class WebhookNotFound(NotFound):
    """There is no such webhook."""


class DeliveryNotFound(NotFound):
    """This webhook has no such delivery."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How an endpoint does, for somebody at three in the morning."""

    url: str
    behind: int
    """Events of the log that it has not looked at."""
    pending: int
    failing_since: datetime | None
    paused_reason: str
    is_active: bool


def get_webhook(webhook_id: UUID, *, lock: bool = False) -> Webhook:
    """The endpoint, or WebhookNotFound."""
    rows = Webhook.objects.select_for_update() if lock else Webhook.objects.all()
    webhook = rows.filter(id=webhook_id).first()
    if webhook is None:
        raise WebhookNotFound
    return webhook


def get_delivery(webhook_id: UUID, delivery_id: UUID, *, lock: bool = False) -> WebhookDelivery:
    """The delivery, or DeliveryNotFound."""
    rows = WebhookDelivery.objects.select_for_update() if lock else WebhookDelivery.objects.all()
    delivery = rows.filter(id=delivery_id, webhook_id=webhook_id).first()
    if delivery is None:
        raise DeliveryNotFound
    return delivery


def list_webhooks(query: PageQuery) -> Page[Webhook]:
    """One page, newest first."""
    return paginate(Webhook.objects.all(), query, NEWEST_FIRST)


def list_deliveries(webhook: Webhook, query: PageQuery, *, state: DeliveryState | None) -> Page[WebhookDelivery]:
    """One page, newest first."""
    rows = WebhookDelivery.objects.filter(webhook=webhook)
    return paginate(rows.filter(state=state.value) if state else rows, query, NEWEST_FIRST)


def delivery_shapes(deliveries: Iterable[WebhookDelivery]) -> list[dict[str, Any]]:
    """As lists show them: each with its last try, and the beginning of the answer."""
    found = list(deliveries)
    last = WebhookAttempt.objects.filter(delivery__in=[one.id for one in found]).order_by("delivery", "-number")
    shown = last.distinct("delivery").defer("answer").annotate(excerpt=Left("answer", EXCERPT))
    tries = {}
    for attempt in shown:
        attempt.answer = attempt.excerpt
        tries[attempt.delivery_id] = attempt
    bodies = bodies_of(found)
    return [delivery_shape(one, [tries[one.id]] if one.id in tries else [], body=bodies.get(one.id)) for one in found]


def full_delivery_shape(delivery: WebhookDelivery) -> dict[str, Any]:
    """With every try that is kept, the last one first."""
    tries = WebhookAttempt.objects.filter(delivery=delivery).order_by("-number")[:100]
    return delivery_shape(delivery, list(tries), body=bodies_of([delivery]).get(delivery.id))


def bodies_of(deliveries: list[WebhookDelivery]) -> dict[UUID, bytes]:
    """What each sends, as the log says now: a deleted comment's text is gone from it. Without those that are gone."""
    epoch, payloads = str(get_head().epoch), _payloads([one.seq for one in deliveries if one.seq is not None])
    bodies: dict[UUID, bytes] = {}
    for one in deliveries:
        if one.type == PING:
            bodies[one.id] = delivery_body(one, payload="", timestamp=rfc3339(one.created_at), epoch=epoch)
        elif one.seq in payloads:
            payload, at = payloads[one.seq]
            bodies[one.id] = delivery_body(one, payload=payload, timestamp=rfc3339(at), epoch=epoch)
    return bodies


def list_standings() -> list[Standing]:
    """Every endpoint of this help desk, the troubled ones first."""
    last = get_head().last_seq
    found = []
    for row in Webhook.objects.order_by(F("failing_since").asc(nulls_last=True), "created_at"):
        pending = WebhookDelivery.objects.filter(webhook=row, state=DeliveryState.PENDING.value).count()
        behind = last - row.cursor_seq
        found.append(Standing(row.url, behind, pending, row.failing_since, row.paused_reason, row.is_active))
    return found


def next_due() -> datetime | None:
    """When something can be done next: a cursor has events and room before it, or a try is due. None: nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT now() FROM webhook w WHERE w.is_active AND w.cursor_seq < %s AND (SELECT count(*) FROM"
            " (SELECT FROM webhook_delivery d WHERE d.webhook_id = w.id AND d.state = 'pending' LIMIT %s) x) < %s"
            " UNION ALL SELECT min(CASE WHEN d.type = %s THEN d.due_at ELSE greatest(d.due_at, w.not_before) END)"
            " FROM webhook w JOIN webhook_delivery d ON d.webhook_id = w.id"
            " WHERE d.state = 'pending' AND (w.is_active OR d.type = %s) ORDER BY 1 LIMIT 1",
            [get_head().last_seq, MOST_AHEAD, MOST_AHEAD, PING, PING],
        )
        found: datetime | None = cursor.fetchone()[0]
        return found


def next_pause(failing_at_most_s: float) -> datetime | None:
    """When the endpoint that has been failing longest is to be paused."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(failing_since) + make_interval(secs => %s) FROM webhook WHERE is_active", [failing_at_most_s]
        )
        found: datetime | None = cursor.fetchone()[0]
        return found


def _payloads(seqs: list[int]) -> dict[int, tuple[str, datetime]]:
    if not seqs:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, payload, recorded_at FROM event WHERE seq = ANY(%s)", [seqs])
        return {seq: (payload, at) for seq, payload, at in cursor.fetchall()}
