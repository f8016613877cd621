"""Answers kept so that a repeated request gets the same one."""

from __future__ import annotations

from django.db import models

from helpdesk.clock import now


class IdempotentAnswer(models.Model):
    """The answer to a POST that carried an `Idempotency-Key`. Kept for a day."""

    scope = models.BinaryField(max_length=32, primary_key=True)
    """sha256 of person, method, path and key."""
    body_sha256 = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField()
    etag = models.CharField(max_length=40, blank=True)
    content = models.TextField()
    """The JSON that was answered, with secrets masked."""
    created_at = models.DateTimeField(default=now, db_index=True)

    class Meta:
        db_table = "idempotent_answer"
