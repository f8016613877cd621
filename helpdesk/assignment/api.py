"""How tickets find their assignee: `/tickets/next`, who is away, and how busy a team is."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from ninja import Body, Router

from helpdesk import desk
from helpdesk.answers import answer
from helpdesk.assignment import actions
from helpdesk.assignment.queries import count_loads, waiting_tickets
from helpdesk.assignment.rules import has_room
from helpdesk.assignment.schemas import MemberLoad, SetAway, TeamLoad
from helpdesk.events.payloads import TicketPayload, UserPayload
from helpdesk.people.requests import PersonRequest
from helpdesk.people.shapes import person_payload, user_payload
from helpdesk.teams.queries import get_team, list_members
from helpdesk.tickets.shapes import ticket_for

next_ticket = Router()
people = Router()
teams = Router()


@next_ticket.post("", operation_id="takeNextTicket", response=TicketPayload, summary="Take the next ticket")
def take_next(request: PersonRequest) -> HttpResponse:
    """Of those that nobody has, in one's teams or in none: the most urgent, then the oldest. It is yours then."""
    ticket = actions.take_next(request.auth)
    return answer(ticket_for(request.auth, ticket), version=ticket.version)


@people.put("/me/away", operation_id="setOwnAway", response=UserPayload, summary="Be away, or back")
def set_own_away(request: PersonRequest, body: Body[SetAway]) -> HttpResponse:
    """Whoever is away gets no ticket shared out; what they have stays theirs."""
    person = actions.set_away(request.auth, request.auth.id, is_away=body.is_away)
    return answer(user_payload(person, tenant_id=desk.current().id))


@people.put("/{user_id}/away", operation_id="setUserAway", response=UserPayload, summary="Say that somebody is away")
def set_user_away(request: PersonRequest, user_id: UUID, body: Body[SetAway]) -> HttpResponse:
    """As they could themselves."""
    person = actions.set_away(request.auth, user_id, is_away=body.is_away)
    return answer(user_payload(person, tenant_id=desk.current().id))


@teams.get("/{team_id}/load", operation_id="getTeamLoad", response=TeamLoad, summary="How busy a team is")
def get_team_load(request: PersonRequest, team_id: UUID) -> HttpResponse:
    """How many of its tickets wait for an assignee, and who of it could be that."""
    team = get_team(team_id)
    members = list_members([team])[team.id]
    loads = count_loads([person.id for person in members])
    rows = [
        MemberLoad(
            user=person_payload(person),
            load=loads.get(person.id, 0),
            away_since=person.away_since,
            has_room=person.away_since is None and has_room(loads.get(person.id, 0), team.capacity),
        )
        for person in members
    ]
    return answer(TeamLoad(waiting=waiting_tickets().filter(team=team).count(), data=rows))
