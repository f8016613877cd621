"""How far each reader of the log has come, and what it had to put aside."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from helpdesk.clock import now
from helpdesk.ids import new_id


class LogCursor(models.Model):
    """One reader's place: everything up to `seq` has been handled, or stands among the dead letters."""

    reader = models.CharField(max_length=40, primary_key=True)
    seq = models.BigIntegerField(default=0)

    class Meta:
        db_table = "log_cursor"


class DeadLetter(models.Model):
    """An event that a reader could not handle. It stops nobody, and waits to be retried."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    reader = models.CharField(max_length=40)
    seq = models.BigIntegerField()
    error = models.CharField(max_length=500)
    attempts = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "dead_letter"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["reader", "seq"], name="dead_letter_once"),
        ]
