"""CSV as LibreOffice opens it: every script whole, times as times, and no formula, even where it may run them and is
told the wrong separator.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from helpdesk.exports.rules import SEPARATORS
from tests.helpdesk.conftest import People

OFFICE = shutil.which("soffice")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(OFFICE is None, reason="needs soffice: apt-get install libreoffice-calc-nogui"),
]
PATH = "/exports/tickets.csv?columns=title,description,status,createdAt&sortBy=number&sortOrder=asc&timeZone=Asia/Tokyo"
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
TEXTS = [
    ("Grüße aus Köln, «ß» €", "Der Drucker; 2. Stock"),
    ("打印机坏了", "プリンター\n두 번째 줄"),
    ("الطابعة معطلة", "a, b; c"),
    ("=HYPERLINK(1+1)", "x\n=1+1;\n+2+2,\n-3"),
    ("@SUM(1)", "x\t=1+1\ty"),
    ("\uff1d1+1", 'say "=1+1",=1+1;=1+1'),
    ("+49 30 1234", "\u200b=1+1"),
    ("-1", "a\r\n=1+1\t;=2"),
]


@dataclass(frozen=True)
class Sheet:
    rows: list[list[str]]
    """Numbers, and so times, as they are kept: in digits."""
    formulas: list[str]


def opened(content: bytes, folder: Path, *, separators: str) -> Sheet:
    """As LibreOffice reads it, which may run what it takes for a formula (the last token)."""
    (folder / "book.csv").write_bytes(content)
    codes = "/".join(str(ord(one)) for one in separators)
    given = f"CSV:{codes},34,76,1,,0,false,true,false,false,false,0,true"
    command = [str(OFFICE), f"-env:UserInstallation=file://{folder}/profile", "--headless", f"--infilter={given}"]
    subprocess.run(
        [*command, "--convert-to", "xlsx", "--outdir", str(folder), str(folder / "book.csv")],
        check=True,
        capture_output=True,
        timeout=120,
    )
    with zipfile.ZipFile(folder / "book.xlsx") as book:
        shared = [_text(one) for one in ET.fromstring(book.read("xl/sharedStrings.xml")).iter(f"{SHEET}si")]
        sheet = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))
    rows = [[_value(cell, shared) for cell in row.iter(f"{SHEET}c")] for row in sheet.iter(f"{SHEET}row")]
    return Sheet(rows, [one.text or "" for one in sheet.iter(f"{SHEET}f")])


def _text(of: ET.Element) -> str:
    return "".join(one.text or "" for one in of.iter(f"{SHEET}t"))


def _value(cell: ET.Element, shared: list[str]) -> str:
    value = cell.findtext(f"{SHEET}v") or ""
    return shared[int(value)] if cell.get("t") == "s" else value


@pytest.fixture
def exported(people: People) -> dict[str, bytes]:
    """By what separates the cells."""
    for title, description in TEXTS:
        made = people.user.post("/tickets", {"title": title, "description": description})
        assert made.status == 201, made
    return {name: people.agent.get(f"{PATH}&separator={name}").response.content for name in SEPARATORS}


def test_it_opens_as_it_was_written(exported: dict[str, bytes], tmp_path: Path) -> None:
    for name, separator in SEPARATORS.items():
        sheet = opened(exported[name], tmp_path, separators=separator)
        assert sheet.formulas == []
        assert sheet.rows[0] == ["Title", "Description", "Status", "Created (Asia/Tokyo)"]
        assert len(sheet.rows) == len(TEXTS) + 1
        for (title, description), (told, text, status, created) in zip(TEXTS, sheet.rows[1:], strict=True):
            assert told.replace("'", "") == title
            assert text.replace("'", "").split() == description.split()
            assert status == "open"
            assert re.fullmatch(r"4\d{4}\.\d+", created), "days since 1900, as a spreadsheet keeps a time"


@pytest.mark.parametrize(("name", "separators"), [("comma", ";"), ("semicolon", ","), ("comma", "\t,;")])
def test_nothing_of_it_runs_however_it_is_opened(
    exported: dict[str, bytes], tmp_path: Path, name: str, separators: str
) -> None:
    sheet = opened(exported[name], tmp_path, separators=separators)
    assert sheet.formulas == []
    assert len(sheet.rows) > len(TEXTS)


def test_what_is_not_defused_does_run(tmp_path: Path) -> None:
    """Else the others would prove nothing."""
    assert opened(b"a,=1+1,b\r\n", tmp_path, separators=",").formulas == ["1+1"]
