"""Reading what is shared, always from `visible_to`."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from django.db.models import F, Q, QuerySet

from helpdesk.errors import NotFound
from helpdesk.paging import Order, Page, PageQuery, paginate, read_text
from helpdesk.people.models import Person
from helpdesk.sharing.models import Shared
from helpdesk.teams.queries import list_member_ids, list_teams_of
from helpdesk.vocabulary import Role, ViewVisibility

S = TypeVar("S", bound=Shared)
BY_NAME = Order("name", F("name"), lambda thing: thing.name, read_text)


class SharedNotFound(NotFound):
    """There is no such thing, or you may not see it."""


def visible_to(model: type[S], person: Person) -> QuerySet[S]:
    """One's own, those of one's teams and everybody's; admins see every shared one, requesters none."""
    things: QuerySet[S] = model._default_manager.all()
    if not person.is_staff:
        return things.none()
    of_teams = Q(visibility=ViewVisibility.TEAM.value)
    if person.role != Role.ADMIN.value:
        of_teams &= Q(team_id__in=list_teams_of(person.id))
    return things.filter(Q(visibility=ViewVisibility.ALL.value) | Q(owner_id=person.id) | of_teams)


def list_shared(model: type[S], person: Person, query: PageQuery, *, archived: bool | None) -> Page[S]:
    """One page, by name. `archived` None: whether or not."""
    things = visible_to(model, person)
    return paginate(things if archived is None else things.filter(is_archived=archived), query, BY_NAME)


def get_shared(model: type[S], person: Person, id_: UUID, *, lock: bool = False) -> S:
    """It, or SharedNotFound. `lock`: nobody else changes it until the unit of work ends."""
    things = visible_to(model, person).filter(id=id_)
    thing = (things.select_for_update(of=("self",)) if lock else things).first()
    if thing is None:
        raise SharedNotFound
    return thing


def list_named(thing: Shared) -> list[UUID]:
    """Whom it is for by name: its owner, and the members of its team."""
    members = list_member_ids(thing.team_id) if thing.team_id else []
    return list(dict.fromkeys([thing.owner_id, *members]))
