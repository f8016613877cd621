"""Webhooks with their own secrets, which sign on as their receivers know them; and what was delivered of late."""

from __future__ import annotations

from collections.abc import Sequence

from helpdesk.events import catalogue
from helpdesk.events.log import record_past
from helpdesk.events.queries import get_head
from helpdesk.importing.rules.values import made_id
from helpdesk.importing.rules.webhooks import NewDelivery, NewWebhook
from helpdesk.sealing import seal
from helpdesk.webhooks.models import Webhook, WebhookAttempt, WebhookDelivery
from helpdesk.webhooks.shapes import webhook_payload


def take_webhooks(found: Sequence[NewWebhook]) -> None:
    """Make them. Notes go to none of them: that is for an admin of this desk to say."""
    seq = get_head().last_seq
    webhooks = [
        Webhook(
            id=one.id,
            url=one.url,
            events=one.events,
            description=one.description,
            is_active=one.is_active,
            sealed_secret=seal(one.secret),
            cursor_seq=seq,
            created_at=one.created_at,
            updated_at=one.updated_at,
        )
        for one in found
    ]
    Webhook.objects.bulk_create(webhooks)
    for webhook, one in zip(webhooks, found, strict=True):
        event = catalogue.WebhookCreated(webhook=webhook_payload(webhook))
        record_past(None, event, event_id=made_id(one.source_id, "webhook.created"), at=webhook.created_at)


def take_deliveries(found: Sequence[NewDelivery]) -> None:
    """What was tried. Nothing of it is tried again: what was sent stands in no log of ours."""
    WebhookDelivery.objects.bulk_create(
        WebhookDelivery(
            id=one.id,
            webhook_id=one.webhook_id,
            type=one.type,
            state=one.state,
            attempts=one.attempts,
            last_status=one.status,
            created_at=one.created_at,
            delivered_at=one.delivered_at,
        )
        for one in found
    )
    urls = dict(Webhook.objects.values_list("id", "url"))
    WebhookAttempt.objects.bulk_create(
        WebhookAttempt(
            id=made_id(one.id, "try"),
            delivery_id=one.id,
            number=one.attempts,
            url=urls[one.webhook_id],
            started_at=one.delivered_at or one.created_at,
            duration_ms=0,
            status=one.status,
            answer=one.answer,
        )
        for one in found
        if one.attempts
    )
