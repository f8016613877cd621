"""Who is still to be taken out of the log."""

from __future__ import annotations

from django.db import models

from helpdesk.clock import now


class Erasure(models.Model):
    """One person; the row goes when the log has been read through."""

    person_id = models.UUIDField(primary_key=True)
    actor_id = models.UUIDField(null=True)
    """Who wanted it. None: a command."""
    done_seq = models.BigIntegerField(default=0)
    """Up to here the log does not speak of them any more."""
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "erasure"
