"""The language of the search box: `status:open assignee:me -tag:vpn before:2026-01-01 "exact words" pass*`. Pure.

A question is chunks between blanks. A chunk is a condition where it begins with a known key and a colon, a term
else; with a minus before it, its opposite. What begins with another key is text, so addresses and times are found
as they are written; but a key that is nearly a known one is refused, because it is more likely a slip.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from helpdesk.tickets.asked_fields import TAKES, AskedField, read_asked
from helpdesk.tickets.spans import Span, read_age_or_span, read_ahead_or_span, read_end, read_start
from helpdesk.vocabulary import SlaState, TicketPriority, TicketStatus
from helpdesk.words.nearness import distance
from helpdesk.words.terms import Term, term_of

LONGEST_QUESTION = 500
MOST_WORDS = 100
SHORTEST_LAST = 3
"""The last word is taken for the beginning of one from so many letters on."""
ACTIVE = tuple(status for status in TicketStatus if status.is_active)
SCOPES = {"title": "A", "tags": "B", "description": "C", "fields": "D", "comments": "D"}
"""In a ticket's own words D are those of its custom fields."""
SLA_WORDS = (*(state.value for state in SlaState), "due", "none")
KINDS_OF_TICKETS = ("unassigned", "assigned", "active", "done")
_PEOPLE = {"assignee": "assignee", "requester": "requester", "creator": "creator"}
_QUOTES = '"“”„«»'


class NotUnderstood(ValueError):
    """The question is not one; the sentence says why, and never repeats what was asked."""


@dataclass(frozen=True, slots=True)
class Somebody:
    """Who is meant: `me`, `none`, an id, an address, or beginnings of the words of a name or an address."""

    kind: str
    id: UUID | None = None
    email: str = ""
    terms: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition; several values mean any of them. `values` are of the kind that `field` says."""

    field: str
    values: tuple[object, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, understood: all of the terms in one text, and all of the conditions."""

    terms: tuple[Term, ...] = ()
    conditions: tuple[Condition, ...] = ()
    scopes: frozenset[str] = frozenset()
    """Where the words are looked for, of SCOPES; empty is everywhere."""
    says_nothing: bool = False
    """Something was typed, but neither a word nor a condition: nothing matches."""

    def is_about_people(self) -> bool:
        """Does it name others than `me` and `none`?"""
        return bool(self._kinds_of_people() & {"email", "name"})

    def is_about_me(self) -> bool:
        return "me" in self._kinds_of_people() or any(one.is_about_me for one in self._fields())

    def is_about_fields(self) -> bool:
        """Does it ask for custom fields, or for words in them?"""
        return bool(self._fields()) or "fields" in self.scopes

    def is_about_sla(self) -> bool:
        """Does it ask for what is promised?"""
        return any(one.field in ("sla", "due") for one in self.conditions)

    def is_about_time(self) -> bool:
        """Is there a day or an age that is counted from now?"""
        spans = [value for one in self.conditions for value in one.values if isinstance(value, Span)]
        return any(moment and moment.at is None for span in spans for moment in (span.start, span.end))

    def _fields(self) -> list[AskedField]:
        return [value for one in self.conditions for value in one.values if isinstance(value, AskedField)]

    def _kinds_of_people(self) -> set[str]:
        return {value.kind for one in self.conditions for value in one.values if isinstance(value, Somebody)}


@dataclass(frozen=True, slots=True)
class _Chunk:
    key: str
    text: str
    quoted: bool
    negated: bool
    last: bool
    """Nothing follows it, not even a blank: it may still be typed."""


_Reader = Callable[[_Chunk], tuple[str, tuple[object, ...]]]


@lru_cache(maxsize=1_000)
def understand(question: str) -> Asked:
    """What is asked; NotUnderstood where it cannot be known. An empty question asks for nothing in particular."""
    chunks = list(_chunks(question))
    conditions, scopes, spoken = list[Condition](), list[str](), list[_Chunk]()
    for chunk in chunks:
        if chunk.key == "in":
            scopes += _scopes(chunk)
        elif chunk.key:
            conditions.append(Condition(*_READERS[chunk.key](chunk), negated=chunk.negated))
        elif (number := _number(chunk)) is not None:
            conditions.append(Condition("number", (number,), negated=chunk.negated))
        else:
            spoken.append(chunk)
    weights = "".join(dict.fromkeys(SCOPES[scope] for scope in scopes))
    terms = [term for chunk in spoken if (term := _term(chunk, weights))]
    if sum(len(term.words) for term in terms) > MOST_WORDS:
        raise NotUnderstood(f"At most {MOST_WORDS} words.")
    says_nothing = bool(chunks) and not (terms or conditions)
    return Asked(tuple(terms), tuple(conditions), frozenset(scopes), says_nothing)


def _term(chunk: _Chunk, weights: str) -> Term | None:
    text = chunk.text
    begun = not chunk.quoted and text.endswith("*")
    if chunk.last and not chunk.quoted and not chunk.negated:
        begun = begun or (len(text) >= SHORTEST_LAST and text[-1].isalnum())
    return term_of(text, begun=begun, negated=chunk.negated, weights=weights)


def _chunks(question: str) -> Iterator[_Chunk]:
    at = 0
    while at < len(question):
        if question[at].isspace():
            at += 1
            continue
        negated = question[at] == "-" and at + 1 < len(question) and not question[at + 1].isspace()
        at += negated
        key, at = _key(question, at)
        quoted = at < len(question) and question[at] in _QUOTES
        end = _end(question, at + quoted, quoted=quoted)
        text = question[at + quoted : end]
        at = end + quoted
        yield _Chunk(key, text, quoted, negated, last=end >= len(question))


