"""Texts without what nobody writes in earnest: what stands upon a letter without end, signs without end. Pure.

To set a line of text costs the square of such runs; and fpdf2 looks for the end of each by calling itself.
"""

from __future__ import annotations

import unicodedata

MOST_MARKS = 8
"""Upon one letter: accents, vowels, joiners."""
LONGEST_RUN = 250
"""So many signs without a letter or digit between them are a line."""
_JOINERS = frozenset("\u200c\u200d")
_DIRECTED = frozenset({"L", "R", "AL", "EN", "AN"})


def without_endless_runs(text: str) -> str:
    """The same text, but for further marks, which are left out, and line breaks within endless signs."""
    kept = list[str]()
    marks = signs = 0
    for letter in text:
        is_mark = letter in _JOINERS or unicodedata.category(letter)[0] == "M"
        marks = marks + 1 if is_mark else 0
        if marks > MOST_MARKS:
            continue
        signs = 0 if letter == "\n" or unicodedata.bidirectional(letter) in _DIRECTED else signs + 1
        if signs > LONGEST_RUN and not is_mark:
            kept.append("\n")
            signs = 1
        kept.append(letter)
    return "".join(kept)
