"""What `/analytics` takes and gives. Durations are in seconds, to the millisecond."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from helpdesk.analytics.rules import Interval, zone_named
from helpdesk.shapes import Moment, Shape, lower_word
from helpdesk.tickets.filter import TicketFilter
from helpdesk.vocabulary import TicketStatus

_DAY = re.compile(r"20\d\d-\d\d-\d\d", re.ASCII)


def _day(value: Any) -> Any:
    if not isinstance(value, (str, date)) or not _DAY.fullmatch(str(value)):
        raise ValueError("A day is written as 2026-01-31.")
    return value


def _zone(name: str) -> str:
    zone_named(name)
    return name


Day = Annotated[date, BeforeValidator(_day)]
ZoneName = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100), AfterValidator(_zone)]
AnyInterval = Annotated[Interval, BeforeValidator(lower_word)]
By = Literal["agent", "team", "tag", "priority"]


class PickQuery(TicketFilter):
    """The filter of `GET /tickets`, of the tickets as they are now. `view` adds a saved view's filter."""

    view: UUID | None = None


class RangeQuery(PickQuery):
    """Days of a time zone, both inclusive; without them the last thirty, with today. At most 1,096."""

    from_: Day | None = Field(None, alias="from")
    to: Day | None = None
    time_zone: ZoneName | None = None
    """A name of the IANA database; without it the desk's setting `timeZone`, else UTC."""


class SeriesQuery(RangeQuery):
    """`interval`: the length of a step, at most 400 of them; without it what suits the range."""

    interval: AnyInterval | None = None


class GroupsQuery(RangeQuery):
    by: Annotated[By, BeforeValidator(lower_word)]


class Durations(Shape):
    """Of how many tickets, and how long it took for the middle one and for nine in ten; null where there are none."""

    count: int
    median: float | None
    p90: float | None


class Figures(Shape):
    """What happened between two moments (docs/analytics.md). `open`: what waited at the end of them."""

    created: int
    resolved: int
    cancelled: int
    reopened: int
    open: int
    first_response: Durations
    resolution: Durations


class Period(Figures):
    """[start, end)."""

    start: Moment
    end: Moment


class RangeMeta(Shape):
    """The range as it was understood."""

    from_: date = Field(alias="from")
    to: date
    time_zone: str


class Overview(Shape):
    """The range up to now, and as many days before it, up to the same time of the clock."""

    data: Period
    before: Period
    meta: RangeMeta


class SeriesMeta(RangeMeta):
    interval: Interval


class Series(Shape):
    """Step by step, up to the one that now is in."""

    data: list[Period]
    meta: SeriesMeta


class Group(Shape):
    """`key`: the id of the agent or team, the tag, or the priority; null: of nobody, of no team, without a tag.

    `open` is what waits now, `unanswered` how many of these have had no response.
    """

    key: str | None
    name: str | None
    created: int
    resolved: int
    cancelled: int
    reopened: int
    open: int
    unanswered: int
    first_response: Durations
    resolution: Durations


class GroupsMeta(RangeMeta):
    """`hasMore`: there are more than are shown."""

    by: By
    has_more: bool


class Groups(Shape):
    """The one with the most tickets first; at most 100."""

    data: list[Group]
    meta: GroupsMeta


class Age(Shape):
    """What has waited for more than `fromDays` days of 24 hours, and at most `toDays`."""

    from_days: int
    to_days: int | None
    count: int


class Backlog(Shape):
    """What waits now: open, in progress or pending. `oldest`: when the oldest was created."""

    at: Moment
    open: int
    unanswered: int
    oldest: Moment | None
    ages: list[Age]
    statuses: dict[TicketStatus, int]
