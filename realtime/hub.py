"""One hub per process and event loop: the rooms of the tenants that have sockets here, and the ear for bells."""

from __future__ import annotations

import asyncio
import threading
from uuid import UUID
from weakref import WeakKeyDictionary

from realtime.auth import Login
from realtime.connection import Connection
from realtime.hearing import listen_for_bells
from realtime.outbox import Outbox
from realtime.room import Room
from tenants.resolve import forget as forget_tenants

_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()
_guard = threading.Lock()


class Hub:
    """See the module. Only `ring` and `knock` may be called from another thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.rooms: dict[UUID, Room] = {}
        self._room_of: dict[Connection, Room] = {}
        self._hearing: asyncio.Task[None] | None = None

    async def join(self, login: Login, outbox: Outbox) -> Connection:
        """A signed-in socket comes in. Raises Refused, and django.db.Error where the log cannot be read."""
        if self._hearing is None:
            self._hearing = self.loop.create_task(listen_for_bells(self))
        room = self.rooms.get(login.tenant.id)
        if room is None or room.closed:
            room = self.rooms[login.tenant.id] = Room(login.tenant)
        await room.open()
        connection = Connection(login, outbox, room.feed, room.live_views)
        self._room_of[connection] = room
        try:
            await room.enter(connection)
        except BaseException:
            self.leave(connection)
            raise
        return connection

    def leave(self, connection: Connection) -> None:
        """It takes part no longer."""
        connection.leave()
        self._room_of.pop(connection).leave(connection)

    def wake(self, tenant_id: UUID, seq: int) -> None:
        """A bell was heard in this loop."""
        room = self.rooms.get(tenant_id)
        if room is not None:
            if room.closed:
                del self.rooms[tenant_id]
            else:
                room.feed.wake(seq)

    def look(self, tenant_id: UUID) -> None:
        """A knock was heard in this loop."""
        forget_tenants()
        room = self.rooms.get(tenant_id)
        if room is not None:
            room.look_at_people()

    def ring(self, tenant_id: UUID, seq: int) -> None:
        """A bell was heard in any thread of this process."""
        if tenant_id in self.rooms and not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.wake, tenant_id, seq)

    def knock(self, tenant_id: UUID) -> None:
        """A knock was heard in any thread of this process."""
        if tenant_id in self.rooms and not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.look, tenant_id)


def current_hub() -> Hub:
    """The hub of the running loop."""
    loop = asyncio.get_running_loop()
    with _guard:
        hub = _hubs.get(loop)
        if hub is None:
            hub = _hubs[loop] = Hub(loop)
        return hub


def ring_local(tenant_id: UUID, seq: int) -> None:
    """Wake the hubs of this process, from any thread, without waiting."""
    for hub in _all_hubs():
        hub.ring(tenant_id, seq)


def knock_local(tenant_id: UUID) -> None:
    """Have the hubs of this process look who is still here, from any thread, without waiting."""
    for hub in _all_hubs():
        hub.knock(tenant_id)


def _all_hubs() -> list[Hub]:
    with _guard:
        return list(_hubs.values())
