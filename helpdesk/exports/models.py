"""Files that are made in the background, until they are removed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from helpdesk.clock import now
from helpdesk.ids import new_id
from helpdesk.people.models import Person
from helpdesk.vocabulary import ExportFormat, ExportKind, ExportProblem, ExportStatus


class Export(models.Model):
    """What one person asked for. The row goes with its file, at `expires_at` or before."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=20, choices=[(one.value, one.value) for one in ExportKind])
    format = models.CharField(max_length=10, choices=[(one.value, one.value) for one in ExportFormat])
    query = models.JSONField(default=dict)
    """What is in it, as its kind asks for it: `TicketsAsked` …"""
    told = models.JSONField(default=dict)
    """How it is written: `Told`."""
    status = models.CharField(
        max_length=10,
        choices=[(one.value, one.value) for one in ExportStatus],
        default=ExportStatus.WAITING.value,
    )
    problem = models.CharField(max_length=20, choices=[(one.value, one.value) for one in ExportProblem], blank=True)
    rows_done = models.BigIntegerField(default=0)
    rows_expected = models.BigIntegerField(null=True)
    filename = models.CharField(max_length=255)
    key = models.CharField(max_length=200, blank=True)
    """Where the file lies; empty until it does."""
    file_size = models.BigIntegerField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    """How often somebody began to make it; whoever began later is the one whose word counts."""
    due_at = models.DateTimeField(null=True, default=now)
    """When it is to be made; while it is being made, when whoever does it counts as dead. None: it has ended."""
    created_at = models.DateTimeField(default=now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "export"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["person", "created_at", "id"], name="export_person"),
            models.Index(fields=["due_at"], name="export_due", condition=models.Q(due_at__isnull=False)),
        ]
