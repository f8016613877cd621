"""What is said on a ticket: public replies and internal notes."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from helpdesk.clock import now
from helpdesk.ids import new_id
from helpdesk.people.models import Person
from helpdesk.tickets.models import Ticket
from helpdesk.words import lookups as lookups


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


class ReplyWords(models.Model):
    """What a public reply is found by."""

    comment = models.OneToOneField(Comment, on_delete=models.CASCADE, primary_key=True, related_name="reply_words")
    vector = SearchVectorField()

    class Meta:
        db_table = "reply_words"
        indexes: ClassVar[list[models.Index]] = [
            GinIndex(fields=["vector"], name="reply_words_vector", fastupdate=False)
        ]


class NoteWords(models.Model):
    """What a note is found by. A table of its own: what requesters ask never comes near it, not even in time."""

    comment = models.OneToOneField(Comment, on_delete=models.CASCADE, primary_key=True, related_name="note_words")
    vector = SearchVectorField()

    class Meta:
        db_table = "note_words"
        indexes: ClassVar[list[models.Index]] = [
            GinIndex(fields=["vector"], name="note_words_vector", fastupdate=False)
        ]
