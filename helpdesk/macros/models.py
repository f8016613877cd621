"""Macros."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from helpdesk.sharing.models import Shared


class Macro(Shared):
    """A prepared reply or note, and what is done with it."""

    comment: Any = models.JSONField(null=True)
    """`{content, is_internal}`."""
    set_fields: Any = models.JSONField(default=dict)
    """Fields of the ticket by their JSON names; of `setCustomFields` those that it names."""
    add_tags = ArrayField(models.CharField(max_length=50), default=list)
    remove_tags = ArrayField(models.CharField(max_length=50), default=list)

    class Meta:
        db_table = "macro"
