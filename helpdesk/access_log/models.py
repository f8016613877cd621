"""Who came in and who was refused, by the hour."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from helpdesk.ids import new_id
from helpdesk.vocabulary import AccessKind


class AccessEntry(models.Model):
    """How often in one hour one person, or a stranger, from one address met the same answer at one operation."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    hour = models.DateTimeField()
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value) for kind in AccessKind])
    subject = models.CharField(max_length=64, blank=True)
    """The person's id, or the digest of an address that nobody has; empty: nobody knows."""
    client = models.CharField(max_length=45, blank=True)
    operation = models.CharField(max_length=60, blank=True)
    person_id = models.UUIDField(null=True)
    """No foreign key: what somebody did stays when they are gone."""
    count = models.PositiveIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        db_table = "access_log"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["last_at", "id"], name="access_log_list"),
            models.Index(fields=["person_id", "last_at"], name="access_log_person"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["hour", "kind", "subject", "client", "operation"], name="access_log_once"),
        ]
