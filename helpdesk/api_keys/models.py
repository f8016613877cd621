"""Keys with which programs act for a person."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from helpdesk.clock import now
from helpdesk.ids import new_id
from helpdesk.people.models import Person


class ApiKey(models.Model):
    """What a key may do is what its scopes and its person's role both allow, now. Its text is not stored."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="api_keys", db_index=False)
    name = models.CharField(max_length=100)
    sha256 = models.BinaryField(max_length=32)
    last_four = models.CharField(max_length=4)
    scopes = ArrayField(models.CharField(max_length=50))
    created_at = models.DateTimeField(default=now)
    last_used_at = models.DateTimeField(null=True)
    """To the minute."""
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "api_key"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["person", "created_at", "id"], name="api_key_person"),
            models.Index(fields=["created_at", "id"], name="api_key_created"),
        ]
