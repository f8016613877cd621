"""One hub per process and event loop: the rooms of the tenants that have sockets here, and the ear for bells."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from channels.layers import get_channel_layer

from helpdesk.events.offers import Offer, unpacked
from realtime.auth import Login
from realtime.connection import Connection
from realtime.hearing import GROUP, PRESENCE_CHANGED, listen_for_bells, this_process
from realtime.outbox import Outbox
from realtime.protocol import DraftFrame
from realtime.room import Room
from tenants.resolve import forget as forget_tenants

_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()
_guard = threading.Lock()
LONGEST_NUDGE_S = 0.3
GIVE_WAY_S = 0.0001
"""The thread that committed lets the loop have the interpreter first, which it would else keep to its next I/O."""


class Hub:
    """See the module. Only `ring` and `knock` may be called from another thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.rooms: dict[UUID, Room] = {}
        self._room_of: dict[Connection, Room] = {}
        self._hearing: asyncio.Task[None] | None = None

    def hear(self) -> None:
        """From now on hear the bells and knocks of other processes: also without sockets, for what is cached here."""
        if self._hearing is None:
            self._hearing = self.loop.create_task(listen_for_bells(self))

    async def join(self, login: Login, outbox: Outbox) -> Connection:
        """A signed-in socket comes in. Raises Refused, and django.db.Error where the log cannot be read."""
        self.hear()
        room = self.rooms.get(login.tenant.id)
        if room is None or room.closed:
            room = self.rooms[login.tenant.id] = Room(
                login.tenant, partial(_nudge, login.tenant.id), on_closed=self._forget
            )
        await room.open()
        connection = Connection(login, outbox, room.feed, room.live_views, room.presence)
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

    def _wake(self, tenant_id: UUID, seq: int, offers: Sequence[Offer]) -> None:
        room = self.rooms.get(tenant_id)
        if room is not None:
            room.feed.wake(seq, offers)

    def _forget(self, room: Room) -> None:
        if self.rooms.get(room.tenant.id) is room:
            del self.rooms[room.tenant.id]

    def wake(self, tenant_id: UUID, seq: int, packs: Sequence[bytes] = ()) -> None:
        """A bell of another process was heard in this loop."""
        if tenant_id in self.rooms:
            offers = [unpacked(pack) for pack in packs]
            self._wake(tenant_id, seq, [offer for offer in offers if offer] if all(offers) else [])

    def look(self, tenant_id: UUID) -> None:
        """A knock was heard in this loop."""
        forget_tenants()
        room = self.rooms.get(tenant_id)
        if room is not None:
            room.look_at_people()

    def hear_presence(self, tenant_id: UUID, ticket_ids: list[UUID]) -> None:
        """In another process somebody came, went, typed or claimed."""
        room = self.rooms.get(tenant_id)
        if room is not None and not room.closed:
            room.presence.nudged(ticket_ids)

    def hear_draft(self, tenant_id: UUID, person_id: UUID, frame: DraftFrame) -> None:
        """A draft of this person has changed, in whichever process."""
        room = self.rooms.get(tenant_id)
        if room is not None:
            room.tell_draft(person_id, frame)

    def tell_draft(self, tenant_id: UUID, person_id: UUID, frame: DraftFrame) -> None:
        """The same from any thread of this process."""
        if tenant_id in self.rooms and not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.hear_draft, tenant_id, person_id, frame)

    def ring(self, tenant_id: UUID, seq: int, offer: Offer | None) -> None:
        """A bell was rung in another thread of this process."""
        if tenant_id in self.rooms and not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self._wake, tenant_id, seq, [offer] if offer else [])
            time.sleep(GIVE_WAY_S)

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


def ring_local(tenant_id: UUID, seq: int, offer: Offer | None = None) -> None:
    """Wake the hubs of this process, from any thread, without waiting."""
    for hub in _all_hubs():
        hub.ring(tenant_id, seq, offer)


def knock_local(tenant_id: UUID) -> None:
    """Have the hubs of this process look who is still here, from any thread, without waiting."""
    for hub in _all_hubs():
        hub.knock(tenant_id)


def tell_draft_local(tenant_id: UUID, person_id: UUID, frame: DraftFrame) -> None:
    """Tell the person's sockets in this process, from any thread, without waiting."""
    for hub in _all_hubs():
        hub.tell_draft(tenant_id, person_id, frame)


async def _nudge(tenant_id: UUID, ticket_ids: list[UUID]) -> None:
    """The other processes look at these tickets. A lost nudge costs until their next beat."""
    layer: Any = get_channel_layer()
    with contextlib.suppress(Exception):
        async with asyncio.timeout(LONGEST_NUDGE_S):
            tickets = [str(one) for one in ticket_ids]
            await layer.group_send(
                GROUP, {"type": PRESENCE_CHANGED, "tenant": str(tenant_id), "tickets": tickets, "from": this_process()}
            )


def _all_hubs() -> list[Hub]:
    with _guard:
        return list(_hubs.values())
