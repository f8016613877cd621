"""Every figure is what counting by hand gives: random histories, zones, ranges, filters, and clocks that change."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk.analytics import queries
from helpdesk.analytics.rules import AGES, interval_for
from helpdesk.analytics.schemas import GroupsQuery, PickQuery, RangeQuery, SeriesQuery
from helpdesk.comments.actions import add_comment, delete_comment
from helpdesk.teams.models import Team
from helpdesk.tickets.actions import change_ticket, create_ticket, delete_ticket
from helpdesk.vocabulary import TicketPriority, TicketStatus
from helpdesk.work import unit_of_work
from tests.conftest import Desk
from tests.helpdesk.analytics_oracle import ACTIVE, DAY, Life, durations, figures, step_key, steps

CHANGES = [
    *(("Europe/Berlin", "2026-03-29"), ("Europe/Berlin", "2026-10-25"), ("America/New_York", "2026-03-08")),
    # At midnight: the day begins at one, or the hour before midnight comes twice.
    *(("Africa/Cairo", "2026-04-24"), ("Africa/Cairo", "2026-10-29"), ("Asia/Beirut", "2026-03-29")),
    # Midnight comes twice; half an hour; none.
    *(("America/Havana", "2026-11-01"), ("Australia/Lord_Howe", "2026-04-05"), ("Australia/Lord_Howe", "2026-10-04")),
    *(("Asia/Kathmandu", "2026-02-28"), ("America/St_Johns", "2026-11-01"), ("UTC", "2026-12-31")),
]
TAGS = ["vpn", "mail", "a b"]
STATUSES = [status.value for status in TicketStatus]
PRIORITIES = [priority.value for priority in TicketPriority]
PAUSES = [timedelta(minutes=minutes) for minutes in (0, 7, 30, 30, 60, 60, 200, 540, 1440, 5000)]
KINDS = ["open"] * 4 + ["status"] * 8 + ["reply"] * 3 + ["note", "ask", "unsay", "assign", "delete"]


@dataclass(slots=True)
class World:
    """A desk to which things happen, and the notes of somebody who watched."""

    desk: Desk
    teams: list[UUID]
    lives: list[Life] = field(default_factory=list)
    replies: list[tuple[UUID, Any]] = field(default_factory=list)

    def happen(self, kind: str, chance: Any, at: datetime) -> None:
        with unit_of_work():
            if kind == "open" or not self.lives:
                self._open(chance, at)
                return
            getattr(self, f"_{kind}")(chance.choice(self.lives), chance, at)

    def _open(self, chance: Any, at: datetime) -> None:
        requester = chance.choice([self.desk.user, self.desk.other_user, self.desk.agent])
        status = chance.choice(["open", "open", "open", *STATUSES])
        life = Life(UUID(int=0), requester.id, at, [(at, status)])
        fields = self._dealt(life, chance) | {"title": "t", "status": status, "requester_id": requester.id}
        life.id = create_ticket(self.desk.agent, fields=fields).id
        self.lives.append(life)

    def _dealt(self, life: Life, chance: Any) -> dict[str, Any]:
        life.assignee = chance.choice([None, self.desk.agent.id, self.desk.ada.id])
        life.team = chance.choice([None, *self.teams])
        life.tags = chance.sample(TAGS, chance.randrange(3))
        life.priority = chance.choice(PRIORITIES)
        dealt: dict[str, Any] = {"assigned_to_id": life.assignee, "team_id": life.team, "tags": life.tags}
        return dealt | {"priority": life.priority}

    def _assign(self, life: Life, chance: Any, at: datetime) -> None:
        change_ticket(self.desk.admin, life.id, fields=self._dealt(life, chance))

    def _status(self, life: Life, chance: Any, at: datetime) -> None:
        status = chance.choice([*STATUSES, "resolved" if life.status in ACTIVE else "open"])
        change_ticket(self.desk.ada, life.id, fields={"status": status})
        if status != life.status:
            life.statuses.append((at, status))

    def _reply(self, life: Life, chance: Any, at: datetime) -> None:
        author = chance.choice([self.desk.agent, self.desk.ada])
        said = add_comment(author, life.id, content="c", is_internal=False)
        life.said.append((at, author.id, False))
        self.replies.append((said.id, author))

    def _note(self, life: Life, chance: Any, at: datetime) -> None:
        add_comment(self.desk.ada, life.id, content="c", is_internal=True)
        life.said.append((at, self.desk.ada.id, True))

    def _ask(self, life: Life, chance: Any, at: datetime) -> None:
        requester = next(one for one in self.desk.everybody() if one.id == life.requester)
        add_comment(requester, life.id, content="c", is_internal=False)
        life.said.append((at, requester.id, False))

    def _unsay(self, life: Life, chance: Any, at: datetime) -> None:
        if self.replies:  # what was said was said: no figure changes
            said, author = self.replies.pop()
            delete_comment(author, said)

    def _delete(self, life: Life, chance: Any, at: datetime) -> None:
        delete_ticket(self.desk.admin, life.id)
        self.lives.remove(life)
        self.replies.clear()


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def wanted_filter(chance: Any, world: World) -> tuple[dict[str, Any], Any]:
    """A filter, and the same as a test of a life."""
    desk, team = world.desk, world.teams[0]
    ways: list[tuple[dict[str, Any], Any]] = [
        *[({}, lambda life: True)] * 6,
        ({"status": ["open", "closed"]}, lambda life: life.status in ("open", "closed")),
        ({"priority": ["critical"]}, lambda life: life.priority == "urgent"),
        ({"assignedToId": "me"}, lambda life: life.assignee == desk.agent.id),
        ({"assignedToId": "none"}, lambda life: life.assignee is None),
        ({"teamId": str(team)}, lambda life: life.team == team),
        ({"tag": ["vpn", "mail"]}, lambda life: bool({"vpn", "mail"} & set(life.tags))),
        ({"q": "tag:vpn -is:done"}, lambda life: "vpn" in life.tags and life.done() is None),
        ({"q": "tag:nothing,has:this"}, lambda life: False),
    ]
    place: int = chance.randrange(len(ways))
    return ways[place]


class TestEveryFigure:
    @pytest.mark.parametrize("examples", [8, pytest.param(40, marks=pytest.mark.slow)])
    def test_is_what_counting_by_hand_gives(self, desk: Desk, examples: int) -> None:
        teams = [Team.objects.create(name=name).id for name in ("One", "Two")]
        seen: Counter[str] = Counter()

        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(
            change=st.sampled_from(CHANGES),
            lead=st.integers(0, 90),
            length=st.integers(20, 45),
            chance=st.integers(0, 2**32).map(random.Random),
        )
        def agree(change: tuple[str, str], lead: int, length: int, chance: Any) -> None:
            zone, begun = ZoneInfo(change[0]), datetime.fromisoformat(change[1]).replace(tzinfo=UTC)
            begun -= timedelta(hours=lead)
            with undone(), time_machine.travel(begun, tick=False) as clock:
                world, at = World(desk, teams), begun
                for _ in range(length):
                    at += chance.choice(PAUSES)
                    clock.move_to(at)
                    world.happen(chance.choice(KINDS), chance, at)
                at += chance.choice(PAUSES)
                clock.move_to(at)
                for _ in range(4):
                    asked, holds = wanted_filter(chance, world)
                    lives = [life for life in world.lives if holds(life)]
                    _require_equal(desk, lives, asked, zone, _some_range(chance, begun, at, zone), at, seen, chance)

        agree()
        # Else it would have compared nothing with nothing.
        words = ("created", "resolved", "cancelled", "reopened", "responded", "open")
        assert min(seen[word] for word in words) > examples // 8, seen
        assert {"hour", "day", "week", "month"} <= seen.keys()


def _some_range(chance: Any, begun: datetime, now: datetime, zone: ZoneInfo) -> tuple[date, date]:
    today = now.astimezone(zone).date()
    lived = (now - begun).days
    # Mostly from the beginning, when the clock changes.
    first = min(today, begun.astimezone(zone).date() + chance.choice([-2, 0, 1, 2, 3, 4, lived // 2, lived]) * DAY)
    return first, first + chance.choice([0, 0, 1, 3, 6, 29, 29, 45, 120]) * DAY


def _require_equal(
    desk: Desk,
    lives: list[Life],
    asked: dict[str, Any],
    zone: ZoneInfo,
    range_: tuple[date, date],
    now: datetime,
    seen: Counter[str],
    chance: Any,
) -> None:
    staff = {desk.admin.id, desk.agent.id, desk.ada.id}
    first, last = range_
    named = asked | {"from": first.isoformat(), "to": last.isoformat(), "timeZone": zone.key}

    def local_day(moment: datetime) -> date:
        return moment.astimezone(zone).date()

    def is_within(moment: datetime) -> bool:
        return first <= local_day(moment) <= last

    whole = figures(lives, staff, is_within)
    open_at_end = sum(life.waits_at(lambda moment: local_day(moment) <= last) for life in lives)
    overview = queries.get_overview(desk.agent, RangeQuery.model_validate(named))
    assert overview.data.model_dump(exclude={"start", "end"}) == whole | {"open": open_at_end}
    _require_before(overview, lives, staff, first, last, zone, now)
    interval = chance.choice([None, "day", "week", "month", *(["hour"] if (last - first).days < 15 else [])])
    _require_series(desk, lives, staff, named, interval, first, last, zone, now, seen)
    by = chance.choice(["agent", "team", "tag", "priority"])
    groups = queries.list_groups(desk.agent, GroupsQuery.model_validate(named | {"by": by}))
    _require_groups(groups, lives, staff, by, is_within)
    _require_backlog(queries.get_backlog(desk.agent, PickQuery.model_validate(asked)), lives, staff, now)
    seen.update({word: whole[word] for word in ("created", "resolved", "cancelled", "reopened")})
    seen.update({"responded": whole["first_response"]["count"], "open": open_at_end})


def _require_before(
    overview: Any, lives: list[Life], staff: set[UUID], first: date, last: date, zone: ZoneInfo, now: datetime
) -> None:
    """As many days before; where the range is not over, up to the same time of the clock on its last day."""
    days = (last - first).days + 1
    today = now.astimezone(zone)
    cut: datetime | None = None
    if today.date() <= last:
        naive = today.replace(tzinfo=None, fold=0) - days * DAY
        cut = naive.replace(tzinfo=zone).astimezone(UTC)

    def is_before_end(moment: datetime) -> bool:
        return moment.astimezone(zone).date() < first and (cut is None or moment < cut)

    def is_in(moment: datetime) -> bool:
        return moment.astimezone(zone).date() >= first - days * DAY and is_before_end(moment)

    waited = sum(life.waits_at(is_before_end) for life in lives)
    assert overview.before.model_dump(exclude={"start", "end"}) == figures(lives, staff, is_in) | {"open": waited}


def _require_series(
    desk: Desk,
    lives: list[Life],
    staff: set[UUID],
    named: dict[str, Any],
    interval: str | None,
    first: date,
    last: date,
    zone: ZoneInfo,
    now: datetime,
    seen: Counter[str],
) -> None:
    asked = named | ({"interval": interval.upper()} if interval else {})
    series = queries.get_series(desk.agent, SeriesQuery.model_validate(asked))
    word = interval or interval_for((last - first).days + 1).value
    assert series.meta.interval.value == word
    found = {step_key(one.start, zone, word): one for one in series.data}
    assert list(found) == steps(first, last, zone, word, now)
    assert all(one.end == two.start for one, two in pairwise(series.data))
    for key, one in found.items():

        def is_in(moment: datetime, key: tuple[Any, ...] = key) -> bool:
            return first <= moment.astimezone(zone).date() <= last and step_key(moment, zone, word) == key

        def is_before(moment: datetime, end: datetime = one.end) -> bool:
            return moment < end

        waited = sum(life.waits_at(is_before) for life in lives)
        assert one.model_dump(exclude={"start", "end"}) == figures(lives, staff, is_in) | {"open": waited}, key
    seen[word] += 1


def _require_groups(groups: Any, lives: list[Life], staff: set[UUID], by: str, is_in: Any) -> None:
    def keys_of(life: Life) -> list[str | None]:
        match by:
            case "agent":
                return [str(life.assignee) if life.assignee else None]
            case "team":
                return [str(life.team) if life.team else None]
            case "priority":
                return [life.priority]
            case _:
                return list(life.tags) or [None]

    expected = {}
    for key in {key for life in lives for key in keys_of(life)}:
        of_it = [life for life in lives if key in keys_of(life)]
        waiting = [life for life in of_it if life.done() is None]
        counted = figures(of_it, staff, is_in)
        counted |= {"open": len(waiting), "unanswered": sum(life.responded(staff) is None for life in waiting)}
        happened = counted["first_response"]["count"]
        if happened or any(counted[word] for word in ("created", "resolved", "cancelled", "open")):
            expected[key] = counted
    found = {group.key: group.model_dump(exclude={"key", "name"}) for group in groups.data}
    assert found == expected
    if by in ("agent", "team"):
        assert all((group.name is None) == (group.key is None) for group in groups.data)


def _require_backlog(backlog: Any, lives: list[Life], staff: set[UUID], now: datetime) -> None:
    waiting = [life for life in lives if life.done() is None]
    bounds = [timedelta(0), *AGES, timedelta(days=100_000)]
    assert [age.count for age in backlog.ages] == [
        sum(low < now - life.created <= high or (low == timedelta(0) and life.created == now) for life in waiting)
        for low, high in pairwise(bounds)
    ]
    assert backlog.open == len(waiting)
    assert backlog.unanswered == sum(life.responded(staff) is None for life in waiting)
    assert backlog.oldest == min((life.created for life in waiting), default=None)
    assert backlog.statuses == {s: sum(life.status == s for life in waiting) for s in TicketStatus if s.is_active}
    assert backlog.at == now


def test_durations_are_the_nearest_rank() -> None:
    """A value that there is, never one between two."""
    minutes = [timedelta(minutes=number) for number in (5, 1, 9, 3)]
    assert durations(minutes) == {"count": 4, "median": 180.0, "p90": 540.0}
    assert durations([]) == {"count": 0, "median": None, "p90": None}