def _key(question: str, at: int) -> tuple[str, int]:
    """The known key that stands here, and where its value begins."""
    end = at
    while end < len(question) and question[end].isalpha() and end - at < 20:
        end += 1
    if end == at or question[end : end + 1] != ":":
        return "", at
    key = question[at:end].lower()
    key = _ALIASES.get(key, key)
    if key in KEYS:
        return key, end + 1
    # `http://…` and `note:` are text; a slip is nearer to a key than that.
    for known in KEYS:
        if len(known) > 4 and abs(len(known) - len(key)) <= 2 and distance(key, known) <= (1 if len(known) < 6 else 2):
            raise NotUnderstood(f"Did you mean `{known}:`? Known are {', '.join(KEYS)}.")
    return "", at


def _end(question: str, at: int, *, quoted: bool) -> int:
    """Where the chunk ends; a quote that is not closed ends with the question."""
    while at < len(question):
        if question[at] in _QUOTES if quoted else question[at].isspace():
            return at
        at += 1
    return at


def _values(chunk: _Chunk) -> list[str]:
    found = [chunk.text] if chunk.quoted else chunk.text.split(",")
    return [value.strip() for value in found if value.strip()]


def _choice(field: str, known: Mapping[str, object]) -> _Reader:
    def read(chunk: _Chunk) -> tuple[str, tuple[object, ...]]:
        values = [known.get(value.lower().replace("-", "_")) for value in _values(chunk)]
        if not values or None in values:
            raise NotUnderstood(f"`{chunk.key}:` takes {', '.join(known)}.")
        return field, tuple(values)

    return read


def _scopes(chunk: _Chunk) -> list[str]:
    found = [value.lower() for value in _values(chunk)]
    if chunk.negated or not found or set(found) - SCOPES.keys():
        raise NotUnderstood(f"`in:` takes {', '.join(SCOPES)}, and no minus.")
    return found


def _people(chunk: _Chunk) -> tuple[str, tuple[object, ...]]:
    found = tuple(_somebody(value, nobody=chunk.key == "assignee") for value in _values(chunk))
    if not found:
        raise NotUnderstood(f"`{chunk.key}:` takes me, an address or a name{', or none' * (chunk.key == 'assignee')}.")
    return chunk.key, found


def _somebody(value: str, *, nobody: bool) -> Somebody:
    word = value.lower()
    if word == "me" or (nobody and word == "none"):
        return Somebody(word)
    try:
        return Somebody("id", id=UUID(value))
    except ValueError:
        pass
    name, at, host = word.strip("@").rpartition("@")
    if at and name and host:
        return Somebody("email", email=word)
    terms = tuple(term for part in value.split() if (term := term_of(part, begun=True)))
    if not terms:
        raise NotUnderstood("A person is named by `me`, an address or a name.")
    return Somebody("name", terms=terms)


def _tags(chunk: _Chunk) -> tuple[str, tuple[object, ...]]:
    found = _values(chunk)
    if not found:
        raise NotUnderstood("`tag:` takes a tag.")
    return "tag", tuple(found)


def _field(chunk: _Chunk) -> tuple[str, tuple[object, ...]]:
    asked = read_asked(chunk.text)
    if asked is None:
        raise NotUnderstood(f"`field:` takes {TAKES}.")
    return "field", (asked,)


def _numbers(chunk: _Chunk) -> tuple[str, tuple[object, ...]]:
    digits = [value.removeprefix("#") for value in _values(chunk)]
    if not digits or not all(one.isascii() and one.isdigit() for one in digits):
        raise NotUnderstood("`number:` takes a ticket's number.")
    return "number", tuple(min(int(one[:30]), 2**63 - 1) for one in digits)


def _number(chunk: _Chunk) -> int | None:
    """`#7` is the ticket number 7."""
    digits = chunk.text.removeprefix("#")
    if chunk.quoted or digits == chunk.text or not (digits.isascii() and digits.isdigit()):
        return None
    return min(int(digits[:30]), 2**63 - 1)


def _span(read: Callable[[str], Span | None], field: str, takes: str) -> _Reader:
    def of(chunk: _Chunk) -> tuple[str, tuple[object, ...]]:
        span = read(chunk.text.strip().lower())
        if span is None:
            raise NotUnderstood(f"`{chunk.key}:` takes {takes}.")
        return field, (span,)

    return of


_A_DAY = "a day like 2026-01-31, today, yesterday or a moment like 2026-01-31T12:00:00Z"
_SPAN = f"{_A_DAY}; also from..to, >, >=, <, <= and ages like <7d (h, d, w)"
_AHEAD = f"{_A_DAY}; also from..to, >, >=, <, <= and times ahead like <2h (h, d, w)"
_READERS: dict[str, _Reader] = {
    "status": _choice("status", {status.value: status for status in TicketStatus}),
    "priority": _choice("priority", {p.value: p for p in TicketPriority} | {"critical": TicketPriority.URGENT}),
    **dict.fromkeys(_PEOPLE, _people),
    "tag": _tags,
    "field": _field,
    "number": _numbers,
    "is": _choice("is", {kind: kind for kind in KINDS_OF_TICKETS}),
    "before": _span(read_end, "created", _A_DAY),
    "after": _span(read_start, "created", _A_DAY),
    "created": _span(read_age_or_span, "created", _SPAN),
    "updated": _span(read_age_or_span, "updated", _SPAN),
    "sla": _choice("sla", {word: word for word in SLA_WORDS}),
    "due": _span(read_ahead_or_span, "due", _AHEAD),
}
_ALIASES = {"tags": "tag", "fields": "field", "assigned": "assignee", "author": "creator"}
KEYS = (*_READERS, "in")
