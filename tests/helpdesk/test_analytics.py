"""`/analytics` over HTTP: whom it answers, about which tickets, what it refuses. The figures: test_analytics_oracle."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from helpdesk.analytics.rules import Interval, interval_for, range_of, steps_of
from helpdesk.clock import now
from tenants import context, resolve
from tenants.models import Tenant
from tests.api import Answer, Api
from tests.conftest import Desk
from tests.contracts.errors import assert_refused
from tests.helpdesk.conftest import People
from tests.helpdesk.log import execute

PATHS = ("/analytics/overview", "/analytics/series", "/analytics/backlog", "/analytics/groups?by=agent")
NONE = {"count": 0, "median": None, "p90": None}
COUNTS = ("created", "resolved", "cancelled", "reopened", "open")


def figures(answer: Answer) -> dict[str, Any]:
    assert answer.status == 200, answer
    return {name: answer["data"][name] for name in COUNTS}


def groups(caller: Api, by: str, more: str = "") -> dict[str | None, dict[str, Any]]:
    answer = caller.get(f"/analytics/groups?by={by}{more}")
    assert answer.status == 200, answer
    return {group["name"] or group["key"]: group for group in answer["data"]}


@pytest.fixture
def worked(people: People, acme: Desk) -> list[str]:
    """Three tickets of this minute: one answered and resolved by Ada, one cancelled, one that waits with a team."""
    team = people.admin.post("/teams", {"name": "Network", "memberIds": [str(acme.agent.id)]})["id"]
    ids = [people.user.post("/tickets", {"title": f"Ticket {number}"})["id"] for number in range(3)]
    people.ada.post(f"/tickets/{ids[0]}/comments", {"content": "Good morning."})
    fields = {"status": "resolved", "assignedToId": str(acme.ada.id), "tags": ["vpn"], "priority": "urgent"}
    assert people.ada.patch(f"/tickets/{ids[0]}", fields).status == 200
    people.agent.patch(f"/tickets/{ids[1]}", {"status": "cancelled"})
    people.agent.patch(f"/tickets/{ids[2]}", {"teamId": team, "tags": ["vpn", "mail"]})
    return ids


class TestWhoMayAsk:
    @pytest.mark.parametrize("path", PATHS)
    def test_agents_and_admins(self, people: People, path: str) -> None:
        assert people.agent.get(path).status == people.admin.get(path).status == 200
        assert_refused(people.user.get(path), "FORBIDDEN", reason="role")
        assert_refused(Api().get(path), "UNAUTHORIZED")

    def test_a_key_needs_the_scope(self, people: People) -> None:
        def key(scope: str) -> Api:
            made = people.agent.post("/api-keys", {"name": "k", "scopes": [scope]})
            assert made.status == 201, made
            return Api(made["token"])

        assert key("analytics:read:any").get(PATHS[0]).status == 200
        assert_refused(key("tickets:read:any").get(PATHS[0]), "FORBIDDEN", reason="scope")

    @pytest.mark.usefixtures("worked")
    def test_another_desk_hears_nothing_of_it(self, people: People, api: Api, globex: Desk) -> None:
        assert figures(people.agent.get(PATHS[0]))["created"] == 3
        stranger = api.as_(globex, globex.agent)
        assert figures(stranger.get(PATHS[0])) == dict.fromkeys(COUNTS, 0)
        assert stranger.get(PATHS[3])["data"] == []
        assert stranger.get("/analytics/backlog")["open"] == 0


@pytest.mark.usefixtures("worked")
class TestWhatIsTold:
    def test_of_a_range_and_the_one_before(self, people: People) -> None:
        told = people.agent.get("/analytics/overview?timeZone=Asia/Kathmandu")
        assert figures(told) == {"created": 3, "resolved": 1, "cancelled": 1, "reopened": 0, "open": 1}
        assert told["data"]["firstResponse"]["count"] == told["data"]["resolution"]["count"] == 1
        assert 0 <= told["data"]["firstResponse"]["median"] <= told["data"]["resolution"]["median"] < 60
        assert told["before"] | {"start": "", "end": ""} == {
            **dict.fromkeys((*COUNTS, "start", "end"), 0),
            "start": "",
            "end": "",
            "firstResponse": NONE,
            "resolution": NONE,
        }
        today = datetime.now(ZoneInfo("Asia/Kathmandu")).date()
        days = {"from": (today - timedelta(days=29)).isoformat(), "to": today.isoformat()}
        assert told["meta"] == days | {"timeZone": "Asia/Kathmandu"}

    def test_step_by_step(self, people: People) -> None:
        told = people.agent.get("/analytics/series")
        assert told["meta"]["interval"] == "day"
        assert len(told["data"]) == 30
        assert [one["created"] for one in told["data"][-2:]] == [0, 3]
        assert [one["open"] for one in told["data"][-2:]] == [0, 1]
        today = now().date().isoformat()
        assert people.agent.get(f"/analytics/series?from={today}")["meta"]["interval"] == "hour"
        assert people.agent.get("/analytics/series?interval=WEEK")["meta"]["interval"] == "week"

    def test_of_what_waits(self, people: People) -> None:
        told = people.agent.get("/analytics/backlog").body
        assert (told["open"], told["unanswered"]) == (1, 1)
        assert told["statuses"] == {"open": 1, "in_progress": 0, "pending": 0}
        assert [age["count"] for age in told["ages"]] == [1, 0, 0, 0, 0, 0, 0]
        assert [(age["fromDays"], age["toDays"]) for age in told["ages"]][::6] == [(0, 1), (90, None)]

    def test_by_agent_team_tag_and_priority(self, people: People) -> None:
        by_agent = groups(people.agent, "agent")
        assert {name: (one["created"], one["resolved"], one["open"]) for name, one in by_agent.items()} == {
            None: (2, 0, 1),
            "Ada Acme": (1, 1, 0),
        }
        by_team = groups(people.agent, "TEAM")
        assert {name: (one["created"], one["unanswered"]) for name, one in by_team.items()} == {
            None: (2, 0),
            "Network": (1, 1),
        }
        by_tag = groups(people.agent, "tag")
        assert {name: one["created"] for name, one in by_tag.items()} == {"vpn": 2, "mail": 1, None: 1}
        by_priority = groups(people.agent, "priority")
        assert {name: one["resolution"]["count"] for name, one in by_priority.items()} == {"urgent": 1, "medium": 0}

    def test_of_what_any_list_could_be_asked_for(self, people: People, worked: list[str]) -> None:
        def created(query: str) -> int:
            return int(figures(people.ada.get(f"/analytics/overview?{query}"))["created"])

        assert created("assignedToId=me") == created("status=resolved") == created("q=priority:urgent") == 1
        assert created("tag=mail,vpn") == 2
        assert created("createdTo=2020-01-01") == created(f"requesterId={uuid4()}") == 0
        view = people.ada.post("/views", {"name": "v", "filter": {"assignedToId": "me"}})["id"]
        assert created(f"view={view}") == 1
        assert created(f"view={view}&status=open") == 0
        assert_refused(people.agent.get(f"/analytics/overview?view={view}"), "NOT_FOUND")
        assert groups(people.ada, "tag", f"&view={view}").keys() == {"vpn"}

    def test_without_a_trace_of_notes_and_deleted_tickets(self, people: People, worked: list[str]) -> None:
        before = [people.agent.get(path).body for path in PATHS[1:]]
        note = people.agent.post(f"/tickets/{worked[2]}/comments", {"content": "n", "isInternal": True})
        assert note.status == 201
        assert [
            people.agent.get(path).body | _moments(one) for path, one in zip(PATHS[1:], before, strict=True)
        ] == before
        people.admin.delete(f"/tickets/{worked[0]}")
        assert figures(people.agent.get(PATHS[0]))["created"] == 2

    def test_of_as_many_days_before(self, people: People, acme: Desk, worked: list[str]) -> None:
        execute(acme.ref, "UPDATE ticket SET created_at = created_at - interval '8 days' WHERE id = %s", worked[0])
        week = (now().date() - timedelta(days=6)).isoformat()
        told = people.agent.get(f"/analytics/overview?from={week}")
        assert (told["data"]["created"], told["before"]["created"], told["before"]["open"]) == (2, 1, 1)
        assert told["data"]["resolution"]["p90"] > 8 * 86_400


def _moments(answer: dict[str, Any]) -> dict[str, Any]:
    return {"at": answer["at"]} if "at" in answer else {}


class TestTheTimeZone:
    def test_is_the_desks_where_nobody_says_more(self, people: People, acme: Desk) -> None:
        assert people.agent.get(PATHS[0])["meta"]["timeZone"] == "UTC"
        with context.platform(), transaction.atomic():
            Tenant.objects.filter(id=acme.ref.id).update(settings={"timeZone": "Europe/Berlin"})
        resolve.forget()
        assert people.agent.get(PATHS[0])["meta"]["timeZone"] == "Europe/Berlin"
        assert people.agent.get(f"{PATHS[0]}?timeZone=UTC")["meta"]["timeZone"] == "UTC"

    @pytest.mark.parametrize("zone", ["Nowhere/Town", "europe/berlin/..", "/etc/passwd", 5])
    def test_of_a_desk_is_one_that_there_is(self, people: People, acme: Desk, zone: Any) -> None:
        path = f"/tenants/{acme.ref.id}"
        assert_refused(people.admin.patch(path, {"settings": {"timeZone": zone}}), "VALIDATION_ERROR")
        assert people.admin.patch(path, {"settings": {"timeZone": "Asia/Tokyo"}}).status == 200


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("timeZone=Nowhere", "timeZone"),
            ("timeZone=../../etc/passwd", "timeZone"),
            ("from=2026-02-30", "from"),
            ("from=1700000000", "from"),
            ("to=2026-1-5", "to"),
            ("to=9999-12-31", "to"),
            ("from=2026-03-02&to=2026-03-01", "to"),
            ("from=2098-01-01", "from"),
            ("from=2020-01-01&to=2026-01-01", "to"),
            ("from=2025-01-01&to=2026-01-01&interval=hour", "interval"),
            ("interval=decade", "interval"),
            ("status=odd", "status"),
            ("teamid=mine", "teamid"),
        ],
    )
    def test_what_makes_no_sense(self, people: People, query: str, field: str) -> None:
        assert_refused(people.agent.get(f"/analytics/series?{query}"), "VALIDATION_ERROR", field=field)

    def test_groups_by_nothing_or_by_something_else(self, people: People) -> None:
        for query in ("", "?by=requester"):
            assert_refused(people.agent.get(f"/analytics/groups{query}"), "VALIDATION_ERROR", field="by")


def lengths(zone: str, day: str, interval: Interval = Interval.HOUR, days: int = 1) -> list[timedelta]:
    first = date.fromisoformat(day)
    until = first + timedelta(days=days - 1)
    steps = steps_of(range_of(first, until, ZoneInfo(zone), now=datetime(2027, 6, 1, tzinfo=UTC)), interval)
    return [later - earlier for earlier, later in pairwise(steps)]


class TestTheClock:
    def test_skips_an_hour_and_shows_one_twice(self) -> None:
        hour = timedelta(hours=1)
        assert lengths("Europe/Berlin", "2026-03-29") == [hour] * 23
        assert lengths("Europe/Berlin", "2026-10-25") == [hour] * 25
        assert lengths("Europe/Berlin", "2026-10-24", Interval.DAY, 3) == [24 * hour, 25 * hour, 24 * hour]

    def test_is_put_forward_at_midnight_in_cairo(self) -> None:
        day, later = date(2026, 4, 24), datetime(2027, 1, 1, tzinfo=UTC)
        begin = range_of(day, day, ZoneInfo("Africa/Cairo"), now=later).begin
        assert begin.astimezone(ZoneInfo("Africa/Cairo")).isoformat() == "2026-04-24T01:00:00+03:00"

    def test_moves_by_half_an_hour_on_lord_howe_island(self) -> None:
        assert sorted(lengths("Australia/Lord_Howe", "2026-04-05"))[:2] == [timedelta(minutes=30), timedelta(hours=1)]
        assert sum(lengths("Australia/Lord_Howe", "2026-10-04"), timedelta()) == timedelta(hours=23.5)

    def test_left_a_day_out_in_samoa(self) -> None:
        days = lengths("Pacific/Apia", "2011-12-29", Interval.DAY, 3)
        assert days == [timedelta(days=1)] * 2

    @pytest.mark.parametrize(
        ("days", "interval"),
        [(1, "hour"), (2, "hour"), (3, "day"), (90, "day"), (92, "day"), (93, "week"), (366, "week"), (400, "month")],
    )
    def test_is_shown_in_steps_that_suit(self, days: int, interval: str) -> None:
        assert interval_for(days) == interval

    def test_begins_weeks_on_monday_and_months_on_the_first(self) -> None:
        days = [length.days for length in lengths("UTC", "2026-01-07", Interval.WEEK, 20)]
        assert days == [5, 7, 7, 1]
        assert [length.days for length in lengths("UTC", "2026-01-15", Interval.MONTH, 60)] == [17, 28, 15]
