"""Live views where the database cannot answer, and where the log is another."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine

from helpdesk.clock import now
from helpdesk.people.actions import change_profile
from realtime.live_views import gallery as gallery_module
from realtime.live_views import live_view as live_view_module
from realtime.live_views import readings as readings_module
from tests.realtime.live import commit
from tests.realtime.live_views.client import Peer, until
from tests.realtime.live_views.scene import titles


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
