"""What is done to teams. Tickets are locked before teams, everywhere."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from helpdesk.clock import now
from helpdesk.errors import Conflict, ValidationFailed
from helpdesk.events import catalogue
from helpdesk.events.log import record
from helpdesk.events.payloads import TeamPayload
from helpdesk.people.models import Person
from helpdesk.people.queries import get_person
from helpdesk.permissions import require
from helpdesk.shapes import to_json_name
from helpdesk.teams.models import Team, TeamMember
from helpdesk.teams.queries import MemberNotFound, TeamNotFound, get_team, list_members, lock_teams
from helpdesk.teams.schemas import MOST_MEMBERS
from helpdesk.teams.shapes import team_payload

MOST_COUNTED = 10_000


class TeamNameTaken(Conflict):
    """Another team has this name."""

    reason = "name_taken"


class TeamInUse(Conflict):
    """Tickets are with this team: move them to another, or deactivate it."""

    reason = "team_in_use"


class TooManyMembers(Conflict):
    """A team has at most 200 members."""

    reason = "too_many"


def create_team(actor: Person, *, fields: Mapping[str, Any]) -> TeamPayload:
    """A new team. `fields` by Python name; `member_ids` among them."""
    require(actor, "createTeam")
    columns = {name: value for name, value in fields.items() if name != "member_ids"}
    moment = now()
    team = Team(**columns, created_at=moment, updated_at=moment)
    _save(team, new=True)
    _add(team, fields.get("member_ids", []))
    payload = team_payload(team, list_members([team])[team.id])
    record(actor, catalogue.TeamCreated(team=payload))
    return payload


def change_team(actor: Person, team_id: UUID, *, fields: Mapping[str, Any]) -> TeamPayload:
    """Set the given fields; `member_ids` are all of them from now on. Who was in it already needs no right to be."""
    require(actor, "updateTeam")
    return _change(actor, get_team(team_id, lock=True), fields)


def add_member(actor: Person, team_id: UUID, person_id: UUID) -> None:
    """Put somebody into a team. Somebody who is in it stays."""
    require(actor, "addTeamMember")
    team = get_team(team_id, lock=True)
    get_person(actor, person_id)
    members = _member_ids(team)
    if person_id not in members and len(members) >= MOST_MEMBERS:
        raise TooManyMembers
    _change(actor, team, {"member_ids": [*members, person_id]})


def remove_member(actor: Person, team_id: UUID, person_id: UUID) -> None:
    """Take somebody out of a team; raises MemberNotFound."""
    require(actor, "removeTeamMember")
    team = get_team(team_id, lock=True)
    members = _member_ids(team)
    if person_id not in members:
        raise MemberNotFound
    _change(actor, team, {"member_ids": [id_ for id_ in members if id_ != person_id]})


def delete_team(actor: Person, team_id: UUID) -> None:
    """Take a team away that no ticket names; raises TeamInUse."""
    require(actor, "deleteTeam")
    team = lock_teams([team_id]).get(team_id)
    if team is None:
        raise TeamNotFound
    count = team.tickets.order_by()[:MOST_COUNTED].count()
    if count:
        raise TeamInUse(data={"count": count})
    event = catalogue.TeamDeleted(team_id=team.id, name=team.name)
    team.delete()
    record(actor, event)


def _change(actor: Person, team: Team, fields: Mapping[str, Any]) -> TeamPayload:
    columns = {name: value for name, value in fields.items() if name != "member_ids"}
    changes: dict[str, tuple[Any, Any]] = {
        to_json_name(name): (getattr(team, name), value)
        for name, value in columns.items()
        if getattr(team, name) != value
    }
    before = _member_ids(team)
    after = before if "member_ids" not in fields else sorted(set(fields["member_ids"]))
    if before != after:
        changes["memberIds"] = ([str(id_) for id_ in before], [str(id_) for id_ in after])
    if not changes:
        return team_payload(team, list_members([team])[team.id])
    for name, value in columns.items():
        setattr(team, name, value)
    team.updated_at = now()
    _save(team)
    _add(team, set(after) - set(before))
    team.memberships.filter(person_id__in=set(before) - set(after)).delete()
    payload = team_payload(team, list_members([team])[team.id])
    record(actor, catalogue.TeamUpdated(team=payload, changes=changes))
    return payload


def _member_ids(team: Team) -> list[UUID]:
    """Everybody who was put into it, in effect or not."""
    return sorted(team.memberships.values_list("person_id", flat=True))


def _add(team: Team, person_ids: Collection[UUID]) -> None:
    if not person_ids:
        return
    people = {person.id: person for person in Person.objects.filter(id__in=person_ids, is_active=True)}
    if not set(person_ids) <= people.keys():
        raise ValidationFailed.of("memberIds", "There is no such active person.", "unknown_person")
    if not all(person.is_staff for person in people.values()):
        raise ValidationFailed.of("memberIds", "Teams are made of agents and admins.", "not_an_agent")
    TeamMember.objects.bulk_create(TeamMember(team=team, person_id=person_id) for person_id in person_ids)


def _save(team: Team, *, new: bool = False) -> None:
    try:
        with transaction.atomic():
            team.save(force_insert=new, force_update=not new)
    except IntegrityError as error:
        raise TeamNameTaken from error
