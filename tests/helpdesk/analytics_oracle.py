"""What analytics must say, counted by hand: plain Python over what happened, one ticket and one moment after the other.

It shares nothing with `helpdesk.analytics`: whether a moment is in a day is asked of the clock of the zone, never of
where a day begins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

ACTIVE = {"open", "in_progress", "pending"}
RESOLVED = {"resolved", "closed"}
DAY = timedelta(days=1)


@dataclass(slots=True)
class Life:
    """One ticket: its story, as it happened."""

    id: UUID
    requester: UUID
    created: datetime
    statuses: list[tuple[datetime, str]]
    priority: str = "medium"
    assignee: UUID | None = None
    team: UUID | None = None
    tags: list[str] = field(default_factory=list)
    said: list[tuple[datetime, UUID, bool]] = field(default_factory=list)
    """When, who, and was it a note."""

    @property
    def status(self) -> str:
        return self.statuses[-1][1]

    def responded(self, staff: set[UUID]) -> datetime | None:
        public = (at for at, who, note in self.said if not note and who in staff and who != self.requester)
        return next(public, None)

    def done(self) -> datetime | None:
        """When the unbroken stretch of not being active began that lasts until now."""
        if self.status in ACTIVE:
            return None
        began = self.statuses[-1][0]
        for at, status in reversed(self.statuses):
            if status in ACTIVE:
                break
            began = at
        return began

    def reopened(self) -> int:
        words = [status for _, status in self.statuses]
        return sum(a not in ACTIVE and b in ACTIVE for a, b in pairwise(words))

    def waits_at(self, is_before: Callable[[datetime], bool]) -> bool:
        done = self.done()
        return is_before(self.created) and not (done is not None and is_before(done))


def durations(values: Iterable[timedelta]) -> dict[str, Any]:
    ordered = sorted(values)

    def least(tenths: int) -> float | None:
        """The least that is not exceeded by so many tenths of them."""
        for value in ordered:
            if 10 * sum(other <= value for other in ordered) >= tenths * len(ordered):
                return value.total_seconds()
        return None

    return {"count": len(ordered), "median": least(5), "p90": least(9)}


def figures(lives: list[Life], staff: set[UUID], is_in: Callable[[datetime], bool]) -> dict[str, Any]:
    """What happened at the moments that are in it."""
    done = [life for life in lives if (at := life.done()) is not None and is_in(at)]
    resolved = [life for life in done if life.status in RESOLVED]
    answered = [(life, at) for life in lives if (at := life.responded(staff)) is not None and is_in(at)]
    return {
        "created": sum(is_in(life.created) for life in lives),
        "resolved": len(resolved),
        "cancelled": len(done) - len(resolved),
        "reopened": sum(life.reopened() > 0 for life in resolved),
        "first_response": durations(at - life.created for life, at in answered),
        "resolution": durations((life.done() or life.created) - life.created for life in resolved),
    }


def step_key(moment: datetime, zone: ZoneInfo, interval: str) -> tuple[Any, ...]:
    """What the clock of the zone shows, as far as a step of the chart is concerned."""
    local = moment.astimezone(zone)
    match interval:
        case "hour":
            return local.date(), local.hour, local.utcoffset()
        case "day":
            return (local.date(),)
        case "week":
            return (local.date() - local.weekday() * DAY,)
        case _:
            return local.year, local.month


def steps(first: date, last: date, zone: ZoneInfo, interval: str, now: datetime) -> list[tuple[Any, ...]]:
    """Every step that the clock goes through in the range until now: it is looked at every quarter of an hour."""
    moment = datetime(first.year, first.month, first.day, tzinfo=UTC) - DAY
    found: dict[tuple[Any, ...], None] = {}
    while moment < datetime(last.year, last.month, last.day, tzinfo=UTC) + 2 * DAY:
        if first <= moment.astimezone(zone).date() <= last and (moment < now or not found):
            found[step_key(moment, zone, interval)] = None
        moment += timedelta(minutes=15)
    return list(found)
