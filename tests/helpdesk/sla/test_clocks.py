"""Clocks, held against somebody who looks at the ticket and at the wall clock once a minute and counts.

HUB_HISTORIES: of how many histories, in the slow test (1000).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.sla.clocks import (
    Clock,
    Created,
    Happening,
    Moved,
    Said,
    StepKind,
    Terms,
    clocks,
    open_time,
)
from helpdesk.sla.hours import Hours, always
from helpdesk.vocabulary import ClockKind, TicketStatus
from tests.helpdesk.sla.test_hours import BERLIN, CHANGES, MINUTE, WEEK, at, is_open, some_hours

FIRST, NEXT, RESOLUTION = ClockKind
DONE = (TicketStatus.RESOLVED, TicketStatus.CLOSED, TicketStatus.CANCELLED)
MANY = int(os.environ.get("HUB_HISTORIES", "1000"))


@dataclass
class Counted:
    """A clock of the one who counts."""

    kind: ClockKind
    began_at: datetime
    minutes: int = 0
    due_at: datetime | None = None
    ended_at: datetime | None = None


class Counting:
    """Goes from minute to minute, and takes what happens in between."""

    def __init__(self, terms: Terms) -> None:
        self.terms, self.all = terms, list[Counted]()
        self.status, self.answered = TicketStatus.OPEN, False

    def see(self, one: Happening) -> None:
        match one:
            case Created():
                self.status = one.status
                self.all = [Counted(FIRST, one.at), Counted(RESOLUTION, one.at)]
            case Said() if one.by_staff:
                self.answered = True
                self._stop(one.at, {FIRST, NEXT})
            case Said():
                waiting = [clock for clock in self.all if clock.kind is not RESOLUTION and clock.ended_at is None]
                if self.answered and not waiting:
                    self.all.append(Counted(NEXT, one.at))
            case Moved():
                self.status = one.status
                if one.status in DONE:
                    self.answered = True
                    self._stop(one.at, set(ClockKind))
                for clock in self.all:
                    if one.status not in DONE and clock.kind is RESOLUTION:
                        clock.ended_at = None

    def pass_minute(self, moment: datetime) -> None:
        if self.status is TicketStatus.PENDING or self.status in DONE or not is_open(self.terms.hours, moment):
            return
        for clock in self.all:
            if clock.ended_at is None:
                clock.minutes += 1
                if clock.minutes * MINUTE == self.terms.targets[clock.kind] and clock.due_at is None:
                    clock.due_at = moment + MINUTE

    def _stop(self, moment: datetime, kinds: set[ClockKind]) -> None:
        for clock in self.all:
            if clock.kind in kinds and clock.ended_at is None:
                clock.ended_at = moment


def counted(history: Sequence[Happening], terms: Terms, *, now: datetime) -> list[Counted]:
    counting, moment, left = Counting(terms), history[0].at, list(history)
    while moment < now or left:
        while left and left[0].at <= moment:
            counting.see(left.pop(0))
        if moment < now:
            counting.pass_minute(moment)
        moment += MINUTE
    return counting.all


def expected_due(clock: Counted, status: TicketStatus, terms: Terms, *, now: datetime) -> datetime | None:
    """What it will be, or would have been."""
    if clock.due_at is not None:
        return clock.due_at
    stands_still = status is TicketStatus.PENDING or status in DONE
    if clock.ended_at is None and stands_still:
        return None
    moment, minutes = clock.ended_at or now, clock.minutes
    while True:
        minutes += is_open(terms.hours, moment)
        moment += MINUTE
        if minutes * MINUTE == terms.targets[clock.kind]:
            return moment


happenings = st.one_of(st.booleans(), st.sampled_from(list(TicketStatus)))
"""Somebody says something, of the staff or not; or the status is another."""


@st.composite
def histories(draw: st.DrawFn) -> list[Happening]:
    begin = draw(st.sampled_from(CHANGES)) + draw(st.integers(-2000, 500)) * MINUTE
    history: list[Happening] = [Created(begin, draw(st.sampled_from([TicketStatus.OPEN, TicketStatus.PENDING])))]
    moment = begin
    for value in draw(st.lists(happenings, max_size=8)):
        moment += draw(st.sampled_from([0, 1, 7, 45, 240, 1000])) * MINUTE
        history.append(Said(moment, by_staff=value) if isinstance(value, bool) else Moved(moment, value))
    return history


targets = st.fixed_dictionaries({kind: st.integers(1, 900).map(lambda minutes: minutes * MINUTE) for kind in ClockKind})


def check(history: list[Happening], hours: Hours, promised: dict[ClockKind, timedelta], later: int) -> None:
    terms, now = Terms(hours, promised), history[-1].at + later * MINUTE
    told, simply = clocks(history, terms, now=now), counted(history, terms, now=now)
    assert [(one.kind, one.began_at, one.ended_at) for one in told] == [
        (one.kind, one.began_at, one.ended_at) for one in simply
    ]
    status = [one.status for one in history if not isinstance(one, Said)][-1]
    for one, other in zip(told, simply, strict=True):
        assert one.due_at == expected_due(other, status, terms, now=now)
        assert open_time(one.steps) == other.minutes * MINUTE
        assert_told_whole(one, now)


def assert_told_whole(clock: Clock, now: datetime) -> None:
    """Its steps follow each other from its beginning to its end, or until now."""
    ends = [clock.began_at, *(step.end for step in clock.steps)]
    assert [step.begin for step in clock.steps] == ends[:-1]
    assert ends[-1] == (clock.ended_at or max(now, clock.began_at))


@given(histories(), some_hours(), targets, st.integers(0, 500))
@settings(max_examples=150)
def test_is_what_somebody_counts(
    history: list[Happening], hours: Hours, promised: dict[ClockKind, timedelta], later: int
) -> None:
    check(history, hours, promised, later)


@pytest.mark.slow
@given(histories(), some_hours(), targets, st.integers(0, 500))
@settings(max_examples=MANY)
def test_is_what_somebody_counts_many_times(
    history: list[Happening], hours: Hours, promised: dict[ClockKind, timedelta], later: int
) -> None:
    check(history, hours, promised, later)


class TestByHand:
    terms = Terms(
        Hours(BERLIN, WEEK), {FIRST: timedelta(hours=1), NEXT: timedelta(hours=2), RESOLUTION: timedelta(hours=8)}
    )
    monday = at(2026, 11, 23, 9)

    def test_a_pause_is_told_where_it_was(self) -> None:
        history: list[Happening] = [
            Created(self.monday),
            Said(self.monday + timedelta(minutes=30), by_staff=True),
            Moved(self.monday + timedelta(minutes=30), TicketStatus.PENDING),
            Moved(self.monday + timedelta(minutes=160), TicketStatus.OPEN),
        ]
        first, resolution = clocks(history, self.terms, now=at(2026, 11, 23, 11, 40))
        assert not first.is_breached(at(2026, 11, 30))
        assert [(step.kind, step.end - step.begin) for step in resolution.steps] == [
            (StepKind.COUNTED, timedelta(minutes=30)),
            (StepKind.PENDING, timedelta(minutes=130)),
        ]
        assert resolution.due_at == at(2026, 11, 24, 13, 10)

    def test_while_it_is_pending_nobody_can_say(self) -> None:
        history: list[Happening] = [Created(self.monday), Moved(self.monday, TicketStatus.PENDING)]
        assert [clock.due_at for clock in clocks(history, self.terms, now=at(2026, 11, 25))] == [None, None]

    def test_what_was_late_stays_late(self) -> None:
        history: list[Happening] = [Created(self.monday), Moved(at(2026, 11, 23, 11), TicketStatus.PENDING)]
        first, _ = clocks(history, self.terms, now=at(2026, 11, 25))
        assert first.due_at == at(2026, 11, 23, 10)
        assert first.is_breached(at(2026, 11, 25))
        assert not first.is_breached(at(2026, 11, 23, 9, 59))

    def test_in_the_very_moment_is_in_time(self) -> None:
        history: list[Happening] = [Created(self.monday), Said(at(2026, 11, 23, 10), by_staff=True)]
        first, _ = clocks(history, self.terms, now=at(2026, 11, 25))
        assert (first.due_at, first.is_breached(at(2026, 11, 25))) == (at(2026, 11, 23, 10), False)

    def test_reopened_it_goes_on_where_it_stood(self) -> None:
        history: list[Happening] = [
            Created(self.monday),
            Moved(at(2026, 11, 23, 12), TicketStatus.RESOLVED),
            Said(at(2026, 11, 24, 9), by_staff=False),
            Moved(at(2026, 11, 24, 9), TicketStatus.OPEN),
        ]
        _, resolution, next_ = clocks(history, self.terms, now=at(2026, 11, 24, 9))
        assert resolution.due_at == at(2026, 11, 24, 15)
        assert (next_.began_at, next_.due_at) == (at(2026, 11, 24, 9), at(2026, 11, 24, 11))

    def test_asking_twice_begins_one_clock(self) -> None:
        history: list[Happening] = [
            Created(self.monday),
            Said(self.monday, by_staff=True),
            Said(at(2026, 11, 23, 10), by_staff=False),
            Said(at(2026, 11, 23, 11), by_staff=False),
        ]
        told = clocks(history, self.terms, now=at(2026, 11, 23, 11))
        assert [(one.began_at, one.due_at) for one in told if one.kind is NEXT] == [
            (at(2026, 11, 23, 10), at(2026, 11, 23, 12))
        ]

    def test_what_is_not_promised_has_no_clock(self) -> None:
        terms = Terms(always(ZoneInfo("UTC")), {RESOLUTION: timedelta(days=1)})
        assert [one.kind for one in clocks([Created(self.monday)], terms, now=self.monday)] == [RESOLUTION]
