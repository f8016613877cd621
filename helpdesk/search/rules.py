"""Which part of a text is shown for what was looked for, in pieces that are plain text. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from helpdesk.words.terms import Term
from helpdesk.words.tokens import Token, tokens

LONGEST_SNIPPET = 200
_BEFORE = 60
"""Characters that are shown before the first match."""

Part = tuple[str, bool]
"""A piece of text, and whether it is what was looked for."""


def matches_in(text: str, terms: Iterable[Term]) -> list[tuple[int, int]]:
    """Where the terms stand: (start, end) of each stretch, in order and apart from each other."""
    found = list(tokens(text))
    wanted = [term for term in terms if not term.negated]
    spans = sorted({span for term in wanted for span in _spans(found, term)})
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def snippet(text: str, terms: Sequence[Term]) -> list[Part] | None:
    """The text around the first match, at most LONGEST_SNIPPET characters of it; None where nothing matches."""
    matches = matches_in(text, terms)
    return _parts(text, matches, around=matches[0][0]) if matches else None


def beginning(text: str) -> list[Part]:
    """The first characters of a text, where nothing in it was looked for."""
    return _parts(text, [], around=0)


def whole(text: str, terms: Sequence[Term]) -> list[Part] | None:
    """A short text as a whole; None where nothing matches."""
    matches = matches_in(text, terms)
    return _pieces(text, matches, 0, len(text)) if matches else None


def _spans(found: Sequence[Token], term: Term) -> Iterable[tuple[int, int]]:
    by_place = {token.place: token for token in found}
    for token in found:
        place, met = token.place, [token]
        for number, (word, distance) in enumerate(term.words):
            place += distance if number else 0
            here = by_place.get(place)
            if here is None or not _is(here.word, term, number, word):
                break
            met.append(here)
        else:
            yield from ((one.start, one.end) for one in met)


def _is(word: str, term: Term, number: int, wanted: str) -> bool:
    if term.begun and number == len(term.words) - 1:
        return word.startswith((wanted, *term.instead))
    return word == wanted or word in term.instead


def _parts(text: str, matches: list[tuple[int, int]], *, around: int) -> list[Part]:
    start = _word_start(text, around - _BEFORE) if around > _BEFORE else 0
    end = min(len(text), start + LONGEST_SNIPPET)
    parts = _pieces(text, [(max(a, start), min(b, end)) for a, b in matches if a < end and b > start], start, end)
    return [*([("… ", False)] if start else []), *parts, *([(" …", False)] if end < len(text) else [])]


def _word_start(text: str, at: int) -> int:
    """The place after the next blank, where there is one near."""
    for place in range(at, min(at + 20, len(text))):
        if text[place].isspace():
            return place + 1
    return at


def _pieces(text: str, matches: list[tuple[int, int]], start: int, end: int) -> list[Part]:
    pieces: list[Part] = []
    at = start
    for first, last in matches:
        pieces += [(text[at:first], False), (text[first:last], True)]
        at = last
    pieces.append((text[at:end], False))
    return [piece for piece in pieces if piece[0]]
