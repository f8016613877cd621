"""Why a clock is due when it is, in words. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from helpdesk.sla.clocks import Clock, Step, StepKind

_WHAT = {
    StepKind.COUNTED: "counted {length}",
    StepKind.CLOSED: "closed for {length}: nobody was there",
    StepKind.PENDING: "paused {length}, waiting for the requester",
    StepKind.DONE: "done for {length}, until it was reopened",
}


def told(step: Step, zone: ZoneInfo) -> str:
    """`paused 2 h 10 min, waiting for the requester, from 2026-03-02 09:00 to 2026-03-02 11:10`."""
    what = _WHAT[step.kind].format(length=length(step.end - step.begin))
    return f"{what}, from {_moment(step.begin, zone)} to {_moment(step.end, zone)}"


def length(span: timedelta) -> str:
    """`3 d 2 h 10 min`; of less than a minute its seconds."""
    seconds = int(span.total_seconds())
    if seconds < 60:
        return f"{seconds} s"
    minutes = seconds // 60
    parts = ((minutes // 1440, "d"), (minutes // 60 % 24, "h"), (minutes % 60, "min"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number)


def state_of(clock: Clock, now: datetime) -> str:
    """As the API calls it."""
    if clock.ended_at is not None:
        return "missed" if clock.is_breached(now) else "met"
    if clock.is_breached(now):
        return "breached"
    return "running" if clock.due_at is not None else "paused"


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
