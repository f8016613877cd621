"""Which policy is a ticket's, what its terms are, and what stands next. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from helpdesk.events.sla_payloads import SlaConditions, SlaEscalation, SlaHours, SlaOpening, SlaTargets
from helpdesk.shapes import Shape, same_json
from helpdesk.sla.clocks import Clock, Terms
from helpdesk.sla.hours import Hours, Opening, Openings
from helpdesk.vocabulary import ClockKind, SlaState, TicketPriority

LONGEST = timedelta(days=10 * 366)
"""No target may take longer in its hours, whenever it begins."""


class VersionTerms(Shape):
    """What a version of a policy keeps: everything that decides."""

    conditions: SlaConditions
    targets: SlaTargets
    hours: SlaHours
    warning: int | None
    escalations: list[SlaEscalation]


@dataclass(frozen=True, slots=True)
class Matched:
    """What conditions ask of a ticket."""

    priority: TicketPriority
    tags: Collection[str]
    team_id: UUID | None
    domain: str
    custom_fields: Mapping[str, Any]


def holds(conditions: SlaConditions, ticket: Matched) -> bool:
    """Is it such a ticket?"""
    return (
        (not conditions.priorities or ticket.priority in conditions.priorities)
        and (not conditions.tags or bool(set(conditions.tags) & set(ticket.tags)))
        and (not conditions.team_ids or ticket.team_id in conditions.team_ids)
        and (not conditions.domains or ticket.domain in conditions.domains)
        and all(
            name in ticket.custom_fields and same_value(ticket.custom_fields[name], value)
            for name, value in conditions.custom_fields.items()
        )
    )


def same_value(one: Any, other: Any) -> bool:
    """As in JSON, where `1` is not `true`; 1 and 1.0 are the same number."""
    return isinstance(one, bool) == isinstance(other, bool) and same_json(one, other)


def domain_of(email: str) -> str:
    return email.rpartition("@")[2].lower()


def is_named(field: str, before: Any, after: Any, conditions: Iterable[SlaConditions]) -> bool:
    """Does some condition name what changed? `field` is a ticket's, in JSON, with its values before and after."""
    match field:
        case "priority":
            return any(one.priorities for one in conditions)
        case "tags":
            return any(one.tags for one in conditions)
        case "teamId":
            return any(one.team_ids for one in conditions)
        case "requesterId":
            return any(one.domains for one in conditions)
        case "customFields":
            names = {name for one in conditions for name in one.custom_fields}
            before, after = before or {}, after or {}
            return any(before.get(name) != after.get(name) or (name in before) != (name in after) for name in names)
        case _:
            return False


def terms_of(kept: VersionTerms, holidays: Sequence[tuple[str, str]]) -> Terms:
    """What clocks need of a version. Raises ValueError where its hours are none (hours.py)."""
    hours = kept.hours
    days: dict[date, Openings] = {date.fromisoformat(day): () for day, _ in holidays}
    days |= {day.date: openings_of(day.openings) for day in hours.days}
    targets = {ClockKind(kind): timedelta(minutes=minutes) for kind, minutes in kept.targets if minutes}
    warning = None if kept.warning is None else timedelta(minutes=kept.warning)
    week = tuple(openings_of(day) for day in hours.week.days())
    return Terms(Hours(ZoneInfo(hours.zone), week, days), targets, warning)


def openings_of(openings: Iterable[SlaOpening]) -> Openings:
    return tuple(Opening(_minute(one.opens), _minute(one.closes)) for one in openings)


def is_ever_open(hours: Hours, *, after: datetime) -> bool:
    """Is there an open minute within a year?"""
    return next(hours.spans(after, after + timedelta(days=366)), None) is not None


@dataclass(frozen=True, slots=True)
class Standing:
    """What is promised next. No clock: nothing is due, for all that run stand still, or none does."""

    state: SlaState
    clock: ClockKind | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A clock with when its warning and its breach were told, where that still means what it meant."""

    clock: Clock
    nth: int
    warned_at: datetime | None
    breached_at: datetime | None

    @property
    def runs(self) -> bool:
        return self.clock.ended_at is None


def numbered(clocks: Iterable[Clock]) -> list[tuple[Clock, int]]:
    """Each with its number among those of its kind: 1, 2, 3 …"""
    seen: dict[ClockKind, int] = {}
    found = []
    for clock in clocks:
        seen[clock.kind] = seen.get(clock.kind, 0) + 1
        found.append((clock, seen[clock.kind]))
    return found


def still_told(moments: Iterable[datetime], *, since: datetime | None) -> datetime | None:
    """The first of the moments at which it was told that is not too early by the terms of now."""
    return min((at for at in moments if since is not None and at >= since), default=None)


def is_to_be_breached(one: Told, *, matched_at: datetime, now: datetime) -> bool:
    """Is it late, and nobody knows? What had ended before the ticket came under these terms is past."""
    is_past = one.clock.ended_at is not None and one.clock.ended_at <= matched_at
    return one.breached_at is None and not is_past and one.clock.is_breached(now)


def is_to_be_warned(one: Told, *, now: datetime) -> bool:
    """Is it soon late, and nobody knows?"""
    clock = one.clock
    return (
        one.runs
        and one.warned_at is None
        and one.breached_at is None
        and clock.warn_at is not None
        and clock.warn_at <= now
        and not clock.is_breached(now)
    )


def standing_of(clocks: Iterable[Told]) -> Standing:
    """Of the clocks that run the one that is due first."""
    running = [one for one in clocks if one.runs]
    due = [(one.clock.due_at, one) for one in running if one.clock.due_at is not None]
    if not due:
        return Standing(SlaState.PAUSED if running else SlaState.DONE)
    due_at, first = min(due, key=lambda pair: pair[0])
    state = SlaState.BREACHED if first.breached_at else SlaState.WARNED if first.warned_at else SlaState.RUNNING
    return Standing(state, first.clock.kind, due_at)


def next_look(clocks: Iterable[Told], *, now: datetime) -> datetime | None:
    """When the next warning or breach comes if nothing happens until then."""
    moments: list[datetime | None] = []
    for one in clocks:
        if one.runs:
            moments += [one.clock.due_at] if one.breached_at is None else []
            moments += [one.clock.warn_at] if one.warned_at is None else []
    return min((at for at in moments if at is not None and at > now), default=None)


def escalations_for(kept: VersionTerms, on: str, clock: ClockKind) -> list[SlaEscalation]:
    """What is to be done, in the policy's order."""
    return [one for one in kept.escalations if one.on == on and (not one.clocks or clock in one.clocks)]


def _minute(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)
