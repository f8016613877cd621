"""What is said on a ticket: public replies and internal notes."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from helpdesk.clock import now
from helpdesk.ids import new_id
from helpdesk.people.models import Person
from helpdesk.tickets.models import Ticket


class Comment(models.Model):
    """A public reply, or an internal note (`is_internal`, which never changes)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="comments", db_index=False)
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    content = models.TextField()
    is_internal = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=now)
    updated_at = models.DateTimeField(default=now)
    edited_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "comment"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["ticket", "created_at", "id"], name="comment_ticket"),
        ]
