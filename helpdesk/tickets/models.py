"""The ticket."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models.functions import Coalesce

from helpdesk.clock import now
from helpdesk.ids import new_id
from helpdesk.people.models import Person
from helpdesk.teams.models import Team
from helpdesk.vocabulary import ClockKind, SlaState, TicketPriority, TicketStatus
from helpdesk.words import lookups as lookups

NOBODY = UUID(int=2**128 - 1)
"""Stands for no assignee where tickets are sorted by assignee: it sorts after every id."""

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""Stands for no deadline where tickets are sorted by deadline."""


class Ticket(models.Model):
    """One request for help. Who may see it follows `requester`; `created_by` is who typed it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.BigIntegerField(unique=True)
    """For people; from the sequence `ticket_number_seq`, which leaves gaps."""
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True, default="")
    status = models.CharField(
        max_length=20, choices=[(s.value, s.value) for s in TicketStatus], default=TicketStatus.OPEN.value
    )
    priority = models.SmallIntegerField(
        choices=[(p.rank, p.value) for p in TicketPriority], default=TicketPriority.MEDIUM.rank
    )
    """The rank of the priority (0 low … 3 urgent), so that it sorts as people mean it."""
    requester = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="requested_tickets", db_index=False)
    created_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    assigned_to = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="assigned_tickets", db_index=False
    )
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="tickets", db_index=False)
    merged_into = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    """Where its conversation is now. It is closed then, and what is said on it is said there."""
    tags = ArrayField(models.CharField(max_length=50), default=list)
    custom_fields = models.JSONField(default=dict)
    metadata = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    last_activity_at = models.DateTimeField(default=now)
    created_at = models.DateTimeField(default=now)
    updated_at = models.DateTimeField(default=now)
    # Three facts for analytics (docs/analytics.md), kept by the actions that change them.
    first_response_at = models.DateTimeField(null=True)
    """When staff first replied in public on a ticket that was not their own."""
    done_at = models.DateTimeField(null=True)
    """When it last left the active statuses; null while it is active."""
    reopened_count = models.PositiveIntegerField(default=0, db_default=0)
    """How often it came back to an active status."""
    # What is promised next (docs/sla.md), kept here by helpdesk/sla alone, so that lists need no other table.
    sla_policy_id = models.UUIDField(null=True)
    sla_state = models.CharField(
        max_length=10, choices=[(s.value, s.value) for s in SlaState], blank=True, default="", db_default=""
    )
    sla_clock = models.CharField(
        max_length=20, choices=[(k.value, k.value) for k in ClockKind], blank=True, default="", db_default=""
    )
    sla_due_at = models.DateTimeField(null=True)

    words_changed = False
    """Not a column: what it is found by was changed in this row, and is to be written."""

    class Meta:
        db_table = "ticket"
        # Each order of the list ends in the id, so a keyset page costs the same anywhere.
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["created_at", "id"], name="ticket_created"),
            models.Index(fields=["updated_at", "id"], name="ticket_updated"),
            models.Index(fields=["title", "id"], name="ticket_title"),
            models.Index(fields=["status", "id"], name="ticket_status"),
            models.Index(fields=["priority", "id"], name="ticket_priority"),
            models.Index(Coalesce("assigned_to", models.Value(NOBODY)), "id", name="ticket_assignee"),
            models.Index(fields=["status", "created_at", "id"], name="ticket_status_created"),
            models.Index(fields=["assigned_to", "created_at", "id"], name="ticket_assigned_created"),
            models.Index(fields=["team", "created_at", "id"], name="ticket_team_created"),
            models.Index(fields=["requester", "created_at", "id"], name="ticket_requester_created"),
            GinIndex("tags", name="ticket_tags"),
            GinIndex("custom_fields", name="ticket_custom_fields"),
            models.Index(
                fields=["merged_into"], condition=models.Q(merged_into__isnull=False), name="ticket_merged_into"
            ),
            models.Index(Coalesce("sla_due_at", models.Value(NEVER)), "id", name="ticket_sla_due"),
            models.Index(
                fields=["sla_state", "sla_due_at", "id"],
                condition=models.Q(sla_state=SlaState.WARNED.value) | models.Q(sla_state=SlaState.BREACHED.value),
                name="ticket_sla_late",
            ),
            models.Index(
                fields=["first_response_at"],
                include=["created_at"],
                condition=models.Q(first_response_at__isnull=False),
                name="ticket_answered",
            ),
            models.Index(
                fields=["done_at"],
                include=["created_at", "status", "reopened_count"],
                condition=models.Q(done_at__isnull=False),
                name="ticket_done",
            ),
            models.Index(
                fields=["assigned_to"],
                include=["status"],
                condition=models.Q(done_at__isnull=True),
                name="ticket_load",
            ),
            models.Index(
                fields=["team", "-priority", "created_at", "id"],
                condition=models.Q(done_at__isnull=True, assigned_to__isnull=True),
                name="ticket_waiting",
            ),
            models.Index(
                fields=["created_at"],
                include=["status", "first_response_at"],
                condition=models.Q(done_at__isnull=True),
                name="ticket_backlog",
            ),
        ]

    def priority_word(self) -> TicketPriority:
        return list(TicketPriority)[self.priority]


class TicketWords(models.Model):
    """What a ticket is found by (words.py). A row of its own: a change of status writes no word anew."""

    ticket = models.OneToOneField(Ticket, on_delete=models.CASCADE, primary_key=True, related_name="words")
    vector = SearchVectorField()

    class Meta:
        db_table = "ticket_words"
        # Without a pending list: every search would read it through.
        indexes: ClassVar[list[models.Index]] = [
            GinIndex(fields=["vector"], name="ticket_words_vector", fastupdate=False)
        ]
