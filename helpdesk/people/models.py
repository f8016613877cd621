"""People of one tenant, their sessions, and the links that were mailed to them."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from helpdesk.clock import now
from helpdesk.ids import new_id
from helpdesk.vocabulary import LinkPurpose, Role
from helpdesk.words import lookups as lookups


class Person(models.Model):
    """A requester, an agent or an admin. Addresses are stored lower-case and are unique in the tenant."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.CharField(max_length=254, unique=True)
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100, blank=True)
    role = models.CharField(max_length=10, choices=[(r.value, r.value) for r in Role if r != Role.PLATFORM_ADMIN])
    password_hash = models.CharField(max_length=200, blank=True)
    """Empty: they have not accepted their invitation, and nobody can sign in."""
    is_active = models.BooleanField(default=True)
    email_confirmed_at = models.DateTimeField(null=True)
    invited_at = models.DateTimeField(null=True)
    """When they were last invited, until they accept."""
    away_since = models.DateTimeField(null=True)
    """Since when no ticket is shared out to them; null: they are there."""
    created_at = models.DateTimeField(default=now)
    updated_at = models.DateTimeField(default=now)

    held_scopes: frozenset[str] | None = None
    """Of the API key that acts for them in this request; None: they signed in themselves. Not stored."""

    class Meta:
        db_table = "person"

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def is_staff(self) -> bool:
        return Role(self.role).is_staff


class PersonWords(models.Model):
    """What somebody is found by (words.py)."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, primary_key=True, related_name="words")
    vector = SearchVectorField()

    class Meta:
        db_table = "person_words"
        indexes: ClassVar[list[models.Index]] = [
            GinIndex(fields=["vector"], name="person_words_vector", fastupdate=False)
        ]


class Session(models.Model):
    """One sign-in: what a refresh token stands for and what an access token's `sid` names. Gone = signed out."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="sessions")
    refresh_sha256 = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "session"


class AccountLink(models.Model):
    """A link in a mail that lets its person do one thing, once. The link itself is not stored: see `link_tokens`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="links")
    purpose = models.CharField(max_length=20, choices=[(purpose.value, purpose.value) for purpose in LinkPurpose])
    created_at = models.DateTimeField(default=now, db_index=True)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    """Used, replaced by a newer one, or taken back."""

    class Meta:
        db_table = "account_link"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["person", "purpose"], name="account_link_one", condition=models.Q(ended_at__isnull=True)
            ),
        ]
