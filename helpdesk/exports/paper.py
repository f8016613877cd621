"""A document on A4 in every script that this machine has fonts for, shaped and in its own direction.

What no font has is told in words, never printed as a box: a sign by its name in brackets, a letter as `?` with a
sentence at the end that says which scripts are missing.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from typing import Literal

from fpdf import FPDF

from helpdesk.exports.fonts import font_with, letters_of, require_fonts
from helpdesk.exports.runs import without_endless_runs

GREY, BLACK, RED, AMBER, LINE = (105, 112, 122), (22, 26, 31), (160, 28, 28), (255, 243, 205), (208, 213, 219)
MARGIN = 14.0
_KEPT = frozenset("\u200c\u200d")
"""Joiners: they say how the letters beside them are shaped."""
_PAGES = "{pages\ue000}"
"""Stands for the number of pages until it is known; a letter for private use is in no text that is `ready`."""
MOST_IN_WORDS = 1_000
"""Signs of a document that are told by name, each as long as a dozen letters."""
_SELECTORS = range(0xFE00, 0xFE10)


class Paper(FPDF):
    """`write_*` go down the page; whatever they are given is made ready to be printed first."""

    def __init__(self, orientation: Literal["portrait", "landscape"], *, title: str, foot: str) -> None:
        base = require_fonts()
        super().__init__(orientation=orientation, format="A4")
        self._base, self._others = letters_of(base.regular), dict[Path, str]()
        self.missing: set[str] = set()
        """Scripts that this machine has no font for."""
        self._in_words_left = MOST_IN_WORDS
        self.add_font("base", fname=base.regular)
        self.add_font("base", style="B", fname=base.bold)
        self.set_text_shaping(True)
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(True, margin=MARGIN + 4)
        self.alias_nb_pages(_PAGES)
        self._foot = self.ready(foot)
        self.set_title(self.ready(title))
        self.set_font("base", size=9)

    def footer(self) -> None:
        self.set_y(-MARGIN)
        self.set_font("base", size=7)
        self.set_text_color(*GREY)
        self.cell(self.epw - 30, 4, self._foot)
        self.cell(30, 4, f"{self.page_no()} / {_PAGES}", align="R")

    def look(self, *, size: float = 9, bold: bool = False, colour: tuple[int, int, int] = BLACK) -> None:
        self.set_font("base", style="B" if bold else "", size=size)
        self.set_text_color(*colour)

    def write_line(self, text: str, *, height: float = 4.6) -> None:
        """Over the whole width, each paragraph from its own side."""
        for paragraph in self.ready(text).split("\n"):
            if paragraph.strip():
                self.multi_cell(0, height, paragraph, align=side_of(paragraph), new_x="LMARGIN", new_y="NEXT")
                self.take_font_again()
            else:
                self.ln(height)

    def take_font_again(self) -> None:
        """After a text for which another font was brought: fpdf2 does not go back to its own by itself."""
        if self._others:
            size = self.font_size_pt
            self.set_font_size(size + 1)
            self.set_font_size(size)

    def write_missing(self) -> None:
        """At the end: what could not be printed."""
        if self.missing:
            self.ln(3)
            self.look(size=8, colour=RED)
            scripts = ", ".join(sorted(self.missing))
            self.write_line(f"Letters that are shown as “?” could not be printed: this hub has no font for {scripts}.")

    def ready(self, text: str) -> str:
        """The text as it can be printed, with the fonts for it at hand."""
        lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
        return without_endless_runs("".join(letter if letter == "\n" else self._shown(letter) for letter in lines))

    def _shown(self, letter: str) -> str:
        code, category = ord(letter), unicodedata.category(letter)
        if code in _SELECTORS or category in ("Cc", "Cs", "Co", "Cn") or (category == "Cf" and letter not in _KEPT):
            return ""
        if code in self._base:
            return letter
        font = _font_with(letter)
        if font is not None:
            self._bring(font)
            return letter
        return "" if letter in _KEPT else self._in_words(letter, category)

    def _bring(self, font: Path) -> None:
        if font not in self._others:
            self._others[font] = name = f"other{len(self._others)}"
            self.add_font(name, fname=font)
            self.set_fallback_fonts(list(self._others.values()), exact_match=False)

    def _in_words(self, letter: str, category: str) -> str:
        name = unicodedata.name(letter, "")
        if category[0] in "SP" and name:
            if "EMOJI MODIFIER" in name:
                return ""
            if self._in_words_left:
                self._in_words_left -= 1
                return f"[{name.lower()}]"
            name = "emoji"
        if category[0] != "M":
            self.missing.add(name.split(" ")[0].title() or f"U+{ord(letter):04X}")
        return "?"


@cache
def _font_with(letter: str) -> Path | None:
    return font_with(letter)


def side_of(text: str) -> Literal["L", "R"]:
    """Where it begins: the first letter that has a direction says it (UAX 9, P2)."""
    for letter in text:
        direction = unicodedata.bidirectional(letter)
        if direction in ("R", "AL"):
            return "R"
        if direction == "L":
            return "L"
    return "L"
