"""Files on tickets, and uploads that were allowed and not registered yet."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from helpdesk.clock import now
from helpdesk.comments.models import Comment
from helpdesk.ids import new_id
from helpdesk.people.models import Person
from helpdesk.tickets.models import Ticket
from helpdesk.vocabulary import ScanState

SCAN_STATES = [(state.value, state.value) for state in ScanState]


class Upload(models.Model):
    """Somebody may put one file into the store. Its id becomes the attachment's."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    filename = models.CharField(max_length=255)
    mime_type = models.CharField(max_length=127)
    size = models.BigIntegerField(null=True)
    key = models.CharField(max_length=200, unique=True)
    expires_at = models.DateTimeField(db_index=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "upload"


class Attachment(models.Model):
    """A file of a ticket, or of one of its comments; with a note it is internal as the note is."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="attachments", db_index=False)
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, null=True, related_name="attachments")
    uploader = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    filename = models.CharField(max_length=255)
    key = models.CharField(max_length=200, unique=True)
    """Where it lies: a copy that no upload address reaches, so what was looked at stays what it was."""
    size = models.BigIntegerField()
    mime_type = models.CharField(max_length=127)
    sha256 = models.BinaryField(max_length=32)
    is_internal = models.BooleanField(default=False)
    scan = models.CharField(
        max_length=20, choices=SCAN_STATES, default=ScanState.UNSCANNED.value, db_default=ScanState.UNSCANNED.value
    )
    threat = models.CharField(max_length=200, blank=True, default="", db_default="")
    """What the scanner found, in its words."""
    scan_attempts = models.PositiveIntegerField(default=0, db_default=0)
    scan_due_at = models.DateTimeField(null=True)
    """When the scanner is to be asked, or asked again; None: it need not be."""
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "attachment"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["ticket", "created_at", "id"], name="attachment_ticket"),
            models.Index(fields=["scan_due_at"], name="attachment_scan", condition=models.Q(scan_due_at__isnull=False)),
        ]
