"""The search: what matches is ranked, read as the person may see it, and shown with the part that matches.

Where nothing matches, words a few slips away are tried. What was found instead is told only as far as it stands in
what is shown, so nobody learns of a word that they may not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from helpdesk import desk
from helpdesk.comments.models import Comment
from helpdesk.comments.queries import comments_visible_to
from helpdesk.comments.shapes import comment_for
from helpdesk.errors import Forbidden
from helpdesk.people.models import Person
from helpdesk.people.queries import people_visible_to
from helpdesk.people.shapes import user_payload
from helpdesk.permissions import is_let, require
from helpdesk.search.candidates import Found, find_comments, find_people, find_tickets
from helpdesk.search.rules import Part, beginning, snippet, whole
from helpdesk.search.schemas import Kind, SearchQuery
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import require_askable, tickets_visible_to
from helpdesk.tickets.shapes import ticket_for
from helpdesk.tickets.syntax import Asked, understand
from helpdesk.words.documents import Document
from helpdesk.words.queries import list_near_words
from helpdesk.words.terms import Term

_SAID = 0.8
"""What is said on a ticket counts less than what the ticket says."""


class PeopleAreForStaff(Forbidden):
    """Only agents and admins search for people."""

    reason = "people"


@dataclass(frozen=True, slots=True)
class _Hit:
    """A result before it is read: its kind, its row, and for a ticket the comment that it was found by."""

    kind: str
    id: UUID
    score: float
    comment_id: UUID | None = None


def search(person: Person, query: SearchQuery) -> dict[str, Any]:
    """The answer to a search: the best first, at most `limit`, and how it was come by."""
    asked = understand(query.q)
    require_askable(person, asked)
    kinds = _kinds(person, query)
    hits = _hits(person, asked, kinds)
    forgiven = None
    if not hits and (forgiven := _forgiven(person, asked)):
        hits = _hits(person, forgiven, kinds)
    shown = _read(person, hits[: query.limit], (forgiven or asked).terms)
    corrected = _corrected(forgiven.terms, shown) if forgiven else []
    meta = {"limit": query.limit, "hasMore": len(hits) > query.limit, "corrected": corrected}
    return {"data": [result for result, _ in shown], "meta": meta}


def _kinds(person: Person, query: SearchQuery) -> set[Kind]:
    """What is looked for. An API key finds people only where it could list them."""
    if "people" in query.types:
        if not person.is_staff:
            raise PeopleAreForStaff
        require(person, "listUsers")
    return set(query.types) or {"tickets", *(("people",) if person.is_staff and is_let(person, "listUsers") else ())}


def _hits(person: Person, asked: Asked, kinds: Set[Kind]) -> list[_Hit]:
    hits: list[_Hit] = []
    said = find_comments(person, asked) if kinds & {"tickets", "comments"} else []
    if "tickets" in kinds:
        hits += _tickets(find_tickets(person, asked), said)
    if "comments" in kinds:
        hits += [_Hit("comment", found.id, found.score * _SAID) for found in said]
    if "people" in kinds:
        hits += [_Hit("user", found.id, found.score) for found in find_people(person, asked)]
    # Ids are made in the order of time: of equals the newest is first.
    return sorted(hits, key=lambda hit: (-hit.score, -hit.id.int))


def _tickets(own: Iterable[Found], said: Iterable[Found]) -> list[_Hit]:
    """One hit a ticket, by its own texts or by the best of what was said on it."""
    best = {found.id: _Hit("ticket", found.id, found.score) for found in own}
    for found in said:
        assert found.ticket_id is not None  # noqa: S101  for the type checker: comments have one
        hit = best.get(found.ticket_id)
        if hit is None or (hit.comment_id and found.score * _SAID > hit.score):
            best[found.ticket_id] = _Hit("ticket", found.ticket_id, found.score * _SAID, comment_id=found.id)
    return list(best.values())


Shown = tuple[dict[str, Any], str]
"""A result, and all the texts that it was found by."""


def _read(person: Person, hits: Sequence[_Hit], terms: Sequence[Term]) -> list[Shown]:
    """The hits as the person gets them; rows are read from what the person may see, once a kind.

    What was deleted since it was found is left out.
    """
    ids: dict[str, list[UUID]] = {"ticket": [], "comment": [], "user": []}
    for hit in hits:
        ids[hit.kind].append(hit.id)
        if hit.comment_id:
            ids["comment"].append(hit.comment_id)
    tickets = tickets_visible_to(person).in_bulk(ids["ticket"]) if ids["ticket"] else {}
    comments = comments_visible_to(person).in_bulk(ids["comment"]) if ids["comment"] else {}
    people = people_visible_to(person).in_bulk(ids["user"]) if ids["user"] else {}
    shown: list[Shown] = []
    for hit in hits:
        match hit.kind:
            case "ticket" if hit.id in tickets:
                comment = comments.get(hit.comment_id) if hit.comment_id else None
                shown.append(_ticket_result(person, hit, tickets[hit.id], comment, terms))
            case "comment" if hit.id in comments:
                shown.append(_comment_result(person, hit, comments[hit.id], terms))
            case "user" if hit.id in people:
                shown.append(_person_result(hit, people[hit.id]))
    return shown


def _ticket_result(person: Person, hit: _Hit, ticket: Ticket, comment: Comment | None, terms: Sequence[Term]) -> Shown:
    snippets = []
    if title := whole(ticket.title, terms):
        snippets.append(_snippet("title", title))
    if comment is not None:
        said = snippet(comment.content, terms) or beginning(comment.content)
        snippets.append(_snippet("comment", said, comment_id=comment.id))
    elif description := snippet(ticket.description, terms):
        snippets.append(_snippet("description", description))
    result = {
        "type": "ticket",
        "score": round(hit.score, 6),
        "ticket": ticket_for(person, ticket),
        "snippets": snippets or [_snippet("description", beginning(ticket.description))],
    }
    return result, " ".join([ticket.title, ticket.description, *ticket.tags, comment.content if comment else ""])


def _comment_result(person: Person, hit: _Hit, comment: Comment, terms: Sequence[Term]) -> Shown:
    said = snippet(comment.content, terms) or beginning(comment.content)
    result = {
        "type": "comment",
        "score": round(hit.score, 6),
        "comment": comment_for(person, comment),
        "snippets": [_snippet("comment", said, comment_id=comment.id)],
    }
    return result, comment.content


def _person_result(hit: _Hit, found: Person) -> Shown:
    user = user_payload(found, tenant_id=desk.current().id).model_dump(mode="json", by_alias=True)
    return {"type": "user", "score": round(hit.score, 6), "user": user, "snippets": []}, f"{found.name} {found.email}"


def _snippet(field: str, parts: list[Part], *, comment_id: UUID | None = None) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "field": field,
        "parts": [{"text": text, "isMatch": is_match} for text, is_match in parts],
    }
    return shape | ({"commentId": str(comment_id)} if comment_id else {})


def _forgiven(person: Person, asked: Asked) -> Asked | None:
    """The question with what may have been meant beside each single word; None where nothing is near."""
    terms = tuple(_forgiven_term(person, term) for term in asked.terms)
    return replace(asked, terms=terms) if any(term.instead for term in terms) else None


def _forgiven_term(person: Person, term: Term) -> Term:
    if term.negated or len(term.words) != 1:
        return term
    near = list_near_words(term.words[0][0], with_notes=person.is_staff)
    return replace(term, instead=tuple(near), begun=term.begun and not near)


def _corrected(terms: Iterable[Term], shown: Iterable[Shown]) -> list[dict[str, Any]]:
    there = Document.of([("D", text) for _, text in shown]).words()
    found = [(term.words[0][0], [word for word in term.instead if word in there]) for term in terms if term.instead]
    return [{"word": word, "found": words} for word, words in found if words and word not in there]
