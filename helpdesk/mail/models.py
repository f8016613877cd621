"""Mails that were and are to be sent, a desk's templates, addresses that take none, and the local store."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from helpdesk.clock import now
from helpdesk.ids import new_id
from helpdesk.people.models import Person
from helpdesk.vocabulary import MailKind, MailState

KINDS = [(kind.value, kind.value) for kind in MailKind]
STATES = [(state.value, state.value) for state in MailState]


class Mail(models.Model):
    """One mail to one person about one event. Its text is not stored: it is written anew for each try."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="mails", db_index=False)
    event_id = models.UUIDField()
    kind = models.CharField(max_length=30, choices=KINDS)
    ticket_id = models.UUIDField(null=True)
    comment_id = models.UUIDField(null=True)
    actor_id = models.UUIDField(null=True)
    ticket_status = models.CharField(max_length=20, blank=True, default="")
    """What a changed status became; a mail about one that has changed again is dropped."""
    state = models.CharField(max_length=10, choices=STATES, default=MailState.PENDING.value)
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(null=True, default=now)
    """When it is tried next, or how long it is left to the worker that is trying it. None: never again."""
    address = models.CharField(max_length=254, blank=True, default="")
    """Where it was sent."""
    subject = models.CharField(max_length=300, blank=True, default="")
    carrier_id = models.CharField(max_length=200, blank=True, default="")
    """How the carrier calls it."""
    last_error = models.CharField(max_length=500, blank=True, default="")
    sent_at = models.DateTimeField(null=True)
    bounced_at = models.DateTimeField(null=True)
    bounce_reason = models.CharField(max_length=500, blank=True, default="")
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "mail"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due_at"], name="mail_due", condition=models.Q(state=MailState.PENDING.value)),
            models.Index(fields=["ticket_id", "created_at", "id"], name="mail_ticket"),
            models.Index(fields=["state", "created_at", "id"], name="mail_state"),
            models.Index(fields=["created_at", "id"], name="mail_created"),
            models.Index(
                fields=["address", "bounced_at"], name="mail_bounced", condition=models.Q(bounced_at__isnull=False)
            ),
            models.Index(fields=["person"], name="mail_person"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # However often the log is read again, nobody is mailed twice.
            models.UniqueConstraint(fields=["event_id", "person"], name="mail_once"),
        ]


class MailTemplate(models.Model):
    """What a desk's admin wrote for a kind; without a row the default stands."""

    kind = models.CharField(max_length=30, choices=KINDS, primary_key=True)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField()
    updated_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "mail_template"


class UndeliverableAddress(models.Model):
    """An address that takes no mail of ours, or whose owner complained: it gets none until somebody clears it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    address = models.CharField(max_length=254, unique=True)
    reason = models.CharField(max_length=500)
    is_complaint = models.BooleanField(default=False)
    """Somebody does not want our mail: only an admin clears that."""
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "undeliverable_address"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["created_at", "id"], name="undeliverable_created"),
        ]


class KeptMail(models.Model):
    """A mail that the local backend was given, instead of somebody's mailbox."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    message_id = models.CharField(max_length=300, unique=True)
    to = ArrayField(models.CharField(max_length=400))
    """Bare addresses; names stand in the headers."""
    sender = models.CharField(max_length=600)
    subject = models.CharField(max_length=998)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "kept_mail"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["created_at", "id"], name="kept_mail_created"),
        ]
