"""What live views share, what they ask the database for, and how much they hold."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any
from uuid import uuid4

import orjson
import pytest

from helpdesk.clock import now
from helpdesk.events.queries import LogRow
from helpdesk.events.rules import Audience
from helpdesk.people.actions import change_profile
from helpdesk.teams.actions import create_team
from helpdesk.ticket_views.actions import create_view
from helpdesk.ticket_views.models import TicketView
from helpdesk.ticket_views.queries import list_seen_views, views_visible_to
from helpdesk.ticket_views.schemas import CreateView
from helpdesk.vocabulary import Floor
from helpdesk.work import unit_of_work
from realtime.live_views import gallery as gallery_module
from realtime.live_views import members as members_module
from realtime.live_views import reading as reading_module
from realtime.live_views import telling as telling_module
from realtime.live_views.facts import Facts, Names
from realtime.protocol import BadFrame, ErrorCode, ViewChange, Window
from tests.conftest import Desk
from tests.realtime.live import commit
from tests.realtime.live_views.client import Peer, is_quiet, until
from tests.realtime.live_views.scene import titles


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
