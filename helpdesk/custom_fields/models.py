"""The fields that admins have defined for tickets."""

from __future__ import annotations

from typing import Any

from django.db import models

from helpdesk.clock import now
from helpdesk.custom_fields.rules import Field
from helpdesk.ids import new_id
from helpdesk.vocabulary import FieldRequired, FieldType


class CustomField(models.Model):
    """One of them. Its key and type stay as they are; the values stand in `Ticket.custom_fields`, by key."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=40, unique=True)
    label = models.CharField(max_length=100)
    description = models.CharField(max_length=500, blank=True, default="")
    type = models.CharField(max_length=20, choices=[(t.value, t.value) for t in FieldType])
    options: Any = models.JSONField(default=list)
    """`[{"value", "label"}]`, in order."""
    required = models.CharField(
        max_length=10, choices=[(r.value, r.value) for r in FieldRequired], default=FieldRequired.NO.value
    )
    default: Any = models.JSONField(null=True)
    is_shown = models.BooleanField(default=False)
    """Do requesters get it?"""
    is_editable = models.BooleanField(default=False)
    """May requesters fill it in?"""
    is_archived = models.BooleanField(default=False)
    position = models.IntegerField()
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=now)
    updated_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "custom_field"

    def as_rule(self) -> Field:
        """What the rules know of it."""
        return Field(
            key=self.key,
            label=self.label,
            type=FieldType(self.type),
            options={option["value"]: option["label"] for option in self.options},
            required=FieldRequired(self.required),
            default=self.default,
            is_shown=self.is_shown,
            is_editable=self.is_editable,
            is_archived=self.is_archived,
        )
