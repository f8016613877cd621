"""`POST /tickets/bulk`, and the end of a team, which takes many tickets along."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from ninja import Body, Query, Router

from helpdesk.answers import answer, no_content
from helpdesk.bulk import actions
from helpdesk.bulk.schemas import BulkAnswer, BulkChange, DeleteTeamQuery
from helpdesk.people.requests import PersonRequest
from helpdesk.teams.api import router as teams  # the same path as one team, so the same router

router = Router()


@router.post("", operation_id="bulkTickets", response=BulkAnswer, summary="Change many tickets")
def bulk_tickets(request: PersonRequest, body: Body[BulkChange]) -> HttpResponse:
    """Up to 1,000 at once, in one transaction; each is told by itself. Those one may not see are `not_found`."""
    return answer(actions.change_tickets(request.auth, body))


@teams.delete("/{team_id}", operation_id="deleteTeam", response={204: None}, summary="Delete a team")
def delete_team(request: PersonRequest, team_id: UUID, query: Query[DeleteTeamQuery]) -> HttpResponse:
    """409 `team_in_use` with `data.count` where tickets are with it, unless `moveTo` says where they go."""
    actions.delete_team_with(request.auth, team_id, move_to=query.move_to)
    return no_content()


__all__ = ["router", "teams"]
