"""What is looked for: words, beginnings of words and phrases, as PostgreSQL's tsquery and decided in memory. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from helpdesk.words.documents import Document
from helpdesk.words.tokens import tokens

SHORTEST_BEGINNING = 2
"""Shorter beginnings would be most of the words there are."""


@dataclass(frozen=True, slots=True)
class Term:
    """Words at their distances, the last of them maybe only begun. `weights` narrows where: "" is anywhere."""

    words: tuple[tuple[str, int], ...]
    """(word, its distance from the one before; 0 for anywhere, which only `loosened` writes)."""
    begun: bool = False
    negated: bool = False
    weights: str = ""
    instead: tuple[str, ...] = ()
    """Words that do as well, where it is one word that may be mistyped."""

    def tsquery(self) -> str:
        """`('wi' <-> 'fi':*)`, negated `!(…)`."""
        text = ""
        for place, (word, distance) in enumerate(self.words):
            star = "*" if self.begun and place == len(self.words) - 1 else ""
            labels = f":{star}{self.weights}" if star or self.weights else ""
            between = f" <{distance}> " if distance else " & "
            text += (between if place else "") + " | ".join(f"'{one}'{labels}" for one in (word, *self.instead))
        return f"{'!' if self.negated else ''}({text})"

    def loosened(self) -> Term:
        """Its words in any order, anywhere."""
        return replace(self, words=tuple((word, 0) for word, _ in self.words), weights="")

    def holds(self, document: Document) -> bool:
        """The same decision for a document in memory."""
        return self._stands_in(document) != self.negated

    def _stands_in(self, document: Document) -> bool:
        ends: set[int] | None = None
        for number, (word, distance) in enumerate(self.words):
            begun = self.begun and number == len(self.words) - 1
            here = self._places(document, word, begun=begun)
            ends = here if ends is None else {place for place in here if place - distance in ends}
            if not ends:
                return False
        return ends is not None

    def _places(self, document: Document, word: str, *, begun: bool) -> set[int]:
        wanted = (word, *self.instead)
        met = wanted if not begun else tuple(known for known in document.places if known.startswith(wanted))
        return {
            place
            for known in met
            for place, weight in document.places.get(known, ())
            if not self.weights or weight in self.weights
        }


def positive(terms: Iterable[Term]) -> list[Term]:
    """Those that ask for something to be there."""
    return [term for term in terms if not term.negated]


def term_of(text: str, *, begun: bool = False, negated: bool = False, weights: str = "") -> Term | None:
    """The term of a word or phrase as typed; None where it holds no word."""
    found = [token for token in tokens(text) if not token.last_of_run]
    if not found:
        return None
    before = found[0].place
    words: list[tuple[str, int]] = []
    for token in found:
        words.append((token.word, token.place - before))
        before = token.place
    last = found[-1]
    alone = last.unspaced and len(last.word) == 1
    begun = alone or (begun and (last.unspaced or len(last.word) >= SHORTEST_BEGINNING))
    return Term(tuple(words), begun=begun, negated=negated, weights=weights)


def tsquery_of(terms: Iterable[Term]) -> str:
    """All of them."""
    return " & ".join(term.tsquery() for term in terms)
