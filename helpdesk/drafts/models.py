"""What somebody is writing on a ticket and has not sent."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from helpdesk.clock import now
from helpdesk.ids import new_id
from helpdesk.people.models import Person
from helpdesk.tickets.models import Ticket
from helpdesk.vocabulary import DraftKind


class Draft(models.Model):
    """One person's unsent reply or note on one ticket: at most one of each kind, and nobody else's to see."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in DraftKind])
    content = models.TextField()
    seen_seq = models.BigIntegerField(null=True)
    """The log's seq up to which the writer had read; null: they never said."""
    version = models.BigIntegerField()
    """From the sequence `draft_version_seq`: what was a draft's version is never another draft's."""
    created_at = models.DateTimeField(default=now)
    updated_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "draft"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["person", "updated_at", "id"], name="draft_person"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["ticket", "person", "kind"], name="draft_one"),
        ]
