"""The log's rows. Only `helpdesk.events.log` writes them; triggers refuse everybody else's changes."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from helpdesk.vocabulary import Floor


class Event(models.Model):
    """One thing that happened. The order of `seq` is the order of commit, without gaps."""

    seq = models.BigIntegerField(primary_key=True)
    id = models.UUIDField(unique=True)
    type = models.CharField(max_length=60)
    actor = models.UUIDField(null=True)
    """The person who did it; null: the hub itself."""
    ticket = models.UUIDField(null=True)
    floor = models.CharField(max_length=10, choices=[(f.value, f.value) for f in Floor])
    people = ArrayField(models.UUIDField(), default=list)
    payload = models.TextField()
    """Canonical JSON (RFC 8785) of `{actor, data, changes?}`, or `{"redacted":true}`."""
    payload_sha256 = models.BinaryField(max_length=32)
    origin = models.TextField(blank=True, default="", db_default="")
    """From where it was done, as `origin_text` writes it; not in the chain, for it is forgotten after a time."""
    recorded_at = models.DateTimeField()
    hash = models.BinaryField(max_length=32)
    """sha256 over the hash before it and this row's other columns but the payload's text."""

    class Meta:
        db_table = "event"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["ticket", "seq"], name="event_ticket"),
            models.Index(fields=["actor", "seq"], name="event_actor"),
            models.Index(fields=["seq"], condition=models.Q(ticket=None), name="event_desk"),
        ]


class EventHead(models.Model):
    """One row: where the log ends. Its lock is taken last, and orders the commits of a tenant."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    epoch = models.UUIDField()
    """Changes when the log is restored to an older state: then a reader's place means nothing."""
    last_seq = models.BigIntegerField(default=0)
    last_hash = models.BinaryField(max_length=32)
    anchor_seq = models.BigIntegerField(default=0)
    """The last seq that retention removed; 0: nothing yet."""
    anchor_hash = models.BinaryField(max_length=32)
    forgotten_seq = models.BigIntegerField(default=0, db_default=0)
    """Up to here nobody knows any more from where things were done."""

    class Meta:
        db_table = "event_head"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(id=1), name="event_head_one_row"),
        ]
