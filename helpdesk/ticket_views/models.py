"""Saved views of the queue."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from helpdesk.clock import now
from helpdesk.ids import new_id
from helpdesk.people.models import Person
from helpdesk.teams.models import Team
from helpdesk.vocabulary import ViewVisibility


class TicketView(models.Model):
    """A filter, an order and columns under a name: somebody's own, a team's, or all staff's."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=100)
    filter = models.JSONField(default=dict)
    """The fields of `TicketFilter` that are set, in JSON; `me` and `mine` stay words. Whom it names may be gone."""
    sort_by = models.CharField(max_length=50)
    sort_order = models.CharField(max_length=4)
    columns = ArrayField(models.CharField(max_length=50))
    visibility = models.CharField(max_length=10, choices=[(v.value, v.value) for v in ViewVisibility])
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="views")
    """Set for a team's views, and only for them."""
    owner = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, related_name="+")
    """Null: it came with the desk."""
    position = models.IntegerField()
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=now)
    updated_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "ticket_view"
