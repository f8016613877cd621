"""What is done to views. Each is told to those who may see it, and to nobody else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Max

from helpdesk.clock import now
from helpdesk.errors import Conflict, ValidationFailed
from helpdesk.events import view_events
from helpdesk.events.log import record
from helpdesk.people.models import Person
from helpdesk.permissions import require
from helpdesk.shapes import to_json_name
from helpdesk.teams.queries import get_team_for_tickets, list_teams_of
from helpdesk.ticket_views.defaults import COLUMNS, DEFAULT_VIEWS
from helpdesk.ticket_views.models import TicketView
from helpdesk.ticket_views.queries import get_view, list_named
from helpdesk.ticket_views.rules import require_editable, require_shareable
from helpdesk.ticket_views.schemas import stored_filter
from helpdesk.ticket_views.shapes import view_payload
from helpdesk.versions import require_match
from helpdesk.vocabulary import Role, ViewVisibility

MOST_VIEWS = 100


class TooManyViews(Conflict):
    """Somebody has at most 100 views of their own."""

    reason = "too_many"


def create_view(actor: Person, *, fields: Mapping[str, Any]) -> TicketView:
    """A new view of the actor. `fields` by Python name, with every field there is."""
    require(actor, "createView")
    if TicketView.objects.filter(owner=actor).count() >= MOST_VIEWS:
        raise TooManyViews
    columns = _columns_of(fields)
    if columns["position"] is None:
        columns["position"] = (TicketView.objects.aggregate(last=Max("position"))["last"] or 0) + 1
    moment = now()
    view = TicketView(**columns, owner=actor, created_at=moment, updated_at=moment)
    _require_may_share(actor, view)
    _require_active_team(view)
    view.save(force_insert=True)
    _tell_created(actor, view)
    return view


def change_view(actor: Person, view_id: UUID, *, fields: Mapping[str, Any], if_match: str | None = None) -> TicketView:
    """Set the given fields. Whoever loses sight of it is told that it is gone; whoever gains it, that it is new."""
    require(actor, "updateView")
    if fields.get("team_id"):
        get_team_for_tickets(fields["team_id"])  # teams are locked before views, as where a team is deleted
    view = get_view(actor, view_id, lock=True)
    require_match(if_match, view.version, lambda: view_payload(view).model_dump(mode="json", by_alias=True))
    wanted = _columns_of(fields)
    if wanted.get("visibility", view.visibility) != ViewVisibility.TEAM.value:
        wanted.setdefault("team_id", None)
    changes = {
        to_json_name(name): (_json(getattr(view, name)), _json(value))
        for name, value in wanted.items()
        if getattr(view, name) != value
    }
    if not changes:
        return view
    _require_editable(actor, view)
    is_shared_anew = bool({"visibility", "teamId"} & changes.keys())
    farewell = _deleted(view)
    for name, value in wanted.items():
        setattr(view, name, value)
    _require_may_share(actor, view)  # who has left the team does not change what it sees
    if is_shared_anew:
        _require_active_team(view)
        if view.owner_id is None and view.visibility != ViewVisibility.ALL.value:
            view.owner = actor  # else nobody would have it
    view.version, view.updated_at = view.version + 1, now()
    view.save(force_update=True)
    if is_shared_anew:
        record(actor, farewell)
        _tell_created(actor, view)
    else:
        record(actor, view_events.ViewUpdated(view=view_payload(view), people=list_named(view), changes=changes))
    return view


def delete_view(actor: Person, view_id: UUID, *, if_match: str | None = None) -> None:
    """Take it away. The tickets in it are as they were."""
    require(actor, "deleteView")
    view = get_view(actor, view_id, lock=True)
    require_match(if_match, view.version, lambda: view_payload(view).model_dump(mode="json", by_alias=True))
    _require_editable(actor, view)
    _delete(actor, view)


def take_views_from_team(actor: Person, team_id: UUID) -> None:
    """The team goes: its views are their owners' own again, and one without an owner goes along."""
    for view in TicketView.objects.select_for_update().filter(team_id=team_id).order_by("id"):
        if view.owner_id is None:
            _delete(actor, view)
            continue
        record(actor, _deleted(view))
        view.visibility, view.team = ViewVisibility.PRIVATE.value, None
        view.version, view.updated_at = view.version + 1, now()
        view.save(force_update=True)
        _tell_created(actor, view)


def rewrite_filters(actor: Person, rewrite: Callable[[Mapping[str, Any]], dict[str, Any]]) -> None:
    """What views ask for is called otherwise from now on: theirs follows, whosever they are."""
    for view in TicketView.objects.select_for_update().order_by("id"):
        before, after = view.filter, rewrite(view.filter)
        if after == before:
            continue
        view.filter, view.version, view.updated_at = after, view.version + 1, now()
        view.save(update_fields=["filter", "version", "updated_at"])
        changes = {"filter": (before, after)}
        record(actor, view_events.ViewUpdated(view=view_payload(view), people=list_named(view), changes=changes))


def add_default_views() -> None:
    """What a new desk has from its first minute: part of its beginning, so no event tells of it."""
    moment = now()
    TicketView.objects.bulk_create(
        TicketView(
            name=view.name,
            filter=dict(view.filter),
            sort_by=view.sort_by,
            sort_order=view.sort_order,
            columns=list(COLUMNS),
            visibility=ViewVisibility.ALL.value,
            position=position,
            created_at=moment,
            updated_at=moment,
        )
        for position, view in enumerate(DEFAULT_VIEWS, start=1)
    )


def _columns_of(fields: Mapping[str, Any]) -> dict[str, Any]:
    columns = dict(fields)
    if "filter" in columns:
        columns["filter"] = stored_filter(columns["filter"])
    if "visibility" in columns:
        columns["visibility"] = ViewVisibility(columns["visibility"]).value
    return columns


def _json(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value


def _require_editable(actor: Person, view: TicketView) -> None:
    require_editable(Role(actor.role), ViewVisibility(view.visibility), own=view.owner_id == actor.id)


def _require_may_share(actor: Person, view: TicketView) -> None:
    in_team = view.team_id in list_teams_of(actor.id)
    require_shareable(Role(actor.role), ViewVisibility(view.visibility), team_id=view.team_id, in_team=in_team)


def _require_active_team(view: TicketView) -> None:
    if view.team_id and get_team_for_tickets(view.team_id) is None:
        raise ValidationFailed.of("teamId", "There is no such active team.", "unknown_team")


def _deleted(view: TicketView) -> view_events.ViewDeleted:
    visibility = ViewVisibility(view.visibility)
    return view_events.ViewDeleted(view_id=view.id, name=view.name, visibility=visibility, people=list_named(view))


def _tell_created(actor: Person, view: TicketView) -> None:
    record(actor, view_events.ViewCreated(view=view_payload(view), people=list_named(view)))


def _delete(actor: Person, view: TicketView) -> None:
    event = _deleted(view)
    view.delete()
    record(actor, event)
