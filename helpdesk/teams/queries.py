"""Reading teams. Staff see all of them; the API's door keeps requesters away.

Members are always those in effect: active agents and admins.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from uuid import UUID

from django.db.models import F, QuerySet

from helpdesk.errors import NotFound
from helpdesk.paging import Order, Page, paginate, read_text
from helpdesk.people.models import Person
from helpdesk.teams.models import Team, TeamMember
from helpdesk.teams.schemas import TeamListQuery
from helpdesk.vocabulary import AssignmentMode, Role

BY_NAME = Order("name", F("name"), lambda team: team.name, read_text)


class TeamNotFound(NotFound):
    """There is no such team."""


class MemberNotFound(NotFound):
    """This person is not in the team."""


def get_team(team_id: UUID, *, lock: bool = False) -> Team:
    """The team, or TeamNotFound. `lock`: nobody else changes it until the unit of work ends."""
    teams = Team.objects.select_for_update(no_key=True) if lock else Team.objects.all()
    team = teams.filter(id=team_id).first()
    if team is None:
        raise TeamNotFound
    return team


def lock_teams(team_ids: Collection[UUID]) -> dict[UUID, Team]:
    """Those of them that there are, locked in the order of their ids: no ticket comes to them meanwhile."""
    return {team.id: team for team in Team.objects.select_for_update().filter(id__in=team_ids).order_by("id")}


def get_team_for_tickets(team_id: UUID) -> Team | None:
    """An active team that is not deleted until the unit of work ends.

    FOR KEY SHARE is the lock that the foreign key of a ticket takes anyway; taken here, a team that is being
    deleted is told as absent, and not met when the row is written.
    """
    found = Team.objects.raw("SELECT * FROM team WHERE id = %s AND is_active FOR KEY SHARE", [team_id])
    return next(iter(found), None)


def list_teams(query: TeamListQuery) -> Page[Team]:
    """One page, by name."""
    teams = Team.objects.all()
    return paginate(teams if query.is_active is None else teams.filter(is_active=query.is_active), query, BY_NAME)


def list_members(teams: Iterable[Team]) -> dict[UUID, list[Person]]:
    """Who is in each of these teams, by name."""
    rows = _in_effect().filter(team__in=list(teams)).select_related("person")
    found: dict[UUID, list[Person]] = defaultdict(list)
    for row in rows.order_by("person__first_name", "person__last_name", "person_id"):
        found[row.team_id].append(row.person)
    return found


def list_member_ids(team_id: UUID) -> list[UUID]:
    """Who is in the team."""
    return list(_in_effect().filter(team_id=team_id).order_by("person_id").values_list("person_id", flat=True))


def list_present_ids(team_id: UUID) -> list[UUID]:
    """Who is in the team, and not away."""
    there = _in_effect().filter(team_id=team_id, person__away_since=None)
    return list(there.order_by("person_id").values_list("person_id", flat=True))


def is_shared_out(team_id: UUID) -> bool:
    """Do tickets of this team find their assignee by themselves?"""
    teams = Team.objects.filter(id=team_id, is_active=True)
    return teams.exclude(assignment=AssignmentMode.MANUAL.value).exists()


def list_teams_of(person_id: UUID) -> list[UUID]:
    """The teams that somebody is in; none for requesters and the deactivated."""
    return list(_in_effect().filter(person_id=person_id).order_by("team_id").values_list("team_id", flat=True))


def _in_effect() -> QuerySet[TeamMember]:
    return TeamMember.objects.filter(person__is_active=True, person__role__in=[Role.AGENT.value, Role.ADMIN.value])
