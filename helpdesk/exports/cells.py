"""A table as CSV that spreadsheets open right and cannot be made to run. Pure.

RFC 4180 in UTF-8 with its mark and CRLF, so that Excel reads it as what it is. A text that a spreadsheet would take for
a formula gets an apostrophe before it (OWASP, CSV injection); numbers and times are ours, and stay what they are.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo

Cell = str | int | float | datetime | None
MARK = "\ufeff"
_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b"
"""What a formula begins with; the wide and the small ones too, which some spreadsheets make plain."""
_BLANK = (
    "\x01-\x08\x0b\x0c\x0e-\x20\"'\x7f-\xa0\u00ad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff"
)
_BREAKS = "\t\r\n"
"""These and `_BLANK` a spreadsheet may take away before it looks whether there is a formula."""
_FORMULA = re.compile(f"^(?=[{_BLANK}{_BREAKS}]*[{_SIGNS}{_BREAKS}])")
_OTHER = {",": ";", ";": ","}
_CUT_OFF = {
    separator: re.compile(f"(?<=[{other}{_BREAKS}])(?=[{_BLANK}]*[{_SIGNS}])") for separator, other in _OTHER.items()
}
"""Opened with the other separator, or with tabs, what stands behind it would begin a cell; and a line break, whose
quotes are none then, a row. No letter is looked at twice: a text may be nothing but tabs."""


def defused(text: str, *, separator: str = ",") -> str:
    """The text as a cell that is never a formula; the same text where it could not be one."""
    return _CUT_OFF[separator].sub("'", _FORMULA.sub("'", text))


def written(cell: Cell, *, zone: tzinfo, separator: str = ",") -> str | int | float:
    """What stands in the file. Times are told by the clocks of the zone, as spreadsheets read them."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.astimezone(zone).replace(tzinfo=None).isoformat(" ", "seconds")
    return defused(cell.replace("\x00", ""), separator=separator) if isinstance(cell, str) else cell


def csv_lines(rows: Iterable[Sequence[Cell]], *, zone: tzinfo, separator: str = ",") -> bytes:
    """Whole lines; the mark goes before the first of a file."""
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, delimiter=separator, lineterminator="\r\n")
    writer.writerows([written(cell, zone=zone, separator=separator) for cell in row] for row in rows)
    return lines.getvalue().encode()
