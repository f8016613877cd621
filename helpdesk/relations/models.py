"""That two tickets have to do with each other."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from helpdesk.clock import now
from helpdesk.ids import new_id
from helpdesk.tickets.models import Ticket
from helpdesk.vocabulary import RelationKind


class TicketRelation(models.Model):
    """`source` is linked to, is a duplicate of, or is a child of `target`. Of a link the lower id is the source."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in RelationKind])
    source = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+", db_index=False)
    target = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "ticket_relation"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["source", "target", "kind"], name="ticket_relation_once"),
            models.UniqueConstraint(
                fields=["source", "kind"], condition=~models.Q(kind=RelationKind.LINK.value), name="ticket_relation_one"
            ),
            models.CheckConstraint(condition=~models.Q(source=models.F("target")), name="ticket_relation_another"),
        ]
