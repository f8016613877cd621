"""Reading views, always from `views_visible_to`; and the tickets that stand in them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, Q, QuerySet

from helpdesk.errors import NotFound
from helpdesk.paging import DEEPEST_ROW, Order, Page, PageQuery, paginate, read_number
from helpdesk.people.models import Person
from helpdesk.teams.queries import list_member_ids, list_teams_of
from helpdesk.ticket_views.models import TicketView
from helpdesk.ticket_views.schemas import QueueQuery, ViewCount
from helpdesk.tickets.filter import TicketFilter
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import list_tickets, tickets_visible_to
from helpdesk.vocabulary import Role, ViewVisibility

IN_THEIR_ORDER = Order("position", F("position"), lambda view: view.position, read_number)
MOST_COUNTED_VIEWS = 50


class ViewNotFound(NotFound):
    """There is no such view, or you may not see it."""


def views_visible_to(person: Person) -> QuerySet[TicketView]:
    """One's own, those of one's teams and everybody's; admins see every shared one, requesters none."""
    if not person.is_staff:
        return TicketView.objects.none()
    seen = Q(visibility=ViewVisibility.ALL.value) | Q(owner_id=person.id)
    of_teams = Q(visibility=ViewVisibility.TEAM.value)
    if person.role != Role.ADMIN.value:
        of_teams &= Q(team_id__in=list_teams_of(person.id))
    return TicketView.objects.filter(seen | of_teams)


def get_view(person: Person, view_id: UUID, *, lock: bool = False) -> TicketView:
    """The view, or ViewNotFound. `lock`: nobody else changes it until the unit of work ends."""
    views = views_visible_to(person).filter(id=view_id)
    view = (views.select_for_update() if lock else views).first()
    if view is None:
        raise ViewNotFound
    return view


def list_seen_views(asked: Sequence[tuple[Person, UUID]]) -> list[TicketView | None]:
    """For each person and id what `get_view` would give, None where it refuses: decided in memory, for many at once."""
    views = {view.id: view for view in TicketView.objects.filter(id__in={view_id for _, view_id in asked})}
    teams = {view.team_id for view in views.values() if view.team_id}
    members = {team_id: set(list_member_ids(team_id)) for team_id in teams}
    return [
        view if (view := views.get(view_id)) and _is_seen_by(person, view, members) else None
        for person, view_id in asked
    ]


def _is_seen_by(person: Person, view: TicketView, members: Mapping[UUID, Collection[UUID]]) -> bool:
    """As `views_visible_to`; a test holds the two against each other."""
    if not person.is_staff:
        return False
    if view.owner_id == person.id or view.visibility == ViewVisibility.ALL.value:
        return True
    if view.visibility != ViewVisibility.TEAM.value or view.team_id is None:
        return False
    return person.role == Role.ADMIN.value or person.id in members[view.team_id]


def list_views(person: Person, query: PageQuery) -> Page[TicketView]:
    """One page, in the order of their positions."""
    return paginate(views_visible_to(person), query, IN_THEIR_ORDER)


def list_named(view: TicketView) -> list[UUID]:
    """Whom a view is for by name: its owner, and the members of its team."""
    members = list_member_ids(view.team_id) if view.team_id else []
    owner = [view.owner_id] if view.owner_id else []
    return list(dict.fromkeys([*owner, *members]))


def filter_of(view: TicketView) -> TicketFilter:
    """Its conditions. `me` in them is whoever asks."""
    return TicketFilter.model_validate(view.filter)


def list_queue(person: Person, query: QueueQuery) -> Page[Ticket]:
    """One page of the tickets that the person may see, that the query picks, and the view where one is named."""
    view = get_view(person, query.view) if query.view else None
    has_order = bool({"sort_by", "sort_order"} & query.model_fields_set)
    order = query if view is None or has_order else view
    return list_tickets(
        person,
        query,
        query,
        sort_by=order.sort_by,
        descending=order.sort_order == "desc",
        also=filter_of(view) if view else None,
    )


def count_views(person: Person) -> list[ViewCount]:
    """How many tickets stand in each of the first views, in one statement; each is counted up to 10,000."""
    views = list(views_visible_to(person).order_by("position", "id")[:MOST_COUNTED_VIEWS])
    counted = _counted({view.id: _tickets_in(person, view) for view in views})
    return [
        ViewCount(view_id=view.id, count=min(counted[view.id], DEEPEST_ROW), is_capped=counted[view.id] > DEEPEST_ROW)
        for view in views
    ]


def _tickets_in(person: Person, view: TicketView) -> QuerySet[Ticket, Any]:
    picked = tickets_visible_to(person).filter(filter_of(view).to_sql(person.id, is_staff=person.is_staff))
    return picked.order_by().values("pk")[: DEEPEST_ROW + 1]


def _counted(asked: dict[UUID, QuerySet[Ticket, Any]]) -> dict[UUID, int]:
    found, parts, given = dict.fromkeys(asked, 0), list[str](), list[Any]()
    for id_, tickets in asked.items():
        try:
            sql, values = tickets.query.sql_with_params()
        except EmptyResultSet:
            continue  # it cannot pick anything, so there is nothing to ask
        parts.append(f"SELECT %s::uuid, (SELECT count(*) FROM ({sql}) picked)")
        given += [id_, *values]
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts), given)
            found |= dict(cursor.fetchall())
    return found
