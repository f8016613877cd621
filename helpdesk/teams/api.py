"""`/teams`: who works together."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from ninja import Body, Query, Router

from helpdesk.answers import answer, no_content
from helpdesk.events.payloads import TeamPayload
from helpdesk.people.requests import PersonRequest
from helpdesk.teams import actions, queries
from helpdesk.teams.schemas import ChangeTeam, CreateTeam, TeamList, TeamListQuery
from helpdesk.teams.shapes import team_payload

router = Router()


@router.get("", operation_id="listTeams", response=TeamList, summary="List teams")
def list_teams(request: PersonRequest, query: Query[TeamListQuery]) -> HttpResponse:
    """By name, with their members."""
    page = queries.list_teams(query)
    members = queries.list_members(page.rows)
    rows = [team_payload(team, members[team.id]).model_dump(mode="json", by_alias=True) for team in page.rows]
    return answer({"data": rows, "meta": page.meta})


@router.post("", operation_id="createTeam", response={201: TeamPayload}, summary="Make a team")
def create_team(request: PersonRequest, body: Body[CreateTeam]) -> HttpResponse:
    """With its members: active agents and admins."""
    return answer(actions.create_team(request.auth, fields=body.given()), status=201)


@router.get("/{team_id}", operation_id="getTeam", response=TeamPayload, summary="One team")
def get_team(request: PersonRequest, team_id: UUID) -> HttpResponse:
    """With its members."""
    team = queries.get_team(team_id)
    return answer(team_payload(team, queries.list_members([team])[team.id]))


@router.put("/{team_id}", operation_id="updateTeam", response=TeamPayload, summary="Change a team")
def update_team(request: PersonRequest, team_id: UUID, body: Body[ChangeTeam]) -> HttpResponse:
    """Merges the fields it is given. An inactive team keeps its tickets and gets no new ones."""
    return answer(actions.change_team(request.auth, team_id, fields=body.given()))


router.patch("/{team_id}", operation_id="patchTeam", response=TeamPayload, summary="Change a team")(update_team)


@router.put(
    "/{team_id}/members/{member_id}", operation_id="addTeamMember", response={204: None}, summary="Add a member"
)
def add_member(request: PersonRequest, team_id: UUID, member_id: UUID) -> HttpResponse:
    """Somebody who is in the team already stays in it."""
    actions.add_member(request.auth, team_id, member_id)
    return no_content()


@router.delete(
    "/{team_id}/members/{member_id}", operation_id="removeTeamMember", response={204: None}, summary="Remove a member"
)
def remove_member(request: PersonRequest, team_id: UUID, member_id: UUID) -> HttpResponse:
    """What is assigned to them stays theirs."""
    actions.remove_member(request.auth, team_id, member_id)
    return no_content()
