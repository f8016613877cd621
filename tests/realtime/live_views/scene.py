"""A feed with live views on the real database, and peers that read at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import OperationalError

from helpdesk.people.models import Person
from helpdesk.tickets.actions import change_ticket, create_ticket
from realtime.feed import Feed
from realtime.live_views.gallery import Gallery
from realtime.live_views.reading import Reading, TenantReader
from realtime.live_views.saved import TenantShelf
from realtime.live_views.selection import Selection
from realtime.log_reader import TenantLog
from tests.conftest import Desk
from tests.realtime.live import commit
from tests.realtime.live_views.client import Peer, quiet


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


def titles(peer: Peer) -> list[str]:
    return [row["title"] for row in peer.state.rows]
