"""Which tickets a question of analytics is about, as SQL: those that one sees, of a filter, of a view."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection

from helpdesk.analytics.schemas import PickQuery
from helpdesk.people.models import Person
from helpdesk.ticket_views.queries import filter_of, get_view
from helpdesk.tickets.queries import require_askable, tickets_visible_to
from helpdesk.tickets.rules import require_filter
from helpdesk.vocabulary import Role

_COLUMNS = (
    "created_at", "done_at", "first_response_at", "reopened_count", "status", "priority", "assigned_to_id", "team_id",
    "tags",
)  # fmt: skip
_NOBODYS = UUID(int=0)


@dataclass(slots=True)
class Question:
    """A statement that is put together: its parts in order, each beside what is given to it."""

    picked: str
    """The tickets, as a subquery. PostgreSQL looks through it: a part reads only the columns that it names."""
    picked_with: tuple[Any, ...]
    parts: list[str] = field(default_factory=list)
    given: list[Any] = field(default_factory=list)

    def ask(self, selected: str, where: str, *given: Any, more: str = "", before: tuple[Any, ...] = ()) -> None:
        """Add `SELECT selected FROM tickets more WHERE where`; `before` is given to what is selected."""
        self.parts.append(f"SELECT {selected} FROM ({self.picked}) t {more} WHERE {where}")
        self.given += [*before, *self.picked_with, *given]

    def rows(self) -> list[tuple[Any, ...]]:
        """All parts as one statement, so that they tell of the same moment."""
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(self.parts), self.given)
            found: list[tuple[Any, ...]] = cursor.fetchall()
            return found


def question_about(person: Person, query: PickQuery) -> Question:
    """About the tickets that the person may see and the query picks."""
    require_filter(Role(person.role), query.model_fields_set)
    require_askable(person, query.asked())
    tickets = tickets_visible_to(person).filter(query.to_sql(person.id, is_staff=person.is_staff))
    if query.view is not None:
        tickets = tickets.filter(filter_of(get_view(person, query.view)).to_sql(person.id, is_staff=person.is_staff))
    bare = tickets.select_related(None).order_by().values(*_COLUMNS)
    try:
        sql, given = bare.query.sql_with_params()
    except EmptyResultSet:  # the filter cannot pick anything
        sql, given = bare.model.objects.filter(id=_NOBODYS).values(*_COLUMNS).query.sql_with_params()
    return Question(sql, tuple(given))
