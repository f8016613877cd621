"""What somebody is told, and what they want to be told."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from helpdesk.clock import now
from helpdesk.ids import new_id
from helpdesk.people.models import Person
from helpdesk.vocabulary import NotificationKind

KINDS = [(kind.value, kind.value) for kind in NotificationKind]


class Notification(models.Model):
    """One thing told to one person, about one event. Its text is not stored: it is read from the comment."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="notifications", db_index=False)
    event_id = models.UUIDField()
    kind = models.CharField(max_length=30, choices=KINDS)
    title = models.CharField(max_length=400)
    ticket_id = models.UUIDField()
    comment_id = models.UUIDField(null=True)
    actor_id = models.UUIDField(null=True)
    is_read = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "notification"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["person", "created_at", "id"], name="notification_person"),
            models.Index(fields=["person"], name="notification_unread", condition=models.Q(is_read=False)),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # However often the log is read again, nobody is told twice.
            models.UniqueConstraint(fields=["event_id", "person"], name="notification_once"),
        ]


class NotificationPreference(models.Model):
    """What somebody has chosen for a kind; without a row they are told in every way."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=30, choices=KINDS)
    in_app = models.BooleanField(default=True)
    by_mail = models.BooleanField(default=True)

    class Meta:
        db_table = "notification_preference"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["person", "kind"], name="notification_preference_once"),
        ]
