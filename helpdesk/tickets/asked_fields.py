"""What is asked of a custom field: `region:emea,apac`, `seats:>=5`, `due:2026-01-01..2026-03-31`, `vip:yes`, `at:any`.

Nobody needs to know here how a field is defined: a value is compared with what stands there, be it a text, a number, a
yes, or one of a list. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal
from uuid import UUID

LONGEST = 300
MOST_VALUES = 50
TAKES = "a key, a colon and what it holds: region:emea,apac, seats:>=5, due:2026-01-01..2026-03-31, vip:yes, site:none"
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,6})?", re.ASCII)
DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TRUTHS = {"yes": True, "true": True, "no": False, "false": False}
_SIGNS = ("<=", ">=", "<", ">")
SORT_PREFIX = "field:"
LONGEST_SORTED = 200
"""Texts are sorted by so many characters."""

Bound = int | float | str


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers or days between two bounds; None is open. `…_open`: the bound itself is not meant."""

    start: Bound | None = None
    end: Bound | None = None
    start_open: bool = False
    end_open: bool = False

    @property
    def is_of_days(self) -> bool:
        return isinstance(self.start if self.start is not None else self.end, str)

    def holds(self, value: Any) -> bool:
        """Is it of that kind, and in there?"""
        if self.is_of_days:
            if not (isinstance(value, str) and _DAY.fullmatch(value)):
                return False
        elif isinstance(value, bool) or not isinstance(value, (int, float)):
            return False
        if self.start is not None and (value < self.start or (self.start_open and value == self.start)):
            return False
        return self.end is None or not (value > self.end or (self.end_open and value == self.end))


@dataclass(frozen=True, slots=True)
class AskedField:
    """One field; several values mean any of them. `presence`: only whether something stands there is asked."""

    key: str
    values: tuple[str | Range, ...] = ()
    presence: Literal["any", "none"] | None = None

    @property
    def is_about_me(self) -> bool:
        return "me" in self.values

    def holds(self, fields: Mapping[str, Any], me: UUID) -> bool:
        """Is it so in a ticket's custom fields?"""
        value = fields.get(self.key)
        if self.presence is not None:
            return (value is not None) == (self.presence == "any")
        return any(
            wanted.holds(value) if isinstance(wanted, Range) else _equals(value, wanted, me) for wanted in self.values
        )


def read_asked(text: str) -> AskedField | None:
    """None where it is not understood."""
    key, colon, given = text.strip().partition(":")
    if not colon or not _KEY.fullmatch(key) or len(text) > LONGEST:
        return None
    if given.strip().lower() in ("any", "none"):
        return AskedField(key, presence="any" if given.strip().lower() == "any" else "none")
    values = [value.strip() for value in given.split(",") if value.strip()]
    if not values or len(values) > MOST_VALUES:
        return None
    found = [_value(value) for value in values]
    return None if None in found else AskedField(key, tuple(one for one in found if one is not None))


def equals(text: str, me: UUID) -> list[Any]:
    """The JSON values that a text may mean; a text comes first."""
    found: list[Any] = [str(me) if text == "me" else text]
    if (number := number_of(text)) is not None:
        found.append(number)
    if (truth := _TRUTHS.get(text.lower())) is not None:
        found.append(truth)
    return found


def number_of(text: str) -> int | float | None:
    """The number that stands there."""
    if not _NUMBER.fullmatch(text):
        return None
    return float(text) if "." in text else int(text)


def sorted_field(sort_by: str) -> str | None:
    """The key of the custom field that a list is sorted by."""
    return sort_by.removeprefix(SORT_PREFIX) if sort_by.startswith(SORT_PREFIX) else None


def sort_text(value: Any) -> str:
    """What a value is sorted by, by its code points: nothing and lists first, then texts, numbers, yes and no."""
    if isinstance(value, bool):
        return f"3{'true' if value else 'false'}"
    if isinstance(value, str):
        return f"1{value[:LONGEST_SORTED]}"
    if isinstance(value, (int, float)):
        most = Decimal(10**15)
        number = min(max(Decimal(repr(value)), -most), most).quantize(Decimal("0.000001"), rounding=ROUND_HALF_UP)
        return f"2{number + most:0>23f}"
    return ""


def _equals(value: Any, wanted: str, me: UUID) -> bool:
    meant = equals(wanted, me)
    if isinstance(value, list):
        return any(isinstance(one, str) and one == meant[0] for one in value)
    return any(type(value) is type(one) and value == one for one in meant) or (
        not isinstance(value, bool)
        and isinstance(value, (int, float))
        and any(not isinstance(one, bool) and isinstance(one, (int, float)) and value == one for one in meant)
    )


def _value(text: str) -> str | Range | None:
    """A range where it is written as one; None where it is written as one and is none."""
    first, dots, last = text.partition("..")
    if dots:
        start, end = _bound(first.strip()), _bound(last.strip())
        is_wrong = (first.strip() and start is None) or (last.strip() and end is None) or start is end is None
        if is_wrong or (start is not None and end is not None and isinstance(start, str) != isinstance(end, str)):
            return text if not (_is_bound_like(first) or _is_bound_like(last)) else None
        return Range(start, end)
    for sign in _SIGNS:
        if text.startswith(sign):
            bound = _bound(text.removeprefix(sign).strip())
            if bound is None:
                return None
            is_open = len(sign) == 1
            if sign.startswith("<"):
                return Range(end=bound, end_open=is_open)
            return Range(start=bound, start_open=is_open)
    return text


def _bound(text: str) -> Bound | None:
    return text if _DAY.fullmatch(text) else number_of(text)


def _is_bound_like(text: str) -> bool:
    return text.strip()[:1].isdigit()
