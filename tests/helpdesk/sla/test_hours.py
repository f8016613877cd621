"""Open hours, held against a wall clock that is read minute by minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.sla.hours import ALL_DAY, BadHours, Hours, NeverOpen, Opening, Openings, always

MINUTE = timedelta(minutes=1)
BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = (Opening(9 * 60, 12 * 60), Opening(13 * 60, 17 * 60))
WEEK = (OFFICE,) * 5 + ((),) * 2
ZONES = [
    ZoneInfo(name)
    for name in (
        "UTC",
        "Europe/Berlin",
        "America/St_Johns",
        "Australia/Lord_Howe",  # put forward by half an hour
        "Africa/Casablanca",  # put back for Ramadan
        "Asia/Kathmandu",
        "Pacific/Apia",
        "America/Santiago",  # changes at midnight
    )
]


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=zone).astimezone(UTC)


def is_open(hours: Hours, moment: datetime) -> bool:
    """By the wall clock alone."""
    there = moment.astimezone(hours.zone)
    minute = there.hour * 60 + there.minute
    return any(opening.begin <= minute < opening.end for opening in hours.on(there.date()))


def open_minutes(hours: Hours, begin: datetime, end: datetime) -> int:
    count, moment = 0, begin
    while moment < end:
        count += is_open(hours, moment)
        moment += MINUTE
    return count


@st.composite
def some_openings(draw: st.DrawFn) -> Openings:
    edges = sorted(draw(st.sets(st.integers(0, 96), min_size=0, max_size=6)))
    return tuple(Opening(a * 15, b * 15) for a, b in zip(edges[::2], edges[1::2], strict=False))


CHANGES = [
    at(2026, 3, 29),
    at(2026, 10, 25),
    at(2026, 4, 4, zone=ZoneInfo("Australia/Lord_Howe")),
    at(2026, 10, 3, zone=ZoneInfo("Australia/Lord_Howe")),
    at(2026, 4, 4, zone=ZoneInfo("America/Santiago")),
    at(2026, 9, 5, zone=ZoneInfo("America/Santiago")),
    at(2026, 2, 14, zone=ZoneInfo("Africa/Casablanca")),
    at(2026, 11, 1, zone=ZoneInfo("America/St_Johns")),
]
"""Around most of them a wall clock changes."""


@st.composite
def some_hours(draw: st.DrawFn) -> Hours:
    week = [draw(some_openings()) for _ in range(7)]
    if not any(week):
        week[draw(st.integers(0, 6))] = ALL_DAY
    days = draw(st.dictionaries(st.dates(date(2026, 1, 1), date(2026, 12, 31)), some_openings(), max_size=5))
    return Hours(draw(st.sampled_from(ZONES)), tuple(week), days)


moments = st.builds(
    lambda change, minutes: change + timedelta(minutes=minutes),
    st.sampled_from(CHANGES),
    st.integers(-3 * 24 * 60, 3 * 24 * 60),
)


@given(some_hours(), moments, st.integers(0, 3 * 24 * 60))
def test_between_is_what_the_wall_clock_shows(hours: Hours, begin: datetime, minutes: int) -> None:
    end = begin + timedelta(minutes=minutes)
    assert hours.between(begin, end) == open_minutes(hours, begin, end) * MINUTE


@given(some_hours(), moments, st.integers(1, 40 * 60))
def test_after_is_the_first_moment_with_so_much(hours: Hours, begin: datetime, minutes: int) -> None:
    due = hours.after(begin, timedelta(minutes=minutes))
    assert hours.between(begin, due) == timedelta(minutes=minutes)
    assert is_open(hours, due - timedelta(seconds=1)), "it is reached within open time, not after it"


@given(some_hours(), moments, st.integers(0, 3 * 24 * 60))
def test_spans_are_apart_and_in_order(hours: Hours, begin: datetime, minutes: int) -> None:
    spans = list(hours.spans(begin, begin + timedelta(minutes=minutes)))
    assert all(span.begin < span.end for span in spans)
    assert all(one.end < next_.begin for one, next_ in pairwise(spans))


class TestByHand:
    hours = Hours(BERLIN, WEEK, {date(2026, 12, 25): ()})

    def test_over_the_break_and_the_weekend(self) -> None:
        assert self.hours.after(at(2026, 11, 27, 16), timedelta(hours=5)) == at(2026, 11, 30, 14)

    def test_a_holiday_counts_as_closed(self) -> None:
        assert self.hours.after(at(2026, 12, 24, 16), timedelta(hours=2)) == at(2026, 12, 28, 10)

    def test_a_night_shift_has_an_hour_more_when_the_clock_is_put_back(self) -> None:
        night = Hours(BERLIN, ((Opening(0, 6 * 60),),) * 7)
        lengths = [night.between(at(2026, 10, day), at(2026, 10, day + 1)) for day in (24, 25)]
        assert lengths == [timedelta(hours=6), timedelta(hours=7)]
        assert night.between(at(2026, 3, 29), at(2026, 3, 30)) == timedelta(hours=5)

    def test_seconds_count(self) -> None:
        assert self.hours.after(at(2026, 11, 23, 9), timedelta(seconds=1.5)) == at(2026, 11, 23, 9) + timedelta(
            seconds=1.5
        )

    def test_nothing_is_due_at_once(self) -> None:
        sunday = at(2026, 11, 22)
        assert self.hours.after(sunday, timedelta()) == sunday

    def test_round_the_clock(self) -> None:
        assert always().are_always
        assert not self.hours.are_always
        assert always().after(at(2026, 3, 28), timedelta(days=2)) == at(2026, 3, 28) + timedelta(days=2)


class TestRefused:
    def test_no_open_minute(self) -> None:
        with pytest.raises(NeverOpen):
            Hours(BERLIN, ((),) * 7, {date(2026, 1, 1): ALL_DAY})

    def test_nearly_no_open_minute(self) -> None:
        closed = {date(2026, 1, 1) + timedelta(days=day): () for day in range(40 * 366)}
        hours = Hours(BERLIN, WEEK, closed)
        with pytest.raises(NeverOpen):
            hours.after(at(2026, 1, 1), timedelta(minutes=1))

    @pytest.mark.parametrize(
        "openings", [(Opening(600, 600),), (Opening(700, 600),), (Opening(0, 1441),), OFFICE[::-1]]
    )
    def test_times_that_are_none(self, openings: Openings) -> None:
        with pytest.raises(BadHours):
            Hours(BERLIN, (openings,) * 7)
        with pytest.raises(BadHours):
            Hours(BERLIN, WEEK, {date(2026, 1, 1): openings})

    def test_a_week_of_six_days(self) -> None:
        with pytest.raises(BadHours):
            Hours(BERLIN, WEEK[:6])
