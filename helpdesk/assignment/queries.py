"""Reading what waits for an assignee, and who could be it."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from helpdesk.assignment.rules import Candidate
from helpdesk.people.queries import attach_people
from helpdesk.teams.models import Team
from helpdesk.teams.queries import list_present_ids
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import PEOPLE
from helpdesk.vocabulary import AssignmentMode, TicketStatus

TO_WORK_ON = (TicketStatus.OPEN.value, TicketStatus.IN_PROGRESS.value)
"""What waits for its requester waits for nobody else, and keeps nobody busy."""


def waiting_tickets() -> QuerySet[Ticket]:
    """Those that nobody has, the most urgent first, then the oldest."""
    waiting = Ticket.objects.filter(assigned_to=None, done_at=None, status__in=TO_WORK_ON)
    return waiting.order_by("-priority", "created_at", "id")


def list_sharing_teams() -> list[Team]:
    """The active teams whose tickets are shared out, and of which one waits; by id."""
    waits = Exists(waiting_tickets().order_by().filter(team=OuterRef("pk")))
    return list(_sharing().filter(waits).order_by("id"))


def lock_sharing_teams() -> dict[UUID, Team]:
    """All whose tickets are shared out, locked until the unit of work ends: one ticket of the desk is shared out at
    a time, so nobody who is in two teams is counted twice.
    """
    return {team.id: team for team in _sharing().select_for_update(no_key=True).order_by("id")}


def list_candidates(team: Team) -> list[Candidate]:
    """Who of the team is there, with what they have to work on, of whatever team."""
    people = list_present_ids(team.id)
    loads = count_loads(people)
    return [Candidate(person, loads.get(person, 0)) for person in people]


def count_loads(person_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many tickets each of them has to work on; those who have none are left out."""
    theirs = Ticket.objects.filter(assigned_to__in=person_ids, done_at=None, status__in=TO_WORK_ON)
    counted = theirs.order_by().values_list("assigned_to_id").annotate(count=Count("id"))
    return {person: count for person, count in counted if person is not None}


def lock_first_waiting(where: Q) -> Ticket | None:
    """The first of those that wait, locked until the unit of work ends. What somebody else has locked is theirs."""
    waiting = waiting_tickets().filter(where).select_for_update(skip_locked=True)
    found = waiting.values_list("id", flat=True).first()
    if found is None:
        return None
    ticket = Ticket.objects.select_related("team").get(id=found)
    attach_people(([ticket], PEOPLE))
    return ticket


def _sharing() -> QuerySet[Team]:
    return Team.objects.filter(is_active=True).exclude(assignment=AssignmentMode.MANUAL.value)
