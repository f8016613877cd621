"""What people do with deliveries: send one again, send the log again from a place, try whether an endpoint answers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from helpdesk.clock import now
from helpdesk.errors import Conflict, ValidationFailed
from helpdesk.events.queries import get_head, seq_before
from helpdesk.people.models import Person
from helpdesk.permissions import require
from helpdesk.wakeups import wake
from helpdesk.webhooks.actions.endpoints import DELIVERIES
from helpdesk.webhooks.models import Webhook, WebhookDelivery
from helpdesk.webhooks.queries import get_delivery, get_webhook
from helpdesk.webhooks.rules import PING, DeliveryState


class WebhookPaused(Conflict):
    """This webhook is not active: activate it first, and it gets everything that it missed."""

    reason = "webhook_paused"


def ping(actor: Person, webhook_id: UUID) -> WebhookDelivery:
    """Try once whether the endpoint answers, active or not; the delivery shows what it said."""
    require(actor, "pingWebhook")
    webhook = get_webhook(webhook_id, lock=True)
    moment = now()
    delivery = WebhookDelivery.objects.create(webhook=webhook, type=PING, due_at=moment, created_at=moment)
    wake(DELIVERIES, moment)
    return delivery


def redeliver(actor: Person, webhook_id: UUID, delivery_id: UUID) -> WebhookDelivery:
    """Put a delivery back to its first try, now. It keeps its id, by which receivers know it."""
    require(actor, "redeliverWebhook")
    webhook = get_webhook(webhook_id, lock=True)
    delivery = get_delivery(webhook_id, delivery_id, lock=True)
    if not webhook.is_active and delivery.type != PING:
        raise WebhookPaused
    moment = now()
    delivery.state, delivery.due_at, delivery.attempts_before = (
        DeliveryState.PENDING.value,
        moment,
        delivery.attempts,
    )
    delivery.save(update_fields=["state", "due_at", "attempts_before"])
    if webhook.not_before:
        Webhook.objects.filter(id=webhook.id).update(not_before=None)
    wake(DELIVERIES, moment)
    return delivery


def replay(
    actor: Person, webhook_id: UUID, *, since_seq: int | None = None, since_time: datetime | None = None
) -> Webhook:
    """Let an endpoint read the log again from a seq (included) or a moment. Deliveries keep their ids."""
    require(actor, "replayWebhook")
    if (since_seq is None) == (since_time is None):
        raise ValidationFailed.of("sinceSeq", "Give either sinceSeq or sinceTime.", "one_of")
    webhook = get_webhook(webhook_id, lock=True)
    head = get_head()
    after = since_seq - 1 if since_seq is not None else seq_before(since_time or now())
    if since_seq is not None and since_seq > head.last_seq:
        raise ValidationFailed.of("sinceSeq", f"The log ends at {head.last_seq}.", "beyond_the_log")
    if after < head.anchor_seq and since_seq is not None:
        raise ValidationFailed.of("sinceSeq", f"The log begins at {head.anchor_seq + 1}.", "before_the_log")
    webhook.cursor_seq = min(webhook.cursor_seq, max(after, head.anchor_seq))
    webhook.save(update_fields=["cursor_seq"])
    if webhook.is_active:
        wake(DELIVERIES, now())
    return webhook
