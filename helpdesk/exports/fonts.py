"""Which fonts this machine has, and which of them has a letter. They come from Debian's packages (docs/exports.md)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

from helpdesk.errors import Unavailable

BASES = (
    ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf"),
    ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"),
)
"""The first that is there is what documents are written in."""
OTHERS = (
    "NotoSansArabic-Regular.ttf",
    "NotoSansHebrew-Regular.ttf",
    "NotoSansDevanagari-Regular.ttf",
    "NotoSansBengali-Regular.ttf",
    "NotoSansTamil-Regular.ttf",
    "NotoSansTelugu-Regular.ttf",
    "NotoSansThai-Regular.ttf",
    "NotoSansEthiopic-Regular.ttf",
    "NotoSansGeorgian-Regular.ttf",
    "NotoSansArmenian-Regular.ttf",
    "DroidSansFallbackFull.ttf",
    "DroidSansFallback.ttf",
    "wqy-microhei.ttc",
    "NotoSansSymbols-Regular.ttf",
    "NotoSansSymbols2-Regular.ttf",
    "NotoSansMath-Regular.ttf",
)
"""Asked in this order for what the first has not."""


@dataclass(frozen=True, slots=True)
class Base:
    regular: Path
    bold: Path


@cache
def _files(folders: tuple[str, ...]) -> dict[str, Path]:
    """Every font file below them, by its name."""
    found: dict[str, Path] = {}
    for folder in folders:
        for place, _, names in os.walk(folder):
            found |= {name: Path(place, name) for name in names if name.endswith((".ttf", ".otf", ".ttc"))}
    return found


def base_font() -> Base | None:
    """None: this machine has no font that documents can be written in."""
    files = _files(settings.HUB_FONTS)
    for regular, bold in BASES:
        if regular in files and bold in files:
            return Base(files[regular], files[bold])
    return None


def font_with(letter: str) -> Path | None:
    """The first of the others that has this letter."""
    files = _files(settings.HUB_FONTS)
    return next((files[name] for name in OTHERS if name in files and ord(letter) in letters_of(files[name])), None)


class NoFonts(Unavailable):
    """This hub's machine has no fonts, so it cannot make PDF. docs/exports.md says which to install."""

    reason = "no_font"


def require_fonts() -> Base:
    """What documents are written in; raises NoFonts."""
    base = base_font()
    if base is None:
        raise NoFonts
    return base


@cache
def letters_of(font: Path) -> frozenset[int]:
    """The code points that a font has pictures for."""
    from fontTools.ttLib import TTFont  # only where a document is drawn

    with TTFont(font, fontNumber=0, lazy=True) as opened:
        return frozenset(opened.getBestCmap())
