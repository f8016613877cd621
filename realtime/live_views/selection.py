"""What a live view shows: of whom, which tickets, in which order, how many of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

import orjson

from helpdesk.clock import rfc3339
from helpdesk.events.projection import for_viewer
from helpdesk.events.rules import Viewer
from helpdesk.people.models import Person
from helpdesk.people.queries import viewer_of
from helpdesk.tickets.asked_fields import sort_text, sorted_field
from helpdesk.tickets.filter import TicketFilter
from helpdesk.tickets.models import NEVER, NOBODY
from helpdesk.vocabulary import TicketPriority
from realtime.live_views.facts import Facts
from realtime.live_views.rows import Key, Row

LARGEST_WINDOW = 100
_RANKS = {priority.value: priority.rank for priority in TicketPriority}
_LISTS = ("status", "priority", "tag", "sla", "field")


@dataclass(frozen=True)
class Selection:
    """`person`: whoever asked first. All staff share a selection that does not depend on who asks."""

    person: Person
    filters: tuple[TicketFilter, ...]
    sort_by: str
    descending: bool
    size: int

    @cached_property
    def key(self) -> bytes:
        """The same for all who may share it."""
        order = [self.sort_by, self.descending] if self.size else None
        owner = str(self.person.id) if self.is_personal else None
        # Who was an agent and is a requester now asks for something else in the same words.
        return orjson.dumps([self.person.is_staff, owner, [_normal(one) for one in self.filters], order, self.size])

    @cached_property
    def is_personal(self) -> bool:
        """Does it belong to one person?"""
        return not self.person.is_staff or any(one.is_about_me() for one in self.filters)

    @cached_property
    def is_about_teams(self) -> bool:
        """Does it depend on the teams of whoever asks?"""
        return any(one.team_id == "mine" for one in self.filters)

    @cached_property
    def is_about_names(self) -> bool:
        """Does it name people as they are called?"""
        return any(one.asked().is_about_people() for one in self.filters)

    @cached_property
    def is_about_time(self) -> bool:
        """Does it change while time passes?"""
        return any(one.is_about_time() for one in self.filters)

    @cached_property
    def viewer(self) -> Viewer:
        return viewer_of(self.person)

    @property
    def me(self) -> UUID:
        return self.person.id

    @cached_property
    def _requester_id(self) -> str | None:
        return None if self.person.is_staff else str(self.person.id)

    def picks(self, facts: Facts, my_teams: Collection[UUID]) -> bool:
        """Does the ticket stand in it, as it is now?"""
        ticket = facts.ticket
        if ticket is None or (self._requester_id is not None and ticket["requesterId"] != self._requester_id):
            return False
        return all(
            one.matches(
                ticket, self.me, my_teams=my_teams, is_staff=self.person.is_staff, document=lambda: facts.document
            )
            for one in self.filters
        )

    def row(self, ticket: dict[str, Any]) -> Row:
        """`ticket`: its JSON as staff have it, or as this selection's readers do."""
        shape = for_viewer(ticket, self.viewer)
        return Row(self._key_of(ticket), ticket["id"], orjson.dumps(shape, option=orjson.OPT_SORT_KEYS))

    def _key_of(self, ticket: dict[str, Any]) -> Key:
        match self.sort_by:
            case "priority":
                value: Any = _RANKS[ticket["priority"]]
            case "assignedTo":
                value = ticket["assignedToId"] or str(NOBODY)
            case "slaDueAt":
                value = (ticket.get("sla") or {}).get("dueAt") or rfc3339(NEVER)
            case field if (key := sorted_field(field)) is not None:
                value = sort_text(ticket["customFields"].get(key))
            case field:
                value = ticket[field]
        return value, ticket["id"]


def _normal(where: TicketFilter) -> dict[str, Any]:
    """Equal for filters that say the same."""
    given = where.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return {name: sorted(value) if name in _LISTS else value for name, value in sorted(given.items())}
