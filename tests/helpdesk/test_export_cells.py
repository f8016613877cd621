"""CSV: whatever people write comes back as they wrote it, and never as a formula."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.exports.cells import Cell, csv_lines, defused

BERLIN = ZoneInfo("Europe/Berlin")
SIGNS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
BLANKS = " \t\r\n\u00a0\u200b\ufeff\"'"
hostile = st.text(st.sampled_from("=+-@\t\r\n ;,'\"a1(\uff1d\u200b\ufeff"), max_size=12) | st.text(max_size=12)


def read(rows: list[list[Cell]], *, separator: str = ",", zone: ZoneInfo = BERLIN) -> list[list[str]]:
    text = csv_lines(rows, zone=zone, separator=separator).decode()
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))


def is_formula(cell: str) -> bool:
    """As a spreadsheet sees it, which may trim before it looks."""
    return cell.startswith(SIGNS) or (cell.strip(BLANKS).startswith(SIGNS) and not cell.startswith("'"))


@given(st.lists(st.lists(hostile, min_size=2, max_size=4), min_size=1, max_size=4), st.sampled_from(",;"))
def test_no_text_is_a_formula_in_any_cell(rows: list[list[str]], separator: str) -> None:
    for line in read(list(map(list, rows)), separator=separator):
        for cell in line:
            assert not is_formula(cell)


@given(hostile)
def test_a_text_is_only_ever_given_apostrophes(text: str) -> None:
    ((told, _),) = read([[text, "beside"]])
    plain = text.replace("\x00", "")
    assert told.replace("'", "") == plain.replace("'", "")
    if not any(sign in plain for sign in SIGNS):
        assert told.replace("'", "", told.count("'") - plain.count("'")) == plain


@given(st.text(st.characters(exclude_characters="=+-@\t\r\n\x00\uff1d\uff0b\uff0d\uff20", codec="utf-8")))
def test_what_is_no_formula_is_left_as_it_is(text: str) -> None:
    assert defused(text) == text


@given(hostile, hostile)
def test_what_is_opened_with_the_other_separator_begins_no_formula_either(one: str, two: str) -> None:
    text = csv_lines([[one, two]], zone=BERLIN).decode()
    for line in text.splitlines():
        for cell in line.split(";")[1:]:
            assert not cell.strip(" \"'").startswith(("=", "+", "-", "@")) or cell.startswith("'")


@given(hostile, hostile, st.sampled_from(",;"), st.sampled_from(",;\t"))
def test_however_it_is_cut_no_piece_begins_a_formula(one: str, two: str, separator: str, taken: str) -> None:
    """Opened with another separator, a line break within quotes ends a row, and a tab may end a cell."""
    text = csv_lines([[one, two]], zone=BERLIN, separator=separator).decode()
    for line in re.split("[\r\n]", text):
        for cell in re.split(f"[{taken}\t]" if taken != separator else "\t", line):
            assert not cell.strip(BLANKS.replace("'", "")).startswith(SIGNS[:4])


@given(st.integers(min_value=-(2**53), max_value=2**53), st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_stay_numbers(whole: int, broken: float) -> None:
    ((one, two),) = read([[whole, broken]])
    assert int(one) == whole
    assert float(two) == broken


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("=1+1", "'=1+1"),
        ("+49 30 1234", "'+49 30 1234"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ('  "=HYPERLINK("x")', '\'  "=HYPERLINK("x")'),
        ("'=1+1", "''=1+1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("\x01=1+1", "'\x01=1+1"),
        ("\u061c=1+1", "'\u061c=1+1"),
        ("\ufe661+1", "'\ufe661+1"),
        ("a;=1+1", "a;'=1+1"),
        ("a\t=1+1", "a\t'=1+1"),
        ("a\n=1+1;b", "a\n'=1+1;b"),
        ("a\r\n \u200b-1", "a\r\n' \u200b-1"),
        ("a\t\t=1", "a\t\t'=1"),
        ("a - b", "a - b"),
        ("a\n\nb", "a\n\nb"),
        ("don't", "don't"),
    ],
)
def test_what_is_told_instead(text: str, told: str) -> None:
    assert defused(text) == told


def test_times_are_told_by_the_clocks_of_the_zone() -> None:
    moment = datetime(2026, 7, 1, 22, 30, 5, 999000, tzinfo=UTC)
    assert read([[moment]]) == [["2026-07-02 00:30:05"]]
    assert read([[moment]], zone=ZoneInfo("America/New_York")) == [["2026-07-01 18:30:05"]]


def test_lines_end_as_the_rfc_says_and_quote_what_they_must() -> None:
    written = csv_lines([["a,b", 'say "x"', "two\nlines", None, 7]], zone=BERLIN)
    assert written == b'"a,b","say ""x""","two\nlines",,7\r\n'
