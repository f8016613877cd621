"""Spans of time as people write them: a day, from..to, since, before, and ages. Pure.

Days are days in UTC. `>` and `<` before a day mean after and before it; before an age, older and younger.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_OLDEST = timedelta(days=365_00)


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment, or how long before now; or the beginning of a day so many days before today."""

    at: datetime | None = None
    ago: timedelta = timedelta()
    by_day: bool = False

    def when(self, now: datetime) -> datetime:
        if self.at is not None:
            return self.at
        moment = now - self.ago
        return moment.replace(hour=0, minute=0, second=0, microsecond=0) if self.by_day else moment


@dataclass(frozen=True, slots=True)
class Span:
    """From is inclusive, to is exclusive; None is open."""

    start: Moment | None = None
    end: Moment | None = None


def read_start(text: str) -> Span | None:
    """`after:`: from the beginning of the day, or the moment, on."""
    read = _day_or_moment(text)
    return Span(start=read[0]) if read else None


def read_end(text: str) -> Span | None:
    """`before:`: until the day begins, or the moment."""
    read = _day_or_moment(text)
    return Span(end=read[0]) if read else None


def read_age_or_span(text: str) -> Span | None:
    """`2026-01-31`, `2026-01-01..2026-02-01`, `>=2026-01-01`, `<7d`; None where it is none of them."""
    first, dots, last = text.partition("..")
    if dots:
        return _between(first, last)
    sign = text[: len(text) - len(text.lstrip("<>="))]
    text = text[len(sign) :]
    if sign in ("<", ">", "<=", ">=") and (age := _age(text)) is not None:
        return Span(start=Moment(ago=age)) if sign.startswith("<") else Span(end=Moment(ago=age))
    read = _day_or_moment(text)
    if read is None:
        return None
    start, end = read
    match sign:
        case "":
            return Span(start, end)
        case ">":
            return Span(start=end)
        case ">=":
            return Span(start=start)
        case "<":
            return Span(end=start)
        case "<=":
            return Span(end=end)
    return None


def read_ahead_or_span(text: str) -> Span | None:
    """As `read_age_or_span`, but for what lies ahead: `<2h` is within two hours, or past already."""
    sign = text[: len(text) - len(text.lstrip("<>="))]
    ahead = _age(text[len(sign) :])
    if sign in ("<", ">", "<=", ">=") and ahead is not None:
        return Span(end=Moment(ago=-ahead)) if sign.startswith("<") else Span(start=Moment(ago=-ahead))
    return read_age_or_span(text)


def _between(first: str, last: str) -> Span | None:
    start, end = _day_or_moment(first) if first else None, _day_or_moment(last) if last else None
    if (first and not start) or (last and not end) or not (first or last):
        return None
    return Span(start[0] if start else None, end[1] if end else None)


def _age(text: str) -> timedelta | None:
    number, unit = text[:-1], text[-1:]
    if not (number.isascii() and number.isdigit() and len(number) < 6 and unit in _UNITS):
        return None
    return min(int(number) * _UNITS[unit], _OLDEST)


def _day_or_moment(text: str) -> tuple[Moment, Moment] | None:
    """(where it begins, where it has ended)."""
    if text in ("today", "yesterday"):
        days = timedelta(days=1 if text == "yesterday" else 0)
        return Moment(ago=days, by_day=True), Moment(ago=days - timedelta(days=1), by_day=True)
    if not text.isascii():
        return None
    try:
        if len(text) == 10:
            day = datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
            return Moment(day), Moment(day + timedelta(days=1))
        moment = datetime.fromisoformat(text.upper())
        at = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        return (Moment(at), Moment(at + timedelta(milliseconds=1))) if len(text) > 10 else None
    except (ValueError, OverflowError):
        return None
