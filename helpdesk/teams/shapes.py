"""A team as its payload."""

from __future__ import annotations

from collections.abc import Iterable

from helpdesk.events.payloads import TeamPayload, TeamReference
from helpdesk.people.models import Person
from helpdesk.people.shapes import person_payload
from helpdesk.teams.models import Team
from helpdesk.vocabulary import AssignmentMode


def team_payload(team: Team, members: Iterable[Person]) -> TeamPayload:
    """With those who are in it in effect."""
    return TeamPayload(
        id=team.id,
        name=team.name,
        description=team.description,
        members=[person_payload(person) for person in members],
        is_active=team.is_active,
        assignment=AssignmentMode(team.assignment),
        capacity=team.capacity,
        created_at=team.created_at,
        updated_at=team.updated_at,
    )


def team_reference(team: Team) -> TeamReference:
    """As tickets name it."""
    return TeamReference(id=team.id, name=team.name)
