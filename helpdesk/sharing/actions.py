"""What is done alike to macros and to templates. Each is told to those who may see it, and to nobody else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from django.db.models import F

from helpdesk.clock import now
from helpdesk.errors import ValidationFailed
from helpdesk.events.catalogue import Event
from helpdesk.events.log import record
from helpdesk.people.models import Person
from helpdesk.shapes import same_json, to_json_name
from helpdesk.sharing.models import Shared
from helpdesk.sharing.queries import get_shared
from helpdesk.sharing.rules import MOST_OWN, Archived, TooMany, require_editable, require_shareable
from helpdesk.teams.queries import get_team_for_tickets, list_teams_of
from helpdesk.versions import require_match
from helpdesk.vocabulary import Role, ViewVisibility

_JSON_NAMES = {"set_fields": "set"}
S = TypeVar("S", bound=Shared)
S_contra = TypeVar("S_contra", bound=Shared, contravariant=True)


class Telling(Protocol[S_contra]):
    """The events of one kind of shared thing."""

    def created(self, thing: S_contra) -> Event: ...
    def updated(self, thing: S_contra, changes: dict[str, tuple[Any, Any]]) -> Event: ...
    def deleted(self, thing: S_contra) -> Event: ...
    def shape(self, thing: S_contra) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Keeper(Generic[S]):
    """Makes, changes and removes things of one model."""

    model: type[S]
    telling: Telling[S]

    def create(self, actor: Person, columns: Mapping[str, Any]) -> S:
        if self.model._default_manager.filter(owner=actor).count() >= MOST_OWN:
            raise TooMany
        moment = now()
        thing = self.model(**columns, owner=actor, created_at=moment, updated_at=moment)
        _require_may_share(actor, thing)
        _require_active_team(thing)
        thing.save(force_insert=True)
        record(actor, self.telling.created(thing))
        return thing

    def change(self, actor: Person, id_: UUID, columns: Mapping[str, Any], *, if_match: str | None) -> S:
        """Whoever loses sight of it is told that it is gone; whoever gains it, that it is new."""
        if columns.get("team_id"):
            get_team_for_tickets(columns["team_id"])  # teams are locked before what is theirs
        thing = get_shared(self.model, actor, id_, lock=True)
        require_match(if_match, thing.version, lambda: self.telling.shape(thing))
        wanted = dict(columns)
        if wanted.get("visibility", thing.visibility) != ViewVisibility.TEAM.value:
            wanted.setdefault("team_id", None)
        changes = self._changes(thing, wanted)
        if not changes:
            return thing
        require_editable(Role(actor.role), ViewVisibility(thing.visibility), own=thing.owner_id == actor.id)
        is_shared_anew, farewell = bool({"visibility", "teamId"} & changes.keys()), self.telling.deleted(thing)
        for name, value in wanted.items():
            setattr(thing, name, value)
        _require_may_share(actor, thing)
        if is_shared_anew:
            _require_active_team(thing)
        thing.version, thing.updated_at = thing.version + 1, now()
        thing.save(force_update=True)
        if is_shared_anew:
            record(actor, farewell)
            record(actor, self.telling.created(thing))
        else:
            record(actor, self.telling.updated(thing, changes))
        return thing

    def delete(self, actor: Person, id_: UUID, *, if_match: str | None) -> None:
        thing = get_shared(self.model, actor, id_, lock=True)
        require_match(if_match, thing.version, lambda: self.telling.shape(thing))
        require_editable(Role(actor.role), ViewVisibility(thing.visibility), own=thing.owner_id == actor.id)
        event = self.telling.deleted(thing)
        thing.delete()
        record(actor, event)

    def use(self, thing: S) -> None:
        """Count it. Raises Archived."""
        if thing.is_archived:
            raise Archived
        self.model._default_manager.filter(id=thing.id).update(usage_count=F("usage_count") + 1, last_used_at=now())

    def rewrite(self, actor: Person, columns_after: Callable[[S], Mapping[str, Any]]) -> None:
        """What they name is called otherwise from now on: they follow, whosever they are."""
        for thing in self.model._default_manager.select_for_update().order_by("id"):
            wanted = columns_after(thing)
            changes = self._changes(thing, wanted)
            if not changes:
                continue
            for name, value in wanted.items():
                setattr(thing, name, value)
            thing.version, thing.updated_at = thing.version + 1, now()
            thing.save(force_update=True)
            record(actor, self.telling.updated(thing, changes))

    def _changes(self, thing: S, wanted: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
        return {
            _JSON_NAMES.get(name, to_json_name(name)): (_json(getattr(thing, name)), _json(value))
            for name, value in wanted.items()
            if not same_json({"": _json(getattr(thing, name))}, {"": _json(value)})
        }

    def take_from_team(self, actor: Person, team_id: UUID) -> None:
        """The team goes: what was its is its owners' own again."""
        for thing in self.model._default_manager.select_for_update().filter(team_id=team_id).order_by("id"):
            record(actor, self.telling.deleted(thing))
            thing.visibility, thing.team_id = ViewVisibility.PRIVATE.value, None
            thing.version, thing.updated_at = thing.version + 1, now()
            thing.save(force_update=True)
            record(actor, self.telling.created(thing))


def _json(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value


def _require_may_share(actor: Person, thing: Shared) -> None:
    in_team = thing.team_id in list_teams_of(actor.id)
    require_shareable(Role(actor.role), ViewVisibility(thing.visibility), team_id=thing.team_id, in_team=in_team)


def _require_active_team(thing: Shared) -> None:
    if thing.team_id and get_team_for_tickets(thing.team_id) is None:
        raise ValidationFailed.of("teamId", "There is no such active team.", "unknown_team")
