"""Teams, and who is in them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower

from helpdesk.clock import now
from helpdesk.ids import new_id
from helpdesk.people.models import Person
from helpdesk.vocabulary import AssignmentMode

MODES = [(mode.value, mode.value) for mode in AssignmentMode]


class Team(models.Model):
    """Agents and admins who share a pile of tickets. Names are unique in the tenant, in any case."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=500, blank=True, default="")
    is_active = models.BooleanField(default=True)
    """An inactive team keeps its tickets and gets no new ones."""
    assignment = models.CharField(
        max_length=20, choices=MODES, default=AssignmentMode.MANUAL.value, db_default=AssignmentMode.MANUAL.value
    )
    capacity = models.PositiveIntegerField(null=True)
    """As many tickets to work on has one of it at most when a ticket is shared out; null: any number."""
    last_assigned_id = models.UUIDField(null=True)
    """Who got the last ticket that was shared out."""
    created_at = models.DateTimeField(default=now)
    updated_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "team"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(Lower("name"), name="team_name_once"),
        ]


class TeamMember(models.Model):
    """That somebody is in a team. Whoever is deactivated or becomes a requester is in it no more, in effect."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")

    class Meta:
        db_table = "team_member"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["team", "person"], name="team_member_once"),
        ]
