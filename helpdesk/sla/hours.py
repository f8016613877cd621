"""When a desk is open: weekly hours on the wall clock of a time zone, and days of their own. Pure.

Hours are read off the wall clock as people read them: where it is put back, an hour that comes twice is open twice;
where it is put forward, the hour that is left out is nobody's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

DAY = 24 * 60
LOOKED_AT_ONCE = timedelta(days=14)
FURTHEST = timedelta(days=20 * 366)
"""A deadline that lies further ahead is none: the hours are hardly ever open."""
_SECOND, _HOUR = timedelta(seconds=1), timedelta(hours=1)


class NeverOpen(ValueError):
    """These hours have no open minute in any week."""


class BadHours(ValueError):
    """The opening times of a day overlap, are out of order, or end before they begin."""


@dataclass(frozen=True, slots=True)
class Opening:
    """From a minute of the day up to another, 0 to 1440: 9:00 to 12:30 is 540 to 750."""

    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Span:
    """From a moment up to another, which does not belong to it any more. UTC."""

    begin: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        return self.end - self.begin


Openings = tuple[Opening, ...]
ALL_DAY: Openings = (Opening(0, DAY),)


@dataclass(frozen=True, slots=True)
class Hours:
    """`week`: Monday to Sunday. `days`: what holds on these dates instead; nothing there is a holiday. Raises BadHours,
    and NeverOpen.
    """

    zone: ZoneInfo
    week: tuple[Openings, ...]
    days: Mapping[date, Openings] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.week) != 7:
            raise BadHours("A week has seven days.")
        for openings in (*self.week, *self.days.values()):
            _require_in_order(openings)
        if not any(self.week):
            raise NeverOpen("Some day of the week must have an open minute.")

    @property
    def are_always(self) -> bool:
        """Is there no moment at which nobody is there?"""
        return all(openings == ALL_DAY for openings in (*self.week, *self.days.values()))

    def on(self, day: date) -> Openings:
        """The opening times of that date."""
        return self.days.get(day, self.week[day.weekday()])

    def spans(self, begin: datetime, end: datetime) -> Iterator[Span]:
        """The open times between two moments, in order; what touches is one."""
        open_: Span | None = None
        for span in self._pieces(begin, end):
            if open_ is not None and open_.end == span.begin:
                open_ = Span(open_.begin, span.end)
                continue
            if open_ is not None:
                yield open_
            open_ = span
        if open_ is not None:
            yield open_

    def between(self, begin: datetime, end: datetime) -> timedelta:
        """How much of the time between two moments is open; nothing where `end` is not later."""
        return sum((span.length for span in self.spans(begin, end)), timedelta())

    def after(self, begin: datetime, open_time: timedelta) -> datetime:
        """The first moment at which so much open time has gone by. Raises NeverOpen beyond twenty years."""
        left, at = open_time, begin
        if left <= timedelta():
            return begin
        while at - begin <= FURTHEST:
            for span in self.spans(at, at + LOOKED_AT_ONCE):
                if left <= span.length:
                    return span.begin + left
                left -= span.length
            at += LOOKED_AT_ONCE
        raise NeverOpen("The hours are hardly ever open.")

    def _pieces(self, begin: datetime, end: datetime) -> Iterator[Span]:
        for one in _of_one_offset(self.zone, begin, end):
            offset = _offset(self.zone, one.begin)
            first, last = (moment.replace(tzinfo=None) + offset for moment in (one.begin, one.end))
            day = first.date()
            while datetime.combine(day, datetime.min.time()) < last:
                midnight = datetime.combine(day, datetime.min.time())
                for opening in self.on(day):
                    opens = max(first, midnight + timedelta(minutes=opening.begin))
                    closes = min(last, midnight + timedelta(minutes=opening.end))
                    if opens < closes:
                        yield Span((opens - offset).replace(tzinfo=UTC), (closes - offset).replace(tzinfo=UTC))
                day += timedelta(days=1)


def always(zone: ZoneInfo | None = None) -> Hours:
    """Round the clock."""
    return Hours(zone or ZoneInfo("UTC"), (ALL_DAY,) * 7)


def _require_in_order(openings: Openings) -> None:
    before = 0
    for opening in openings:
        if not before <= opening.begin < opening.end <= DAY:
            raise BadHours("Opening times follow each other, and each ends after it begins, at midnight at the latest.")
        before = opening.end


def _of_one_offset(zone: ZoneInfo, begin: datetime, end: datetime) -> Iterator[Span]:
    """The time between two moments, cut where the wall clock is put forward or back."""
    at = begin
    while at < end:
        upto = min(end, at + _HOUR * 12)
        if _offset(zone, at) != _offset(zone, upto):
            upto = min(upto, _change(zone, at, upto))
        yield Span(at, upto)
        at = upto


def _change(zone: ZoneInfo, begin: datetime, end: datetime) -> datetime:
    """The first moment with another offset; half a day holds one at most. They change at whole seconds."""
    before, low, high = _offset(zone, begin), begin, end
    while high - low > _SECOND:
        middle = low + (high - low) / 2
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    return high.replace(microsecond=0)


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()
