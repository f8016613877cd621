"""Every key of this desk under which something may lie in the object store."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from helpdesk.clock import now


class StoredObject(models.Model):
    """One key. The row is written before anybody can put something there, and goes after that is gone for good.

    What it belongs to is named without foreign keys: the row outlives ticket and comment.
    """

    key = models.CharField(max_length=200, primary_key=True)
    ticket_id = models.UUIDField(null=True)
    """None: it is no ticket's; an export."""
    comment_id = models.UUIDField(null=True)
    put_until = models.DateTimeField()
    """Until when somebody may begin to put something there."""
    remove_at = models.DateTimeField(null=True)
    """When it is removed, or looked after again. None: an attachment holds it. An export ends then."""
    attempts = models.PositiveIntegerField(default=0)
    """How often somebody began to remove it; from the first on nobody can hold it any more."""
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "stored_object"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["remove_at"], name="stored_object_due", condition=models.Q(remove_at__isnull=False)),
            models.Index(fields=["ticket_id"], name="stored_object_ticket"),
            models.Index(
                fields=["comment_id"], name="stored_object_comment", condition=models.Q(comment_id__isnull=False)
            ),
        ]
