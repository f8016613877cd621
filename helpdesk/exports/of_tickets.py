"""Tickets as a table: what a filter, a question and a saved view pick, in an order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from helpdesk.exports.schemas import TicketsAsked, asked_json
from helpdesk.exports.tables import Column, Table, TablePage
from helpdesk.exports.ticket_columns import MOMENTS, columns_for, left_out, told
from helpdesk.paging import page_after
from helpdesk.people.models import Person
from helpdesk.people.queries import attach_people
from helpdesk.ticket_views.models import TicketView
from helpdesk.ticket_views.queries import filter_of, get_view
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import PEOPLE, order_of, require_askable, tickets_visible_to
from helpdesk.tickets.rules import require_filter, require_order
from helpdesk.vocabulary import Role

_NO_CONDITIONS = frozenset({"sortBy", "sortOrder", "columns"})


@dataclass(frozen=True)
class TicketTable(Table):
    """What was asked for; who reads it comes with each page."""

    asked: TicketsAsked
    stem: ClassVar[str] = "tickets"
    title: ClassVar[str] = "Tickets"

    def columns(self, person: Person, zone: ZoneInfo) -> list[Column]:
        names = columns_for(self.asked.columns, is_staff=person.is_staff)
        return [
            Column(f"{one.label} ({zone.key})" if name in MOMENTS else one.label, one.width)
            for name, one in ((name, told(name, is_staff=person.is_staff)) for name in names)
        ]

    def about(self) -> list[str]:
        asked = asked_json(self.asked, as_=TicketsAsked)
        conditions = {name: asked[name] for name in asked if name not in _NO_CONDITIONS}
        picked_by = "; ".join(f"{name} {_joined(value)}" for name, value in conditions.items())
        return [f"Picked by: {picked_by}"] if picked_by else ["All tickets"]

    def count(self, person: Person) -> int:
        return self._picked(person, self._view(person)).order_by().count()

    def page(self, person: Person, after: str, *, limit: int) -> TablePage:
        view = self._view(person)
        names = columns_for(self.asked.columns, is_staff=person.is_staff)
        order = view if view and not self._names_an_order() else self.asked
        rows = self._picked(person, view).select_related(None).select_related("team").defer(*left_out(names))
        page = page_after(rows, order_of(order.sort_by, descending=order.sort_order == "desc"), after, limit=limit)
        attach_people((page.rows, PEOPLE))
        cells = [told(name, is_staff=person.is_staff).of for name in names]
        return TablePage([[of(ticket) for of in cells] for ticket in page.rows], page.meta["nextCursor"])

    def _picked(self, person: Person, view: TicketView | None) -> QuerySet[Ticket]:
        require_filter(Role(person.role), self.asked.model_fields_set)
        require_askable(person, self.asked.asked())
        require_order(Role(person.role), self.asked.sort_by)
        tickets = tickets_visible_to(person).filter(self.asked.to_sql(person.id, is_staff=person.is_staff))
        return tickets.filter(filter_of(view).to_sql(person.id, is_staff=person.is_staff)) if view else tickets

    def _view(self, person: Person) -> TicketView | None:
        return get_view(person, self.asked.view) if self.asked.view else None

    def _names_an_order(self) -> bool:
        return bool({"sort_by", "sort_order"} & self.asked.model_fields_set)


def _joined(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
