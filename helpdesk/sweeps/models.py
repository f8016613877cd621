"""What is still to be done to many tickets."""

from __future__ import annotations

from typing import Any

from django.db import models

from helpdesk.clock import now
from helpdesk.ids import new_id


class TicketSweep(models.Model):
    """One change on its way over the tickets, in the order of their ids."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=20)
    """`tags` or `options` (rules.py)."""
    spec: Any = models.JSONField()
    actor_id = models.UUIDField()
    """Who wanted it; each ticket tells that they did it."""
    after_id = models.UUIDField(null=True)
    """Up to this ticket it is done, this time round."""
    is_dirty = models.BooleanField(default=False)
    """Something was found this time round: it goes round once more, for what came meanwhile."""
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "ticket_sweep"
