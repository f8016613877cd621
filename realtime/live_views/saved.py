"""Saved views as those who follow them may see them now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from helpdesk.people.models import Person
from helpdesk.ticket_views.models import TicketView
from helpdesk.ticket_views.queries import list_seen_views
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
