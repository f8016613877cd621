"""People of one tenant, and their sessions."""

from __future__ import annotations

from django.db import models

from helpdesk.clock import now
from helpdesk.ids import new_id
from helpdesk.vocabulary import Role


class Person(models.Model):
    """A requester, an agent or an admin. Addresses are stored lower-case and are unique in the tenant."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.CharField(max_length=254, unique=True)
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100, blank=True)
    role = models.CharField(max_length=10, choices=[(r.value, r.value) for r in Role if r != Role.PLATFORM_ADMIN])
    password_hash = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)
    email_confirmed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=now)
    updated_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "person"

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def is_staff(self) -> bool:
        return Role(self.role).is_staff


class Session(models.Model):
    """One sign-in: what a refresh token stands for and what an access token's `sid` names. Gone = signed out."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="sessions")
    refresh_sha256 = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "session"
