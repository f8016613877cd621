"""The figures. Each answer is one statement; what each figure is, is defined in docs/analytics.md.

What waited at a moment is told backwards from now: what waits now, without what was created since, with what was done
since. So nobody keeps daily totals, a ticket that is changed or deleted is right in all of them at once, and recent
ranges read recent tickets.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from helpdesk import desk
from helpdesk.analytics.picking import Question, question_about
from helpdesk.analytics.rules import (
    AGES,
    Interval,
    Range,
    ages_at,
    interval_for,
    known_zones,
    range_of,
    steps_of,
    zone_named,
)
from helpdesk.analytics.schemas import (
    Age,
    Backlog,
    By,
    Durations,
    Group,
    Groups,
    GroupsMeta,
    GroupsQuery,
    Overview,
    Period,
    PickQuery,
    RangeMeta,
    RangeQuery,
    Series,
    SeriesMeta,
    SeriesQuery,
)
from helpdesk.clock import now
from helpdesk.people.models import Person
from helpdesk.teams.models import Team
from helpdesk.vocabulary import TicketPriority, TicketStatus

MOST_GROUPS = 100
_RESOLVED = "status IN ('resolved', 'closed')"
_MIDDLE = "percentile_disc(0.5) WITHIN GROUP (ORDER BY {0}), percentile_disc(0.9) WITHIN GROUP (ORDER BY {0})"
_RESPONSES = f"count(*), {_MIDDLE.format('first_response_at - created_at')}"
# What was not resolved has no time of resolution; the middle of many leaves out what is null.
_TIME = f"CASE WHEN {_RESOLVED} THEN done_at - created_at END"
_DONE = (
    f"count(*) FILTER (WHERE {_RESOLVED}), {_MIDDLE.format(_TIME)}, count(*) FILTER (WHERE status = 'cancelled'),"
    f" count(*) FILTER (WHERE {_RESOLVED} AND reopened_count > 0)"
)
_STEP = "width_bucket({}, %s::timestamptz[])"
_NO_TIMES = "NULL::interval, NULL::interval, 0, 0"
_KEYS: dict[By, str] = {
    "agent": "assigned_to_id::text",
    "team": "team_id::text",
    "priority": "priority::text",
    "tag": "tag",
}
_TAGS = "CROSS JOIN LATERAL unnest(coalesce(nullif(tags, '{}'), ARRAY[NULL])) AS tag"


@dataclass(slots=True)
class _Tally:
    """What was counted of one step or one group."""

    created: int = 0
    resolved: int = 0
    cancelled: int = 0
    reopened: int = 0
    waiting: int = 0
    unanswered: int = 0
    responses: Durations = field(default_factory=lambda: _durations(0, None, None))
    resolutions: Durations = field(default_factory=lambda: _durations(0, None, None))

    def add(self, what: str, row: Sequence[Any]) -> None:
        """`row`: what one part of the statement counted."""
        count, median, p90, second, third = row
        match what:
            case "created":
                self.created = count
            case "responded":
                self.responses = _durations(count, median, p90)
            case "done":
                self.resolved, self.cancelled, self.reopened = count, second, third
                self.resolutions = _durations(count, median, p90)
            case "waiting":
                self.waiting, self.unanswered = count, second


def get_overview(person: Person, query: RangeQuery) -> Overview:
    """The range, and as many days before it."""
    range_ = _range(query)
    # Up to the end of the day, as in a series: what is written while this is asked stands in both, or in none.
    edges = [*range_.before(), range_.begin, range_.close]
    before, _, whole = _periods(question_about(person, query), edges)
    data = whole.model_copy(update={"end": range_.end})
    return Overview(data=data, before=before, meta=RangeMeta(**_meta(range_)))


def get_series(person: Person, query: SeriesQuery) -> Series:
    """The range, step by step."""
    range_ = _range(query)
    interval = query.interval or interval_for(range_.days)
    periods = _periods(question_about(person, query), steps_of(range_, interval))
    return Series(data=periods, meta=SeriesMeta(**_meta(range_), interval=Interval(interval)))


def get_backlog(person: Person, query: PickQuery) -> Backlog:
    """What waits now, by age and status."""
    moment, question = now(), question_about(person, query)
    age = _STEP.format("created_at")
    question.ask(
        f"{age}, status, count(*), count(*) FILTER (WHERE first_response_at IS NULL), min(created_at)",
        "done_at IS NULL GROUP BY 1, 2",
        before=(ages_at(moment),),
    )
    rows = question.rows()
    ages, statuses = defaultdict[int, int](int), dict.fromkeys((s for s in TicketStatus if s.is_active), 0)
    for step, status, count, _, _ in rows:
        ages[len(AGES) - step] += count
        statuses[TicketStatus(status)] += count
    bounds = [0, *(one.days for one in AGES), None]
    return Backlog(
        at=moment,
        open=sum(row[2] for row in rows),
        unanswered=sum(row[3] for row in rows),
        oldest=min((row[4] for row in rows), default=None),
        ages=[
            Age(from_days=bounds[place] or 0, to_days=bounds[place + 1], count=ages[place])
            for place in range(len(AGES) + 1)
        ],
        statuses=statuses,
    )


def list_groups(person: Person, query: GroupsQuery) -> Groups:
    """The range by agent, team, tag or priority, as the tickets have them now."""
    range_, question = _range(query), question_about(person, query)
    tallies: dict[str | None, _Tally] = defaultdict(_Tally)
    for what, key, *row in _grouped(question, query.by, range_):
        tallies[key].add(what, row)
    most = sorted(tallies.items(), key=_weight)
    shown = dict(most[:MOST_GROUPS])
    names = _names(query.by, [key for key in shown if key is not None])
    return Groups(
        data=[_group(query.by, key, tally, names) for key, tally in shown.items()],
        meta=GroupsMeta(**_meta(range_), by=query.by, has_more=len(most) > len(shown)),
    )


def _range(query: RangeQuery) -> Range:
    wanted = query.time_zone or desk.current().settings.get("timeZone")
    zone = zone_named(wanted if wanted in known_zones() else "UTC")
    return range_of(query.from_, query.to, zone, now=now())


def _meta(range_: Range) -> dict[str, Any]:
    return {"from_": range_.first, "to": range_.last, "time_zone": range_.zone.key}


def _periods(question: Question, edges: Sequence[datetime]) -> list[Period]:
    """One from each edge to the next. An edge may be the same as the next: nothing is between them."""
    tallies: dict[int, _Tally] = defaultdict(_Tally)
    for what, step, *row in _stepped(question, edges):
        tallies[step].add(what, row)
    waiting, periods = tallies[0].waiting, list[Period]()
    for step in range(len(edges), 0, -1):  # from now backwards; the last is what came after the range
        tally = tallies[step]
        if step < len(edges):
            periods.append(_period(tally, edges[step - 1], edges[step], waiting))
        waiting += tally.resolved + tally.cancelled - tally.created
    return periods[::-1]


def _stepped(question: Question, edges: Sequence[datetime]) -> list[tuple[Any, ...]]:
    """`(what, step, count, median, p90, second count, third count)`; step 1 begins at the first edge."""
    given, first, last = (list(edges),), edges[0], edges[-1]
    created, responded, done = (_STEP.format(name) for name in ("created_at", "first_response_at", "done_at"))
    question.ask(f"'created', {created}, count(*), {_NO_TIMES}", "created_at >= %s GROUP BY 2", first, before=given)
    question.ask(
        f"'responded', {responded}, {_RESPONSES}, 0, 0",
        "first_response_at >= %s AND first_response_at < %s GROUP BY 2",
        *(first, last),
        before=given,
    )
    question.ask(f"'done', {done}, {_DONE}", "done_at >= %s GROUP BY 2", first, before=given)
    question.ask(f"'waiting', 0, count(*), {_NO_TIMES}", "done_at IS NULL")
    return question.rows()


def _grouped(question: Question, by: By, range_: Range) -> list[tuple[Any, ...]]:
    """`(what, key, count, median, p90, second count, third count)`."""
    key, more, between = _KEYS[by], _TAGS if by == "tag" else "", (range_.begin, range_.close)
    within = "{0} >= %s AND {0} < %s GROUP BY 2"
    question.ask(f"'created', {key}, count(*), {_NO_TIMES}", within.format("created_at"), *between, more=more)
    question.ask(f"'responded', {key}, {_RESPONSES}, 0, 0", within.format("first_response_at"), *between, more=more)
    question.ask(f"'done', {key}, {_DONE}", within.format("done_at"), *between, more=more)
    unanswered = "NULL::interval, NULL::interval, count(*) FILTER (WHERE first_response_at IS NULL), 0"
    question.ask(f"'waiting', {key}, count(*), {unanswered}", "done_at IS NULL GROUP BY 2", more=more)
    return question.rows()


def _period(tally: _Tally, start: datetime, end: datetime, waiting: int) -> Period:
    return Period(
        start=start,
        end=end,
        created=tally.created,
        resolved=tally.resolved,
        cancelled=tally.cancelled,
        reopened=tally.reopened,
        open=waiting,
        first_response=tally.responses,
        resolution=tally.resolutions,
    )


def _group(by: By, key: str | None, tally: _Tally, names: dict[str, str]) -> Group:
    shown = list(TicketPriority)[int(key)].value if by == "priority" and key else key
    return Group(
        key=shown,
        name=names.get(key) if key else None,
        created=tally.created,
        resolved=tally.resolved,
        cancelled=tally.cancelled,
        reopened=tally.reopened,
        open=tally.waiting,
        unanswered=tally.unanswered,
        first_response=tally.responses,
        resolution=tally.resolutions,
    )


def _weight(item: tuple[str | None, _Tally]) -> tuple[int, bool, str]:
    """The one with the most first; what belongs to none after the others with as many."""
    key, tally = item
    return -(tally.created + tally.resolved + tally.cancelled + tally.waiting), key is None, key or ""


def _names(by: By, keys: Collection[str]) -> dict[str, str]:
    match by:
        case "agent":
            return {str(person.id): person.name for person in Person.objects.filter(id__in=map(UUID, keys))}
        case "team":
            return {str(id_): name for id_, name in Team.objects.filter(id__in=keys).values_list("id", "name")}
        case "tag":
            return {key: key for key in keys}
        case "priority":
            return {}


def _durations(count: int, median: timedelta | None, p90: timedelta | None) -> Durations:
    return Durations(
        count=count,
        median=None if median is None else median.total_seconds(),
        p90=None if p90 is None else p90.total_seconds(),
    )
