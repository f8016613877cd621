"""Endpoints, deliveries and tries as JSON. Secrets are in none of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from helpdesk import desk
from helpdesk.clock import rfc3339
from helpdesk.events.payloads import WebhookPayload
from helpdesk.webhooks.models import Webhook, WebhookAttempt, WebhookDelivery
from helpdesk.webhooks.rules import PING, body_of

EXCERPT = 1_000


def webhook_payload(webhook: Webhook) -> WebhookPayload:
    """The contract's Webhook."""
    return WebhookPayload(
        id=webhook.id,
        tenant_id=desk.current().id,
        url=webhook.url,
        events=webhook.events,
        description=webhook.description,
        is_active=webhook.is_active,
        include_internal=webhook.include_internal,
        paused_reason=webhook.paused_reason or None,
        failing_since=webhook.failing_since,
        seq=webhook.cursor_seq,
        created_at=webhook.created_at,
        updated_at=webhook.updated_at,
    )


def delivery_body(delivery: WebhookDelivery, *, payload: str, timestamp: str, epoch: str) -> bytes:
    """What every try of this delivery sends. `payload` is the log's text; a ping has its own."""
    if delivery.type == PING:
        payload = f'{{"actor":null,"data":{{"webhookId":"{delivery.webhook_id}"}}}}'
    return body_of(type_=delivery.type, timestamp=timestamp, seq=delivery.seq, epoch=epoch, payload=payload)


def delivery_shape(delivery: WebhookDelivery, tries: Sequence[WebhookAttempt], *, body: bytes | None) -> dict[str, Any]:
    """A delivery with the tries that are shown. `body` None: retention has taken its event away."""
    return {
        "id": str(delivery.id),
        "webhookId": str(delivery.webhook_id),
        "type": delivery.type,
        "seq": delivery.seq,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "dueAt": rfc3339(delivery.due_at) if delivery.due_at else None,
        "lastStatus": delivery.last_status,
        "lastError": delivery.last_error,
        "createdAt": rfc3339(delivery.created_at),
        "deliveredAt": rfc3339(delivery.delivered_at) if delivery.delivered_at else None,
        "request": {"headers": {"webhook-id": str(delivery.id)}, "body": orjson.loads(body)} if body else None,
        "tries": [try_shape(one) for one in tries],
    }


def try_shape(attempt: WebhookAttempt) -> dict[str, Any]:
    """One try: what it was sent to, when, how long it took, and the answer."""
    return {
        "number": attempt.number,
        "url": attempt.url,
        "startedAt": rfc3339(attempt.started_at),
        "durationMs": attempt.duration_ms,
        "status": attempt.status,
        "error": attempt.error,
        "answer": attempt.answer,
    }
