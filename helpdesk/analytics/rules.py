"""Days, weeks and months as the clocks of a time zone have them, and the ages of what waits. Pure.

SQL is given moments only: when a day begins, and how long it is, is decided here, once. A range is given in days of a
time zone, both inclusive, and ends now where it would end later.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from helpdesk.errors import ValidationFailed

USUAL_DAYS = 30
"""The range where none is asked for: so many days, with today."""
MOST_DAYS = 1_096
"""Three years, a leap year among them."""
MOST_STEPS = 400
"""What a chart may have at most: a year of days."""
AGES = tuple(timedelta(days=days) for days in (1, 3, 7, 14, 30, 90))
"""Where one age of what waits ends and the next begins."""
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)


class Interval(StrEnum):
    """How long one step of a chart is."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Range:
    """The days from `first` to `last` in a time zone, which are the moments [begin, close); `end`: up to now."""

    first: date
    last: date
    zone: ZoneInfo
    begin: datetime
    close: datetime
    end: datetime

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def before(self) -> tuple[datetime, datetime]:
        """As many days before it; where it ends in the middle of a day, up to the same time of the clock."""
        begin = begin_of(self.first - self.days * _DAY, self.zone)
        if self.end == self.close:
            return begin, self.begin
        local = self.end.astimezone(self.zone)
        end = _at(local.date() - self.days * _DAY, local.time(), self.zone)
        return begin, max(begin, min(end, self.begin))


@cache
def known_zones() -> frozenset[str]:
    """The names of the IANA time zone database, as it is installed here."""
    return frozenset(available_timezones())


def zone_named(name: str) -> ZoneInfo:
    """The time zone, or ValueError: only names of the database, never a path."""
    if name not in known_zones():
        raise ValueError("This is no name of the IANA time zone database, as Europe/Berlin is.")
    return ZoneInfo(name)


def begin_of(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a day: not always midnight, for some clocks are put forward then."""
    return _at(day, time(), zone)


def _at(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """What the clock shows twice is the first time; what it skips is told from the hour before."""
    return datetime.combine(day, clock.replace(fold=0), tzinfo=zone).astimezone(UTC)


def range_of(first: date | None, last: date | None, zone: ZoneInfo, *, now: datetime) -> Range:
    """The range that was asked for; without `last` up to today, without `first` thirty days long."""
    today = now.astimezone(zone).date()
    last = last or max(today, first or today)
    first = first or last - (USUAL_DAYS - 1) * _DAY
    if first > last:
        raise ValidationFailed.of("to", "A range ends on the day on which it begins, or later.", "range")
    if first > today:
        raise ValidationFailed.of("from", "This range has not begun yet.", "future")
    if (last - first).days >= MOST_DAYS:
        raise ValidationFailed.of("to", f"A range has at most {MOST_DAYS} days.", "too_long")
    close = begin_of(last + _DAY, zone)
    return Range(first, last, zone, begin_of(first, zone), close, min(now, close))


def interval_for(days: int) -> Interval:
    """What shows a range of so many days well."""
    if days <= 2:
        return Interval.HOUR
    if days <= 92:
        return Interval.DAY
    return Interval.WEEK if days <= 370 else Interval.MONTH


def steps_of(range_: Range, interval: Interval) -> list[datetime]:
    """Where each step begins, and where the last ends. Those that have not begun yet are left out.

    Weeks begin on Monday; the first and the last step are cut off by the range. Hours are those of the clock: where
    it is put back, one comes twice.
    """
    most = _most_steps(range_.days, interval)
    if most > MOST_STEPS:
        text = f"That would be up to {most} steps, and {MOST_STEPS} are the most: choose a longer interval."
        raise ValidationFailed.of("interval", text, "too_many")
    # A day that a zone has skipped as a whole begins when the next one does.
    edges = [*dict.fromkeys(_begins(range_, interval)), range_.close]
    begun = max(1, sum(edge < range_.end for edge in edges[:-1]))
    return edges[: begun + 1]


def ages_at(now: datetime) -> list[datetime]:
    """The moments that part what waits by its age, the oldest first."""
    return [now - age for age in reversed(AGES)]


def _most_steps(days: int, interval: Interval) -> int:
    match interval:
        case Interval.HOUR:
            return days * 24
        case Interval.DAY:
            return days
        case Interval.WEEK:
            return days // 7 + 2
        case Interval.MONTH:
            return days // 28 + 2


def _begins(range_: Range, interval: Interval) -> Iterator[datetime]:
    if interval is Interval.HOUR:
        moment = range_.begin
        while moment < range_.close:
            yield moment
            local = moment.astimezone(range_.zone)
            moment += _HOUR - timedelta(minutes=local.minute, seconds=local.second)
        return
    for number in range(range_.days):
        day = range_.first + number * _DAY
        is_first_of_its = {Interval.DAY: True, Interval.WEEK: day.weekday() == 0, Interval.MONTH: day.day == 1}
        if number == 0 or is_first_of_its[interval]:
            yield begin_of(day, range_.zone)
