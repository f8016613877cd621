"""Policies in versions that never change, and where each ticket stands under its version."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from helpdesk.clock import now
from helpdesk.ids import new_id
from helpdesk.tickets.models import Ticket
from helpdesk.vocabulary import ClockKind

BORN = -1
"""Instead of a seq: the ticket is new, and what it matches first holds from its beginning."""


class SlaPolicy(models.Model):
    """What is promised to which tickets. A deleted one stays for the tickets that are under it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=100)
    position = models.IntegerField()
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)
    """The number of its present version."""
    deleted_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=now)
    updated_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "sla_policy"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(deleted_at__isnull=True), name="sla_policy_name_once"
            ),
        ]


class SlaPolicyVersion(models.Model):
    """The terms of a policy, for good: a trigger refuses every change."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    policy = models.ForeignKey(SlaPolicy, on_delete=models.PROTECT, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    terms = models.JSONField()
    """Conditions, targets, hours, warning and escalations, as the API has them."""
    holidays = models.JSONField(default=list)
    """`[date, name]` of its country, as they were known when the version was made."""
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "sla_policy_version"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["policy", "number"], name="sla_policy_version_once"),
        ]


class SlaTicket(models.Model):
    """Under which version a ticket is, and when it is to be looked at next.

    Without a foreign key to the ticket: the dispatcher writes these rows, and must wait for nobody who has a ticket
    locked. A row whose ticket is gone is removed when it is due.
    """

    ticket_id = models.UUIDField(primary_key=True)
    version = models.ForeignKey(SlaPolicyVersion, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    matched_seq = models.BigIntegerField(null=True)
    """Up to here the log was asked whether the ticket is to match anew; null or BORN: it is, whatever the log says."""
    matched_at = models.DateTimeField(null=True)
    """Since when it is under this version: what had ended before is not warned of."""
    check_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sla_ticket"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["check_at"], condition=models.Q(check_at__isnull=False), name="sla_ticket_check"),
        ]


class SlaClock(models.Model):
    """One clock of a ticket, as log and version make it. `warned_at`, `breached_at`: when that was told."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value) for kind in ClockKind])
    nth = models.PositiveIntegerField()
    """Of its kind and ticket."""
    version = models.ForeignKey(SlaPolicyVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    began_at = models.DateTimeField()
    warn_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sla_clock"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["ticket", "kind", "nth"], name="sla_clock_once"),
        ]


class SlaSweep(models.Model):
    """One row while all active tickets are being put under the policies of now; `after_id`: how far that has come."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    after_id = models.UUIDField(null=True)
    began_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "sla_sweep"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(id=1), name="sla_sweep_one_row"),
        ]
