"""Endpoints are made, changed, paused and taken away by people; a dead one is paused by the hub."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import F

from helpdesk.clock import now
from helpdesk.errors import Conflict, Detail, FieldForbidden, ValidationFailed
from helpdesk.events import catalogue
from helpdesk.events.log import record
from helpdesk.events.queries import get_head
from helpdesk.people.models import Person
from helpdesk.permissions import require
from helpdesk.sealing import is_sealed_anew, seal, seal_again
from helpdesk.shapes import to_json_name
from helpdesk.vocabulary import Role
from helpdesk.wakeups import settle, wake
from helpdesk.webhooks import signing
from helpdesk.webhooks.addresses import BadUrl, read_url, require_outside
from helpdesk.webhooks.models import Webhook, WebhookDelivery
from helpdesk.webhooks.queries import get_webhook, next_pause
from helpdesk.webhooks.rules import FAILING_AT_MOST, DeliveryState, PausedReason, forbidden_fields
from helpdesk.webhooks.shapes import webhook_payload

MOST_ENDPOINTS = 50
DELIVERIES, FAILING = "webhooks", "failing_webhooks"
"""Kinds of wake-ups: there is something to deliver; an endpoint has been failing for too long."""


class TooManyWebhooks(Conflict):
    """A help desk has at most 50 webhooks."""

    reason = "too_many"


def create_webhook(actor: Person, *, fields: Mapping[str, Any], secret: str | None) -> tuple[Webhook, str]:
    """A new endpoint at the end of the log; and its secret, which is never shown again."""
    require(actor, "createWebhook")
    _require_url(fields["url"])
    changes = {"includeInternal": (False, True)} if fields.get("include_internal") else {}
    _require_rights(actor, changes, internal_now=False)
    if Webhook.objects.count() >= MOST_ENDPOINTS:
        raise TooManyWebhooks
    secret = secret or signing.new_secret()
    webhook = Webhook.objects.create(**fields, sealed_secret=seal(secret), cursor_seq=get_head().last_seq)
    wake(DELIVERIES, now())  # for what is committed before we are: it comes after our place in the log
    record(actor, catalogue.WebhookCreated(webhook=webhook_payload(webhook)))
    return webhook, secret


def change_webhook(actor: Person, webhook_id: UUID, *, fields: Mapping[str, Any]) -> Webhook:
    """Set the given fields. Activating a paused endpoint lets it go on where it stopped."""
    require(actor, "updateWebhook")
    webhook = get_webhook(webhook_id, lock=True)
    secret = fields.get("secret")
    changes = {
        to_json_name(name): (getattr(webhook, name), value)
        for name, value in fields.items()
        if name != "secret" and getattr(webhook, name) != value
    }
    if secret is not None:
        changes["secret"] = ("***", "***")
    if not changes:
        return webhook
    _require_rights(actor, changes, internal_now=webhook.include_internal)
    if "url" in changes:
        _require_url(fields["url"])
    for name, value in fields.items():
        if name != "secret":
            setattr(webhook, name, value)
    if secret is not None:
        webhook.sealed_secret, webhook.sealed_previous, webhook.previous_until = seal(secret), None, None
    if webhook.is_active and ("isActive" in changes or "url" in changes):
        _begin_anew(webhook)
    _save(actor, webhook, changes)
    return webhook


def rotate_secret(actor: Person, webhook_id: UUID, *, secret: str | None, overlap_hours: int) -> tuple[Webhook, str]:
    """A new secret; the old one signs along for so long. A third one that still did stops at once."""
    require(actor, "rotateWebhookSecret")
    webhook = get_webhook(webhook_id, lock=True)
    changes = {"secret": ("***", "***")}
    _require_rights(actor, changes, internal_now=webhook.include_internal)
    secret = secret or signing.new_secret()
    until = now() + timedelta(hours=overlap_hours) if overlap_hours else None
    webhook.sealed_previous, webhook.previous_until = (webhook.sealed_secret, until) if until else (None, None)
    webhook.sealed_secret = seal(secret)
    _save(actor, webhook, changes)
    return webhook, secret


def delete_webhook(actor: Person, webhook_id: UUID) -> None:
    """Take it away with everything that was tried. What is being sent at this moment still arrives."""
    require(actor, "deleteWebhook")
    webhook = get_webhook(webhook_id, lock=True)
    event = catalogue.WebhookDeleted(webhook_id=webhook.id, url=webhook.url)
    with connection.cursor() as cursor:  # the ORM would read every delivery first
        cursor.execute(
            "DELETE FROM webhook_attempt a USING webhook_delivery d WHERE a.delivery_id = d.id AND d.webhook_id = %s",
            [webhook.id],
        )
        cursor.execute("DELETE FROM webhook_delivery WHERE webhook_id = %s", [webhook.id])
    webhook.delete()
    settle(FAILING, lambda: next_pause(FAILING_AT_MOST.total_seconds()))
    record(actor, event)


def pause(webhook: Webhook, reason: PausedReason) -> None:
    """Stop delivering to a locked endpoint. Its cursor stays: nothing is lost, and somebody is told."""
    webhook.is_active, webhook.paused_reason, webhook.updated_at = False, reason.value, now()
    webhook.save(update_fields=["is_active", "paused_reason", "updated_at"])
    settle(FAILING, lambda: next_pause(FAILING_AT_MOST.total_seconds()))
    record(None, catalogue.WebhookPaused(webhook=webhook_payload(webhook)))


def pause_failing_webhooks() -> int:
    """Pause those that have failed for five days; says how many."""
    dead = Webhook.objects.select_for_update().filter(is_active=True, failing_since__lte=now() - FAILING_AT_MOST)
    paused = list(dead.order_by("id"))
    for webhook in paused:
        pause(webhook, PausedReason.FAILING)
    settle(FAILING, lambda: next_pause(FAILING_AT_MOST.total_seconds()))
    return len(paused)


def reseal_secrets(*, after: UUID | None = None, most: int | None = None) -> tuple[UUID | None, int]:
    """Encrypt the secrets of the next endpoints with the first of the keys, where they are not. Raises Unreadable.

    The last endpoint looked at, None where there were no more; and how many had to be sealed anew.
    """
    rows = Webhook.objects.select_for_update().order_by("id")
    rows = rows.filter(id__gt=after) if after else rows
    looked_at, sealed = None, 0
    for webhook in rows[:most]:
        looked_at = webhook.id
        if all(is_sealed_anew(one) for one in (webhook.sealed_secret, webhook.sealed_previous) if one):
            continue
        webhook.sealed_secret = seal_again(webhook.sealed_secret)
        webhook.sealed_previous = seal_again(webhook.sealed_previous) if webhook.sealed_previous else None
        webhook.save(update_fields=["sealed_secret", "sealed_previous"])
        sealed += 1
    return looked_at, sealed


def _begin_anew(webhook: Webhook) -> None:
    """What was given up while it failed is tried again with the rest: nothing is lost."""
    if webhook.failing_since:
        WebhookDelivery.objects.filter(
            webhook=webhook, state=DeliveryState.FAILED.value, seq__isnull=False, created_at__gte=webhook.failing_since
        ).update(state=DeliveryState.PENDING.value, due_at=now(), attempts_before=F("attempts"))
    webhook.paused_reason, webhook.failing_since, webhook.not_before = "", None, None


def _save(actor: Person, webhook: Webhook, changes: Mapping[str, tuple[Any, Any]]) -> None:
    webhook.updated_at = now()
    webhook.save(force_update=True)
    if webhook.is_active:
        wake(DELIVERIES, webhook.updated_at)
    settle(FAILING, lambda: next_pause(FAILING_AT_MOST.total_seconds()))
    record(actor, catalogue.WebhookUpdated(webhook=webhook_payload(webhook), changes=dict(changes)))


def _require_url(url: str) -> None:
    try:
        require_outside(read_url(url), settings.WEBHOOK_ALLOWED_NETWORKS)
    except BadUrl as bad:
        raise ValidationFailed(details=[Detail("url", str(bad), bad.code)]) from bad


def _require_rights(actor: Person, changes: Mapping[str, Any], *, internal_now: bool) -> None:
    if refused := forbidden_fields(Role(actor.role), changes, internal_now=internal_now):
        raise FieldForbidden.of(refused)
