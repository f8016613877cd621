"""What was taken from one ticket to another, by a merge or a split."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from helpdesk.clock import now
from helpdesk.ids import new_id
from helpdesk.vocabulary import MoveKind


class TicketMove(models.Model):
    """These comments and files stood on `source` and were taken to `target`.

    The log goes on telling of them where they were. So the row outlives its tickets, and its end: it names them
    without foreign keys.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in MoveKind])
    source_id = models.UUIDField()
    target_id = models.UUIDField()
    comment_ids = ArrayField(models.UUIDField(), default=list)
    attachment_ids = ArrayField(models.UUIDField(), default=list)
    before = models.JSONField(default=dict)
    """What a merge changed of both tickets, as it was."""
    created_at = models.DateTimeField(default=now)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "ticket_move"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["source_id", "created_at"], name="ticket_move_source"),
            models.Index(fields=["target_id", "created_at"], name="ticket_move_target"),
            GinIndex(fields=["comment_ids"], name="ticket_move_comments", fastupdate=False),
            GinIndex(fields=["attachment_ids"], name="ticket_move_attachments", fastupdate=False),
        ]
