"""Rows into a file, in each format there is. What draws documents is loaded only where one is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO, Protocol
from zoneinfo import ZoneInfo

from helpdesk import desk
from helpdesk.clock import now
from helpdesk.exports.cells import MARK, Cell, csv_lines
from helpdesk.exports.rules import SEPARATORS
from helpdesk.exports.schemas import Told
from helpdesk.exports.tables import Column, Table
from helpdesk.vocabulary import ExportFormat


class Writer(Protocol):
    def add(self, rows: Sequence[Sequence[Cell]]) -> None: ...
    def end(self, rows: int) -> None: ...


class CsvWriter:
    """Straight into the file."""

    def __init__(self, file: BinaryIO, columns: Sequence[Column], *, zone: ZoneInfo, separator: str) -> None:
        self._file, self._zone, self._separator = file, zone, separator
        file.write(MARK.encode())
        self.add([[column.label for column in columns]])

    def add(self, rows: Sequence[Sequence[Cell]]) -> None:
        self._file.write(csv_lines(rows, zone=self._zone, separator=self._separator))

    def end(self, rows: int) -> None:
        """It is all there."""


class PdfWriter:
    """A document is held in memory until its end: so it has a limit of rows."""

    def __init__(self, file: BinaryIO, columns: Sequence[Column], *, table: Table, zone: ZoneInfo) -> None:
        from helpdesk.exports.pdf_table import TablePaper

        self._file = file
        self._paper = TablePaper(columns, title=table.title, about=table.about(), foot=foot_of(zone), zone=zone)

    def add(self, rows: Sequence[Sequence[Cell]]) -> None:
        self._paper.write_rows(rows)

    def end(self, rows: int) -> None:
        self._file.write(self._paper.end(f"{rows:,} rows" if rows != 1 else "1 row"))


def writer_for(
    format_: ExportFormat, file: BinaryIO, columns: Sequence[Column], *, table: Table, told: Told, zone: ZoneInfo
) -> Writer:
    if format_ is ExportFormat.PDF:
        return PdfWriter(file, columns, table=table, zone=zone)
    return CsvWriter(file, columns, zone=zone, separator=SEPARATORS[told.separator])


def foot_of(zone: ZoneInfo) -> str:
    """Below every page: whose it is, and when it was made."""
    return f"{desk.current().name} · {now().astimezone(zone):%Y-%m-%d %H:%M} ({zone.key})"
