"""Texts as words, the same for what is written and what is looked for. Pure.

Words are runs of letters and digits, in lower case and without accents: `José`, `JOSE` and `jose` are one word, so
are `Straße` and `strasse`. An address or a host is its parts, one after the other. Scripts that put no blank between
words become pairs of characters, and the last character alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

LONGEST_WORD = 64
MOST_WORDS = 10_000
"""Of one text; PostgreSQL counts places up to 16,383."""

_ACCENTS = ((0x0300, 0x036F), (0x0591, 0x05BD), (0x064B, 0x065F), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF))
_PLAIN: dict[int, str | None] = {
    **{code: None for first, last in _ACCENTS for code in range(first, last + 1)},
    **{ord(letter): plain for letter, plain in zip("øłđðħıŋŧæœþ", (*"olddhint", "ae", "oe", "th"), strict=True)},
}
_MARKS = "".join(chr(code) for code in range(0x300, 0x12000) if unicodedata.category(chr(code))[0] == "M")
_RUN = re.compile(rf"[^\W_]+(?:[{_MARKS}]+[^\W_]*)*")
_ASCII_RUN = re.compile(r"[a-z0-9]+")
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    r"\U00020000-\U0003ffff]+"
)


class Token(NamedTuple):
    """A word, its place in the text (1, 2, 3 …), and the characters that it stands for."""

    word: str
    place: int
    start: int
    end: int
    unspaced: bool
    """Of a script without blanks: a pair of characters, or one."""
    last_of_run: bool
    """The single character that ends such a run of two or more; a question leaves it out."""


def tokens(text: str) -> Iterator[Token]:
    """The words of a text, at most MOST_WORDS, with where they stand."""
    place = 0
    for run in _RUN.finditer(text):
        begin = run.start()
        for word, start, end, unspaced, last in _words_of(run.group()):
            place += 1
            if place > MOST_WORDS:
                return
            stands = (begin, run.end()) if end < 0 else (begin + start, begin + end)
            yield Token(word, place, *stands, unspaced, last)


def words(text: str) -> list[str]:
    """The words of a text in their order: as `tokens`, faster."""
    if text.isascii():
        return [word[:LONGEST_WORD] for word in islice(_ASCII_RUN.findall(text.lower()), MOST_WORDS)]
    return [token.word for token in tokens(text)]


def plain(text: str) -> str:
    """Lower case, without accents and other ways to write the same letter."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return unicodedata.normalize("NFC", folded.translate(_PLAIN)).translate(_PLAIN)


@lru_cache(maxsize=20_000)
def _words_of(run: str) -> tuple[tuple[str, int, int, bool, bool], ...]:
    """(word, start, end, unspaced, last of its run); an end of -1 stands for the whole run."""
    if run.isascii():
        return ((run.lower()[:LONGEST_WORD], 0, -1, False, False),)
    text = plain(run)
    exact = len(text) == len(run)
    found: list[tuple[str, int, int, bool, bool]] = []
    for part in _RUN.finditer(text):
        at = part.start()
        for unspaced, start, piece in _pieces(part.group()):
            if not unspaced:
                found.append((piece[:LONGEST_WORD], at + start, at + start + len(piece) if exact else -1, False, False))
                continue
            for i in range(len(piece)):
                last = i == len(piece) - 1
                end = at + start + min(i + 2, len(piece)) if exact else -1
                found.append((piece[i : i + 2], at + start + i, end, True, last and i > 0))
    return tuple(found)


def _pieces(text: str) -> Iterator[tuple[bool, int, str]]:
    """The text in stretches of scripts with and without blanks: (unspaced, start, stretch)."""
    at = 0
    for run in _UNSPACED.finditer(text):
        if run.start() > at:
            yield False, at, text[at : run.start()]
        yield True, run.start(), run.group()
        at = run.end()
    if at < len(text):
        yield False, at, text[at:]
