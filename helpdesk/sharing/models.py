"""What shared things have in common."""

from __future__ import annotations

from django.db import models

from helpdesk.clock import now
from helpdesk.ids import new_id
from helpdesk.people.models import Person
from helpdesk.teams.models import Team
from helpdesk.vocabulary import ViewVisibility


class Shared(models.Model):
    """Somebody's own, a team's, or all staff's."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=500, blank=True, default="")
    visibility = models.CharField(max_length=10, choices=[(v.value, v.value) for v in ViewVisibility])
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="+")
    """Set for what is a team's, and only for that."""
    owner = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    is_archived = models.BooleanField(default=False)
    usage_count = models.PositiveIntegerField(default=0)
    last_used_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=now)
    updated_at = models.DateTimeField(default=now)

    class Meta:
        abstract = True
