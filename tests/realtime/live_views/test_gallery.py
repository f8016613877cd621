"""What live views share, what they ask the database for, and what happens where it cannot answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
import time_machine
from django.db import OperationalError

from helpdesk.clock import now
from helpdesk.events.queries import LogRow
from helpdesk.events.rules import Audience
from helpdesk.people.actions import change_profile
from helpdesk.people.models import Person
from helpdesk.teams.actions import create_team
from helpdesk.ticket_views.actions import create_view
from helpdesk.ticket_views.models import TicketView
from helpdesk.ticket_views.queries import list_seen_views, views_visible_to
from helpdesk.ticket_views.schemas import CreateView
from helpdesk.tickets.actions import change_ticket, create_ticket
from helpdesk.vocabulary import Floor
from helpdesk.work import unit_of_work
from realtime.feed import Feed
from realtime.live_views import gallery as gallery_module
from realtime.live_views import live_view as live_view_module
from realtime.live_views import members as members_module
from realtime.live_views import reading as reading_module
from realtime.live_views import readings as readings_module
from realtime.live_views import telling as telling_module
from realtime.live_views.facts import Facts, Names
from realtime.live_views.gallery import Gallery
from realtime.live_views.reading import Reading, TenantReader
from realtime.live_views.saved import TenantShelf
from realtime.live_views.selection import Selection
from realtime.log_reader import TenantLog
from realtime.protocol import BadFrame, ErrorCode, ViewChange, Window
from tests.conftest import Desk
from tests.realtime.live import commit, in_thread
from tests.realtime.live_views.client import Peer, is_quiet, quiet, until

MakeDesk = Callable[[], Desk]


class Reader(TenantReader):
    """Counts its readings, and fails while it is told to."""

    readings = 0
    fails = False
    sorts_by_locale = False

    async def read(self, selection: Selection, *, capacity: int) -> Reading:
        self.readings += 1
        if self.fails:
            raise OperationalError("the database is away")
        reading = await super().read(selection, capacity=capacity)
        return replace(reading, sorts_texts_alike=False) if self.sorts_by_locale else reading


class Scene:
    def __init__(self, desk: Desk, **options: Any) -> None:
        self.desk, self.reader = desk, Reader(desk.ref)
        self.feed = Feed(TenantLog(desk.ref))
        options = {"reread_after_s": 0.0, **options}
        self.gallery = Gallery(self.feed, self.reader, TenantShelf(desk.ref), **options)

    async def join(self, person: Person, **asked: Any) -> Peer:
        peer = Peer(self.gallery, person, **asked)
        await peer.connect()
        return peer

    async def settle(self, *peers: Peer) -> None:
        await self.feed.catch_up()
        await quiet(self.gallery)
        for peer in peers:
            peer.read()

    async def create(self, count: int = 1, **fields: Any) -> list[UUID]:
        wanted = {"title": "t", **fields}
        return await commit(self.desk, lambda: [create_ticket(self.desk.agent, fields=wanted).id for _ in range(count)])

    async def change(self, ticket: UUID, **fields: Any) -> None:
        await commit(self.desk, lambda: change_ticket(self.desk.agent, ticket, fields=fields))


@pytest.fixture
def opened(own_desk: MakeDesk) -> Callable[..., Any]:
    @asynccontextmanager
    async def make(**options: Any) -> AsyncIterator[Scene]:
        scene = Scene(await in_thread(own_desk), **options)
        await scene.feed.start()
        try:
            yield scene
        finally:
            scene.gallery.close()

    return make


def titles(peer: Peer) -> list[str]:
    return [row["title"] for row in peer.state.rows]


class TestSharing:
    async def test_a_thousand_readers_cost_one_decision_and_one_reading(self, opened: Any) -> None:
        async with opened() as scene:
            peers = [await scene.join(scene.desk.agent, filter={"status": ["open"]}) for _ in range(1000)]
            await scene.settle(*peers)
            [view] = scene.gallery.views.values()
            assert scene.reader.readings == 1
            await scene.create(3)
            await scene.settle(*peers)
            assert view.evaluations == 3
            assert {(len(peer.state.rows), peer.state.count) for peer in peers} == {(3, 3)}
            late = await scene.join(scene.desk.admin, filter={"status": ["OPEN"]}, stream="view:other")
            await scene.settle(late)
            assert (titles(late), scene.reader.readings) == (["t"] * 3, 1)

    async def test_rows_that_are_read_together_leave_as_one_write(self, opened: Any) -> None:
        async with opened() as scene:
            peer = await scene.join(scene.desk.agent)
            await scene.settle(peer)
            parcels: list[Any] = []
            push = peer.subscription.outbox.push

            def noted(parcel: Any) -> None:
                parcels.append(parcel)
                push(parcel)

            peer.subscription.outbox.push = noted
            await scene.create(10)
            await scene.settle(peer)
            assert len(titles(peer)) == 10
            assert len(parcels) < 10

    async def test_what_depends_on_who_asks_is_not_shared(self, opened: Any) -> None:
        async with opened() as scene:
            desk = scene.desk
            for asked in ({"assignedToId": "me"}, {"q": "assignee:me"}, {"teamId": "mine"}):
                [one, other] = [await scene.join(person, filter=asked) for person in (desk.agent, desk.ada)]
                assert (
                    scene.gallery.followers[one.subscription].view
                    is not scene.gallery.followers[other.subscription].view
                )
            for person in (desk.agent, desk.user, desk.other_user):
                await scene.join(person)
            assert len(scene.gallery.views) == 6 + 3

    async def test_who_comes_while_others_are_told_gets_it_once(self, opened: Any) -> None:
        async with opened() as scene:
            peers = [await scene.join(scene.desk.agent) for _ in range(60)]
            await scene.settle(*peers)
            await scene.create(5)
            reading = asyncio.ensure_future(scene.feed.catch_up())
            late = []
            while not reading.done() or not is_quiet(scene.gallery):
                late.append(await scene.join(scene.desk.agent))
                await asyncio.sleep(0)
                await peers.pop().leave()
                if not peers:
                    break
            await scene.settle(*peers, *late)
            assert {len(peer.state.rows) for peer in (*peers, *late)} == {5}

    async def test_many_views_let_others_go_on(self, opened: Any) -> None:
        async with opened() as scene:
            for number in range(200):
                await scene.join(scene.desk.agent, filter={"q": f"word{number} -other"}, window=0)
            await scene.settle()
            await scene.create(20, description="some words that are looked at")
            turns = 0

            async def count() -> None:
                nonlocal turns
                while True:
                    await asyncio.sleep(0)
                    turns += 1

            await scene.feed.catch_up()
            counting = asyncio.ensure_future(count())
            await until(lambda: not scene.gallery._applying)
            counting.cancel()
            assert turns > 5

    async def test_a_view_stays_a_while_for_those_who_come_back(
        self, opened: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(gallery_module, "KEEP_EVERY_S", 0.01)
        async with opened() as scene:
            peer = await scene.join(scene.desk.agent)
            await scene.settle(peer)
            await peer.leave()
            await peer.connect(resume=True)
            await scene.settle(peer)
            assert (peer.state.frames[-1]["type"], scene.reader.readings) == ("synced", 1)
            await peer.leave()
            monkeypatch.setattr(gallery_module, "IDLE_S", 0.0)
            await until(lambda: not scene.gallery.views)


class TestBounds:
    async def test_a_tenant_has_so_many_views_and_those_who_left_go_first(
        self, opened: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(gallery_module, "MOST_VIEWS", 3)
        async with opened() as scene:
            peers = [await scene.join(scene.desk.agent, filter={"tag": [str(tag)]}) for tag in range(3)]
            with pytest.raises(BadFrame) as refused:
                await scene.join(scene.desk.agent, filter={"tag": ["more"]})
            assert refused.value.code is ErrorCode.TOO_MANY_VIEWS
            await scene.join(scene.desk.ada, filter={"tag": ["1"]})
            await scene.join(scene.desk.user)
            await peers[0].leave()
            await scene.join(scene.desk.agent, filter={"tag": ["more"]})

    @pytest.mark.parametrize(
        ("most", "who", "other"),
        [("MOST_OF_A_REQUESTER", "user", "other_user"), ("MOST_OF_AN_AGENT", "agent", "ada")],
    )
    async def test_one_person_has_so_many_and_others_theirs(
        self, opened: Any, monkeypatch: pytest.MonkeyPatch, most: str, who: str, other: str
    ) -> None:
        monkeypatch.setattr(gallery_module, most, 2)
        async with opened() as scene:
            for tag in ("1", "2"):
                await scene.join(getattr(scene.desk, who), filter={"tag": [tag]})
            with pytest.raises(BadFrame):
                await scene.join(getattr(scene.desk, who), filter={"tag": ["3"]})
            await scene.join(getattr(scene.desk, other), filter={"tag": ["3"]})

    async def test_large_rows_come_in_several_frames(self, opened: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(telling_module, "MOST_BYTES", 20_000)
        async with opened() as scene:
            await scene.create(12, description="ü" * 2000)
            peer = await scene.join(scene.desk.agent)
            await scene.settle()
            windows = [frame for frame in peer.wire.got if frame["type"] == "window"]
            assert [frame.get("isPartial", False) for frame in windows] == [True] * (len(windows) - 1) + [False]
            assert len(windows) > 1
            peer.read()
            assert len(peer.state.rows) == 12

    async def test_a_window_in_parts_is_sent_to_its_end_before_another(
        self, opened: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(telling_module, "MOST_BYTES", 50_000)
        async with opened() as scene:
            await scene.create(40, description="ü" * 4000)
            other = await scene.join(scene.desk.agent)
            await scene.settle(other)
            peer = Peer(scene.gallery, scene.desk.agent)
            await peer.connect()
            peer.wire.reads.clear()
            await until(lambda: scene.gallery.followers[peer.subscription]._is_between_parts)
            scene.feed._reset(await scene.feed.log.head())
            await scene.create(1)
            await scene.feed.catch_up()
            peer.wire.reads.set()
            await scene.settle(peer, other)
            whole = [len(frame["rows"]) for frame in peer.state.frames if frame["type"] == "window"]
            assert (len(peer.state.rows), sum(whole)) == (41, 40 + 41)

    async def test_a_change_that_would_be_a_large_frame_is_a_window(
        self, opened: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with opened() as scene:
            peer = await scene.join(scene.desk.agent, filter={"q": "assignee:zoe"})
            await scene.create(12, description="ü" * 2000, assigned_to_id=scene.desk.ada.id)
            await scene.settle(peer)
            assert titles(peer) == []
            monkeypatch.setattr(telling_module, "MOST_BYTES", 20_000)
            await commit(scene.desk, lambda: change_profile(scene.desk.ada, fields={"first_name": "Zoe"}))
            await scene.settle(peer)
            assert (len(titles(peer)), [frame["type"] for frame in peer.state.frames].count("view")) == (12, 0)

    async def test_counts_beyond_what_is_counted_are_capped(self, opened: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        for module in (members_module, reading_module):
            for name, value in (("MOST_COUNTED", 5), ("MOST_KEPT", 8)):
                if hasattr(module, name):
                    monkeypatch.setattr(module, name, value)
        async with opened() as scene:
            ids = await scene.create(12)
            peer = await scene.join(scene.desk.agent, filter={"status": ["open"]}, window=2)
            await scene.settle(peer)
            for left, ticket in zip(range(11, 1, -1), ids, strict=False):
                await scene.change(ticket, status="closed")
                await scene.settle(peer)
                assert (peer.state.count, peer.state.is_capped) == (min(left, 5), left > 5)
            assert scene.reader.readings < 5


class TestTheDatabase:
    async def test_is_away_when_it_is_needed(self, opened: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(readings_module, "RETRY_S", 0.01)
        async with opened() as scene:
            peer = await scene.join(scene.desk.agent, filter={"q": "assignee:zoe"})
            other = await scene.join(scene.desk.agent)
            await scene.create(2, assigned_to_id=scene.desk.ada.id)
            await scene.settle(peer, other)
            place = peer.state.place["seq"]
            scene.reader.fails = True
            await commit(scene.desk, lambda: change_profile(scene.desk.ada, fields={"first_name": "Zoe"}))
            await scene.create(1, assigned_to_id=scene.desk.ada.id)
            await scene.feed.catch_up()
            readings = scene.reader.readings
            await until(lambda: scene.reader.readings >= readings + 3)
            peer.read(), other.read()
            assert (titles(peer), len(titles(other))) == ([], 3)
            await scene.feed.sync()
            peer.read()
            assert peer.state.place["seq"] == scene.gallery.followers[peer.subscription].view.place
            assert peer.state.place["seq"] < scene.feed.cursor
            assert peer.state.place["seq"] >= place
            scene.reader.fails = False
            await scene.settle(peer)
            assert len(titles(peer)) == 3

    async def test_is_asked_once_for_a_burst_of_renamings(self, opened: Any) -> None:
        async with opened(reread_after_s=0.2) as scene:
            peer = await scene.join(scene.desk.agent, filter={"q": "assignee:name29"})
            await scene.create(1, assigned_to_id=scene.desk.ada.id)
            await scene.settle(peer)
            begun = scene.reader.readings
            for number in range(30):
                name = {"first_name": f"Name{number}"}
                await commit(scene.desk, lambda name=name: change_profile(scene.desk.ada, fields=name))
                await scene.feed.catch_up()
            await scene.settle(peer)
            assert len(titles(peer)) == 1
            assert scene.reader.readings - begun < 30

    async def test_is_asked_where_rows_fell_too_far_behind(self, opened: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(gallery_module, "MOST_WAITING", 3)
        monkeypatch.setattr(live_view_module, "MOST_WAITING", 3)
        async with opened() as scene:
            peer = await scene.join(scene.desk.agent)
            await scene.create(40)
            await scene.settle(peer)
            await scene.create(40)
            await scene.settle(peer)
            assert (peer.state.count, len(titles(peer))) == (80, 80)

    async def test_is_asked_where_it_sorts_titles_by_a_locale(self, opened: Any) -> None:
        async with opened() as scene:
            scene.reader.sorts_by_locale = True
            ids = [(await scene.create(title=title))[0] for title in ("b", "d", "f")]
            peer = await scene.join(scene.desk.agent, sortBy="title", sortOrder="asc", window=2)
            await scene.settle(peer)
            begun = scene.reader.readings
            await scene.change(ids[0], status="pending")
            await scene.settle(peer)
            assert (titles(peer), scene.reader.readings) == (["b", "d"], begun)
            await scene.change(ids[2], title="a")
            await scene.settle(peer)
            assert (titles(peer), scene.reader.readings) == (["a", "b"], begun + 1)

    async def test_is_asked_now_and_then_where_time_decides(self, opened: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(gallery_module, "KEEP_EVERY_S", 0.01)
        async with opened() as scene:
            await scene.create(2)
            peer = await scene.join(scene.desk.agent, filter={"q": "created:<7d"})
            await scene.settle(peer)
            place = dict(peer.state.place)
            assert len(titles(peer)) == 2
            with time_machine.travel(now().timestamp() + 8 * 86_400, tick=True):
                monkeypatch.setattr(gallery_module, "REREAD_EVERY_S", 0.0)
                await until(lambda: peer.read() and not titles(peer))
                assert peer.state.place["seq"] == place["seq"]
                monkeypatch.setattr(gallery_module, "REREAD_EVERY_S", 1000.0)
                behind = Peer(scene.gallery, scene.desk.agent, **peer.asked)
                behind.state.place = place
                await behind.connect(resume=True)
                await scene.settle(behind)
                assert [frame["type"] for frame in behind.state.frames] == ["subscribed", "window", "synced"]


class TestTheLogIsAnother:
    async def test_everybody_gets_a_window_under_another_epoch(self, opened: Any) -> None:
        async with opened() as scene:
            await scene.create(2)
            peer = await scene.join(scene.desk.agent)
            await scene.settle(peer)
            before = dict(peer.state.place)
            scene.feed._reset(await scene.feed.log.head())
            await scene.create(1)
            await scene.settle(peer)
            assert (len(titles(peer)), peer.state.place["epoch"] != before["epoch"]) == (3, True)
            await peer.leave()
            peer.state.place = before
            await peer.connect(resume=True)
            await scene.settle(peer)
            assert peer.state.frames[-2]["type"] == "window"

    async def test_a_place_that_is_not_there_yet_gets_a_window(self, opened: Any) -> None:
        async with opened() as scene:
            await scene.create(1)
            peer = await scene.join(scene.desk.agent)
            await scene.settle(peer)
            peer.state.place["seq"] += 1000
            await peer.connect(resume=True)
            await scene.settle()
            assert [frame["type"] for frame in peer.wire.got] == ["subscribed", "window", "synced"]


class TestNames:
    def test_a_row_that_was_written_with_an_old_name_is_corrected(self) -> None:
        ada = {"id": str(uuid4()), "email": "a@x.example", "firstName": "Ada", "lastName": "L", "name": "Ada L"}
        zoe = ada | {"firstName": "Zoe", "name": "Zoe L"}
        names = Names()
        Facts(row("user.updated", {"user": zoe | {"role": "AGENT"}}, {"firstName": ["Ada", "Zoe"]}), names)
        ticket = {"requester": ada, "createdBy": zoe, "assignedTo": None, "team": None}
        assert Facts(row("ticket.updated", {"ticket": ticket}, {}), names).ticket == ticket | {"requester": zoe}

    def test_a_redacted_row_says_nothing(self) -> None:
        redacted = replace(row("comment.added", {}, {}), payload='{"redacted":true}')
        assert Facts(redacted, Names()).ticket is None


def row(type_: str, data: dict[str, Any], changes: dict[str, Any]) -> LogRow:
    payload = orjson.dumps({"actor": None, "data": data, "changes": changes}).decode()
    return LogRow(1, uuid4(), type_, None, None, Audience(Floor.AGENT), payload, now(), None)


class TestFrames:
    async def test_are_what_the_protocol_says(self, opened: Any) -> None:
        async with opened() as scene:
            await scene.create(2)
            peer = await scene.join(scene.desk.agent, filter={"status": ["open"]})
            await scene.settle(peer)
            await scene.create(1)
            await scene.settle(peer)
            for kind, model in (("window", Window), ("view", ViewChange)):
                [frame] = [frame for frame in peer.state.frames if frame["type"] == kind]
                assert model.model_validate(frame).model_dump(mode="json", by_alias=True, exclude_unset=True) == frame


class TestSavedViews:
    def test_are_seen_by_the_same_people_in_memory_as_in_sql(self, desk: Desk) -> None:
        with unit_of_work():
            self._make_views(desk)
        ids = list(TicketView.objects.values_list("id", flat=True))
        for person in desk.everybody():
            found = list_seen_views([(person, id_) for id_ in (*ids, uuid4())])
            assert found.pop() is None
            assert {view.id for view in found if view} == set(views_visible_to(person).values_list("id", flat=True))

    def _make_views(self, desk: Desk) -> None:
        both = {"name": "N", "description": "", "member_ids": [desk.agent.id]}
        team = create_team(desk.admin, fields=both)
        for owner in (desk.agent, desk.ada, desk.admin):
            for visibility in ("private", "team", "all"):
                if visibility == "private" or owner == desk.admin or (visibility == "team" and owner == desk.agent):
                    team_id = str(team.id) if visibility == "team" else None
                    body = {"name": "V", "visibility": visibility, "teamId": team_id}
                    create_view(owner, fields=CreateView.model_validate(body).everything())
