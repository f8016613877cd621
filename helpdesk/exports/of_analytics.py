"""The figures of `/analytics` as a table: a range, step by step, by group, or what waits now. Times are in hours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from helpdesk.analytics import queries
from helpdesk.analytics.schemas import (
    Backlog,
    Durations,
    Figures,
    GroupsQuery,
    Period,
    PickQuery,
    RangeQuery,
    SeriesQuery,
)
from helpdesk.exports.cells import Cell
from helpdesk.exports.schemas import AnalyticsAsked, asked_json
from helpdesk.exports.tables import Column, Table, TablePage
from helpdesk.people.models import Person
from helpdesk.permissions import require

_FIGURES = ("Created", "Resolved", "Cancelled", "Reopened", "Open")
_TIMES = tuple(
    f"{what}: {figure}"
    for what in ("First response", "Resolution")
    for figure in ("tickets", "median (h)", "nine in ten (h)")
)


@dataclass(frozen=True)
class AnalyticsTable(Table):
    """One page: there are at most 400 steps or 100 groups."""

    asked: AnalyticsAsked
    stem: ClassVar[str] = "analytics"
    title: ClassVar[str] = "Analytics"

    def columns(self, person: Person, zone: ZoneInfo) -> list[Column]:
        require(person, "getAnalyticsOverview")
        figures = [Column(label) for label in (*_FIGURES, *_TIMES)]
        span = [Column(f"From ({zone.key})", 1.8), Column(f"To ({zone.key})", 1.8)]
        match self.asked.report:
            case "overview":
                return [Column("Range", 1.4), *span, *figures]
            case "series":
                return [*span, *figures]
            case "groups":
                return [Column(self.asked.by.title(), 2.2), *figures[:5], Column("Unanswered", 1.2), *figures[5:]]
            case "backlog":
                return [Column("Waits", 1.0), Column("What", 2.0), Column("Tickets", 1.0)]

    def about(self) -> list[str]:
        told = "; ".join(
            f"{name} {value}" for name, value in asked_json(self.asked, as_=AnalyticsAsked).items() if name != "report"
        )
        return [self.asked.report.title(), *([f"Picked by: {told}"] if told else [])]

    def count(self, person: Person) -> int:
        return len(self._rows(person))

    def page(self, person: Person, after: str, *, limit: int) -> TablePage:
        require(person, "getAnalyticsOverview")
        return TablePage(self._rows(person), None)

    def _rows(self, person: Person) -> list[list[Cell]]:
        asked: dict[str, Any] = asked_json(self.asked, as_=AnalyticsAsked)
        report = asked.pop("report", "overview")
        by, interval = asked.pop("by", None), asked.pop("interval", None)
        match report:
            case "series":
                more = {"interval": interval} if interval else {}
                series = queries.get_series(person, SeriesQuery.model_validate(asked | more))
                return [_period(period) for period in series.data]
            case "groups":
                groups = queries.list_groups(person, GroupsQuery.model_validate(asked | {"by": by or "agent"}))
                return [
                    [group.name or group.key or "none", *_counts(group), group.unanswered, *_times(group)]
                    for group in groups.data
                ]
            case "backlog":
                pick = {name: value for name, value in asked.items() if name not in ("from", "to", "timeZone")}
                return _waiting(queries.get_backlog(person, PickQuery.model_validate(pick)))
            case _:
                found = queries.get_overview(person, RangeQuery.model_validate(asked))
                return [["this range", *_period(found.data)], ["the one before", *_period(found.before)]]


def _period(period: Period) -> list[Cell]:
    return [period.start, period.end, *_counts(period), *_times(period)]


def _counts(figures: Any) -> list[Cell]:
    return [figures.created, figures.resolved, figures.cancelled, figures.reopened, figures.open]


def _times(figures: Figures | Any) -> list[Cell]:
    return [*_durations(figures.first_response), *_durations(figures.resolution)]


def _durations(told: Durations) -> list[Cell]:
    return [told.count, *(None if seconds is None else round(seconds / 3600, 3) for seconds in (told.median, told.p90))]


def _waiting(backlog: Backlog) -> list[list[Cell]]:
    ages: list[list[Cell]] = [
        ["age", f"{age.from_days} to {age.to_days} days" if age.to_days else f"over {age.from_days} days", age.count]
        for age in backlog.ages
    ]
    statuses: list[list[Cell]] = [
        ["status", status.value.replace("_", " "), count] for status, count in backlog.statuses.items()
    ]
    whole: list[list[Cell]] = [["all", "open", backlog.open], ["all", "without a response", backlog.unanswered]]
    return [*whole, *statuses, *ages]
