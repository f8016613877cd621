"""Saved views as those who follow them may see them now, looked at again whenever views or teams have changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Protocol
from uuid import UUID

from helpdesk.people.models import Person
from helpdesk.ticket_views.models import TicketView
from helpdesk.ticket_views.queries import list_seen_views
from realtime.live_views.facts import Facts
from realtime.live_views.follower import Follower
from realtime.live_views.readings import Readings
from tenants.context import TenantRef, run_in_tenant


class Shelf(Protocol):
    """One tenant's saved views."""

    async def look(self, asked: Sequence[tuple[Person, UUID]]) -> list[TicketView | None]:
        """Each as this person may see it; None where it is gone for them."""
        ...


class TenantShelf:
    """The saved views of a tenant in PostgreSQL."""

    def __init__(self, ref: TenantRef) -> None:
        self._ref = ref

    async def look(self, asked: Sequence[tuple[Person, UUID]]) -> list[TicketView | None]:
        """Raises django.db.Error. Two queries, and one a team, for all of them."""
        return await run_in_tenant(self._ref, lambda: list_seen_views(asked))


class ShelfWatch:
    """Who may still see the saved views that they follow, and what do those say now?"""

    def __init__(
        self,
        shelf: Shelf,
        readings: Readings,
        *,
        followers: Callable[[], Collection[Follower]],
        on_look: Callable[[Follower, TicketView | None], None],
    ) -> None:
        """`on_look` hears of each follower of a saved view what there is of it."""
        self.shelf = shelf
        self.changes = 0
        """Counts the rows of the log that may have changed saved views, or who sees them."""
        self._readings, self._followers, self._on_look = readings, followers, on_look
        self._must_look = False
        self._task: asyncio.Task[None] | None = None

    @property
    def is_idle(self) -> bool:
        return self._task is None

    def see(self, facts: Facts) -> None:
        """A row of the log."""
        if facts.type.startswith(("view.", "team.")):
            self.changes += 1
            self.look()

    def look(self) -> None:
        """Soon, once for all."""
        self._must_look = True
        if self._task is None and any(one.question.view_id for one in self._followers()):
            self._task = asyncio.get_running_loop().create_task(self._look())

    def close(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _look(self) -> None:
        try:
            while self._must_look:
                self._must_look = False
                asked = [(one, one.question.view_id) for one in self._followers()]
                pairs = [(one, view_id) for one, view_id in asked if view_id is not None]
                people = [(one.question.person, view_id) for one, view_id in pairs]
                found = await self._readings.insist(partial(self.shelf.look, people))
                for (follower, _), saved in zip(pairs, found, strict=True):
                    self._on_look(follower, saved)
        finally:
            self._task = None
