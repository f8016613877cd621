"""A document is what can be found: texts by weight, as PostgreSQL's tsvector and as the same thing in memory. Pure.

One text ends before the next begins, so a phrase never reaches from a title into a description.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from helpdesk.words.tokens import LONGEST_WORD, words

Weight = Literal["A", "B", "C", "D"]
"""A title, B tags and number, C description, D what is said in comments and what people are called."""
MOST_PLACES = 255
"""PostgreSQL keeps so many places of one word."""
LAST_PLACE = 16_383
MOST_CHARACTERS = 100_000
"""Of all words together: PostgreSQL takes vectors up to a megabyte."""
_GAP = 5


@dataclass(slots=True)
class Document:
    """`places`: the word to where it stands, in order, each with its weight."""

    places: dict[str, list[tuple[int, Weight]]] = field(default_factory=dict)

    @classmethod
    def of(cls, texts: Iterable[tuple[Weight, str]]) -> Document:
        """The document of these texts, in this order."""
        document, base, characters = cls(), 0, 0
        for weight, text in texts:
            last = base
            for last, word in enumerate(words(text), start=base + 1):
                characters += len(word)
                if last > LAST_PLACE or characters > MOST_CHARACTERS:
                    return document
                places = document.places.setdefault(word, [])
                if len(places) < MOST_PLACES:
                    places.append((last, weight))
            base = last + _GAP
        return document

    def vector(self) -> str:
        """As PostgreSQL reads it: `'vpn':1A,9C`. Words are letters and digits, so nothing is to be escaped."""
        return " ".join(
            f"'{word}':" + ",".join(f"{place}{'' if weight == 'D' else weight}" for place, weight in places)
            for word, places in self.places.items()
        )

    def words(self, *, said: bool | None = None) -> set[str]:
        """All of them; `said`: only those that stand in more than D, or only the others."""
        if said is None:
            return set(self.places)
        return {word for word, places in self.places.items() if any(weight != "D" for _, weight in places) == said}


def is_worth_knowing(word: str) -> bool:
    """Words that somebody may have meant when they mistyped: letters, neither short nor endless."""
    return 4 <= len(word) <= LONGEST_WORD // 2 and word.isalpha() and not any(ord(letter) > 0x2E80 for letter in word)
