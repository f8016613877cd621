"""The people and teams that a change names: each looked up once, and only where a ticket really changes to it."""

from __future__ import annotations

from uuid import UUID

from helpdesk.errors import ValidationFailed
from helpdesk.people.models import Person
from helpdesk.teams.models import Team
from helpdesk.teams.queries import get_team_for_tickets


class Named:
    """What stands behind the ids of one change, for one ticket or a thousand. Raises ValidationFailed."""

    def __init__(self, *, within: str = "", team_field: str = "teamId") -> None:
        """`within`: the path of the object in the request that names them, with its dot; errors name their fields."""
        self._within, self._team_field = within, team_field
        self._people: dict[UUID, Person | None] = {}
        self._teams: dict[UUID, Team | None] = {}

    def requester(self, person_id: UUID) -> Person:
        """Somebody active."""
        return self._person(person_id, field=f"{self._within}requesterId")

    def assignee(self, person_id: UUID) -> Person:
        """An active agent or admin."""
        field = f"{self._within}assignedToId"
        person = self._person(person_id, field=field)
        if not person.is_staff:
            raise ValidationFailed.of(field, "Tickets are assigned to agents and admins.", "not_an_agent")
        return person

    def team(self, team_id: UUID) -> Team:
        """An active team, which is not deleted until the unit of work ends: so tickets are locked before."""
        if team_id not in self._teams:
            self._teams[team_id] = get_team_for_tickets(team_id)
        team = self._teams[team_id]
        if team is None:
            field = f"{self._within}{self._team_field}"
            raise ValidationFailed.of(field, "There is no such active team.", "unknown_team")
        return team

    def _person(self, person_id: UUID, *, field: str) -> Person:
        if person_id not in self._people:
            self._people[person_id] = Person.objects.filter(id=person_id, is_active=True).first()
        person = self._people[person_id]
        if person is None:
            raise ValidationFailed.of(field, "There is no such active person.", "unknown_person")
        return person
