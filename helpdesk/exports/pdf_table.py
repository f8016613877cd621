"""A table on A4 across: its head on every page, rows as high as their longest cell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any

from helpdesk.exports.cells import Cell
from helpdesk.exports.paper import GREY, LINE, MARGIN, Paper, side_of
from helpdesk.exports.tables import Column

MOST_LINES = 6
"""Of one cell; what is longer is cut, and says so."""
MOST_LETTERS = 2_400
"""Of one cell: more than any six lines hold."""
_LINE, _PAD = 3.7, 1.1


class TablePaper(Paper):
    """`begin`, then `write_rows` as often as there are pages of them, then `end`."""

    def __init__(self, columns: Sequence[Column], *, title: str, about: Sequence[str], foot: str, zone: tzinfo) -> None:
        super().__init__("landscape", title=title, foot=foot)
        self._zone, self._begun = zone, False
        whole = sum(column.width for column in columns)
        self._widths = [column.width / whole * self.epw for column in columns]
        self._labels = [self.ready(column.label) for column in columns]
        self._names = title, about
        self.add_page()

    def header(self) -> None:
        """Of every page: the table's head; of the first one what it is as well."""
        if not self._begun:
            self._begun = True
            title, about = self._names
            self.look(size=15, bold=True)
            self.write_line(title, height=8)
            self.look(size=8, colour=GREY)
            for line in about:
                self.write_line(line)
            self.ln(2)
        self.look(size=7.5, bold=True)
        self._write(self._labels)
        self.look(size=7.5)

    def write_rows(self, rows: Sequence[Sequence[Cell]]) -> None:
        self.look(size=7.5)
        for row in rows:
            self._write([self.ready(_text(cell, self._zone)) for cell in row])

    def end(self, summary: str) -> bytes:
        """The document; no row can be written any more."""
        self.ln(2)
        self.look(size=8, colour=GREY)
        self.write_line(summary)
        self.write_missing()
        return bytes(self.output())

    def _write(self, cells: Sequence[str]) -> None:
        lines = [self._lines(text, width) for text, width in zip(cells, self._widths, strict=True)]
        height = max(map(len, lines)) * _LINE + 2 * _PAD
        if self.get_y() + height > self.h - MARGIN - 4:
            self.add_page()
        top, left = self.get_y(), self.l_margin
        for shown, width in zip(lines, self._widths, strict=True):
            for number, line in enumerate(shown):
                self.set_xy(left, top + _PAD + number * _LINE)
                self.cell(width, _LINE, line, align=side_of(line))
                self.take_font_again()
            left += width
        self.set_draw_color(*LINE)
        self.line(self.l_margin, top + height, self.w - self.r_margin, top + height)
        self.set_xy(self.l_margin, top + height)

    def _lines(self, text: str, width: float) -> list[str]:
        if "\n" not in text and self.get_string_width(text) <= width - 2 * self.c_margin:
            return [text]
        found = list[str]()
        for paragraph in text.split("\n"):
            lines: Any = self.multi_cell(width, _LINE, paragraph, dry_run=True, output="LINES")
            found += lines or [""]
            if len(found) > MOST_LINES:
                return [*found[: MOST_LINES - 1], f"{found[MOST_LINES - 1].rstrip()[:-1]}…"]
        return found


def _text(cell: Cell, zone: tzinfo) -> str:
    if isinstance(cell, datetime):
        return f"{cell.astimezone(zone):%Y-%m-%d %H:%M}"
    text = "" if cell is None else str(cell)
    return text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]}…"
