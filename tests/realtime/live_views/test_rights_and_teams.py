"""What live views say of teams that are new and of rights that have just changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from helpdesk.events.queries import LogRow
from helpdesk.people.actions import change_person
from helpdesk.teams.actions import create_team
from helpdesk.tickets.actions import create_ticket
from helpdesk.vocabulary import Role
from realtime.feed import Feed
from realtime.live_views.gallery import Gallery
from realtime.live_views.reading import TenantReader
from realtime.live_views.saved import TenantShelf
from realtime.log_reader import TenantLog
from tests.conftest import Desk
from tests.realtime.live import commit, in_thread, new_ticket
from tests.realtime.live_views.client import Peer, quiet

MakeDesk = Callable[[], Desk]


class Scene:
    def __init__(self, desk: Desk) -> None:
        self.looked_at: list[int] = []
        self.feed = Feed(TenantLog(desk.ref), on_people_changed=self.look)
        self.gallery = Gallery(self.feed, TenantReader(desk.ref), TenantShelf(desk.ref), reread_after_s=0.0)

    async def look(self, rows: list[LogRow]) -> None:
        self.looked_at += [row.seq for row in rows]

    async def catch_up(self, *peers: Peer) -> None:
        await self.feed.catch_up()
        await quiet(self.gallery)
        for peer in peers:
            peer.read()

    async def follow(self, person: Any, **asked: Any) -> Peer:
        peer = Peer(self.gallery, person, **asked)
        await peer.connect()
        await quiet(self.gallery)
        peer.read()
        return peer


@pytest.fixture
async def desk(own_desk: MakeDesk) -> Desk:
    return await in_thread(own_desk)


@pytest.fixture
async def scene(desk: Desk) -> AsyncIterator[Scene]:
    scene = Scene(desk)
    await scene.feed.start()
    yield scene
    scene.gallery.close()


async def test_a_new_team_of_mine_counts_at_once(desk: Desk, scene: Scene) -> None:
    peer = await scene.follow(desk.agent, filter={"teamId": "mine"})
    fields = {"name": "New", "description": "", "member_ids": [desk.agent.id]}
    team = await commit(desk, lambda: create_team(desk.admin, fields=fields))
    await scene.catch_up(peer)
    await commit(desk, lambda: create_ticket(desk.agent, fields={"title": "t", "team_id": team.id}))
    await scene.catch_up(peer)
    assert [row["title"] for row in peer.state.rows] == ["t"]


async def test_nothing_is_told_before_it_was_looked_who_may_read_it(desk: Desk, scene: Scene) -> None:
    """What is read from the database is ahead of the feed, which has not come to the row about people."""
    await commit(desk, lambda: change_person(desk.admin, desk.ada.id, fields={"role": Role.REQUESTER.value}))
    await new_ticket(desk, title="not hers any more")
    peer = Peer(scene.gallery, desk.ada)
    await peer.connect()
    async with asyncio.timeout(10):
        while "not hers" not in str(peer.wire.got):  # noqa: ASYNC110
            await asyncio.sleep(0.001)
    assert scene.looked_at
    assert scene.feed.cursor >= peer.wire.got[-1]["seq"]
