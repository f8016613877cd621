"""Endpoints, what is to be delivered to them, and every try."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from helpdesk.clock import now
from helpdesk.ids import new_id
from helpdesk.webhooks.rules import DeliveryState, PausedReason


class Webhook(models.Model):
    """An endpoint: a cursor over the log, and where its events are sent."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    url = models.CharField(max_length=2000)
    events = ArrayField(models.CharField(max_length=60))
    description = models.CharField(max_length=500, blank=True)
    is_active = models.BooleanField(default=True)
    include_internal = models.BooleanField(default=False)
    sealed_secret = models.BinaryField()
    sealed_previous = models.BinaryField(null=True)
    """The secret before the last rotation; signs along until `previous_until`."""
    previous_until = models.DateTimeField(null=True)
    cursor_seq = models.BigIntegerField()
    """Everything up to here is a delivery, or not for this endpoint."""
    failing_since = models.DateTimeField(null=True)
    not_before = models.DateTimeField(null=True)
    """The receiver asked for a rest until then."""
    paused_reason = models.CharField(max_length=10, blank=True, choices=[(r.value, r.value) for r in PausedReason])
    created_at = models.DateTimeField(default=now)
    updated_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "webhook"


class WebhookDelivery(models.Model):
    """One event for one endpoint. Its id is the `webhook-id` of every try. The body stays in the log."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    seq = models.BigIntegerField(null=True)
    """Null: a ping, or one that the original service made."""
    type = models.CharField(max_length=60)
    state = models.CharField(
        max_length=10, default=DeliveryState.PENDING.value, choices=[(s.value, s.value) for s in DeliveryState]
    )
    attempts = models.PositiveIntegerField(default=0)
    attempts_before = models.PositiveIntegerField(default=0)
    """How many had been made when it was last put back to its first try."""
    due_at = models.DateTimeField(null=True)
    """Null: nothing more will be tried. While a try runs: when it counts as lost."""
    last_status = models.PositiveIntegerField(null=True)
    last_error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=now)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "webhook_delivery"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["webhook", "created_at", "id"], name="webhook_delivery_list"),
            models.Index(fields=["seq"], name="webhook_delivery_event"),
            models.Index(
                fields=["webhook", "due_at"], name="webhook_delivery_due", condition=models.Q(state="pending")
            ),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["webhook", "seq"], name="webhook_delivery_once"),
        ]


class WebhookAttempt(models.Model):
    """One try: what was answered, and how long it took."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.CASCADE, related_name="tries", db_index=False)
    number = models.PositiveIntegerField()
    url = models.CharField(max_length=2000)
    started_at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField()
    status = models.PositiveIntegerField(null=True)
    error = models.CharField(max_length=300, blank=True)
    answer = models.TextField(blank=True)
    """At most 20 kB of it."""

    class Meta:
        db_table = "webhook_attempt"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["delivery", "number"], name="webhook_attempt_once"),
        ]
