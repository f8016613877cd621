"""What matches, bounded: the newest few hundred of each kind are ranked, however many there are.

Each query begins with what the person may see; notes stand in a table of their own, which a requester's search
never reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from helpdesk.comments.models import Comment
from helpdesk.comments.queries import comments_visible_to
from helpdesk.people.models import Person
from helpdesk.people.queries import people_visible_to
from helpdesk.tickets.conditions import asked_sql, conditions_sql, terms_for
from helpdesk.tickets.queries import tickets_visible_to
from helpdesk.tickets.syntax import Asked
from helpdesk.words.lookups import Score, holding
from helpdesk.words.terms import positive, tsquery_of

MOST = 200
"""Candidates of each kind: more than anybody reads, few enough to rank at once."""


@dataclass(frozen=True, slots=True)
class Found:
    """A row that matches. `ticket_id` of a comment is the ticket that it is on."""

    id: UUID
    score: float
    ticket_id: UUID | None = None


def find_tickets(person: Person, asked: Asked) -> list[Found]:
    """The newest tickets that match by their own texts."""
    if asked.scopes == {"comments"}:
        return []
    rows: QuerySet[Any] = (
        tickets_visible_to(person).select_related(None).filter(asked_sql(asked, person.id, is_staff=person.is_staff))
    )
    newest = rows.order_by("-created_at", "-id")
    if not positive(asked.terms):
        return [Found(id_, 0.0) for id_ in newest.values_list("id", flat=True)[:MOST]]
    wanted = positive(terms_for(asked, is_staff=person.is_staff))
    scored = newest.annotate(score=Score("words__vector", tsquery_of(wanted)))
    return [Found(id_, score) for id_, score in scored.values_list("id", "score")[:MOST]]


def find_comments(person: Person, asked: Asked) -> list[Found]:
    """The newest comments that match, of the tickets that the conditions leave."""
    if not positive(asked.terms) or (asked.scopes and "comments" not in asked.scopes):
        return []
    rows = comments_visible_to(person).select_related(None)
    if asked.conditions:
        tickets = tickets_visible_to(person).select_related(None).filter(conditions_sql(asked, person.id))
        rows = rows.filter(ticket_id__in=tickets.values("id"))
    found = _holding(rows, asked, "reply_words__vector")
    return found + _holding(rows, asked, "note_words__vector") if person.is_staff else found


def _holding(rows: QuerySet[Comment], asked: Asked, vector: str) -> list[Found]:
    scored = rows.filter(holding(vector, asked.terms)).annotate(score=Score(vector, tsquery_of(positive(asked.terms))))
    newest = scored.order_by("-id").values_list("id", "score", "ticket_id")[:MOST]
    return [Found(id_, score, ticket_id) for id_, score, ticket_id in newest]


def find_people(person: Person, asked: Asked) -> list[Found]:
    """People by name and address; conditions are about tickets, so nobody meets them."""
    if not positive(asked.terms) or asked.conditions or asked.scopes:
        return []
    rows = people_visible_to(person).filter(holding("words__vector", asked.terms))
    scored = rows.annotate(score=Score("words__vector", tsquery_of(positive(asked.terms))))
    newest = scored.order_by(F("id").desc()).values_list("id", "score")[:MOST]
    return [Found(id_, score) for id_, score in newest]
