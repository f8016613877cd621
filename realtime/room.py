"""A tenant that has sockets in this process: its feed, its connections, and the two tasks that keep them."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable, Collection
from uuid import UUID

import orjson
import structlog
from django.conf import settings
from django.db import Error as DatabaseFailure

from helpdesk.events.queries import LogRow
from realtime.auth import Refused, get_rights_now, get_tenant_now
from realtime.closing import RIGHTS_CHANGED, SIGNED_OUT, SUSPENDED, TOO_MANY_SOCKETS
from realtime.connection import Connection
from realtime.encoding import frame_of
from realtime.feed import Feed
from realtime.live_views.gallery import Gallery
from realtime.live_views.reading import TenantReader
from realtime.live_views.saved import TenantShelf
from realtime.log_reader import LogReader, TenantLog
from realtime.presence.keeper import Keeper, Nudge
from realtime.protocol import ME, DraftFrame, ErrorCode
from realtime.streams import Subscription
from tenants.context import TenantRef

LOOK_EVERY_S = 1.0
"""The log is looked at this often without a bell: a lost bell costs so much."""
READ_EVERY_S = 5.0
"""However many bells bring their rows along: retention and a restored log are seen by reading only."""
BEAT_S = 25.0
LOOKS_APART_S = 0.5
"""Knocks that come closer together are answered by one look."""
IDLE_S = 60.0
"""A room without connections stays so long, for those who come back."""
READ_DRAFTS = "listDrafts"

_log = structlog.get_logger(__name__)


class Room:
    """See the module. Begins with `open`, ends by itself when it has long been empty."""

    def __init__(
        self,
        tenant: TenantRef,
        nudge: Nudge,
        log: LogReader | None = None,
        *,
        on_closed: Callable[[Room], None] = lambda _: None,
    ) -> None:
        """`nudge` tells the other processes of presence."""
        self.tenant = tenant
        self._on_closed = on_closed
        self._looked_at = asyncio.get_running_loop().time()
        self.feed = Feed(log or TenantLog(tenant), on_people_changed=self._look_at_those, on_ended=_forget)
        self.live_views = Gallery(self.feed, TenantReader(tenant), TenantShelf(tenant), on_ended=_forget)
        self.presence = Keeper(tenant.id, nudge=nudge, get_shows_typing=self._shows_typing)
        self.feed.audiences.append(self.presence)
        self.connections: set[Connection] = set()
        self._of_person: dict[UUID, set[Connection]] = {}
        self.closed = False
        self._people = asyncio.Event()
        self._opening = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        """Find the end of the log and begin to follow it. The second call waits for the first."""
        async with self._opening:
            if not self._tasks:
                await self.feed.start()
                self._looked_at = asyncio.get_running_loop().time()
                create = asyncio.get_running_loop().create_task
                self._tasks = [create(self._read()), create(self._beat())]

    def close(self) -> None:
        self.closed = True
        self._on_closed(self)
        self.live_views.close()
        self.presence.close()
        for task in self._tasks:
            if task is not asyncio.current_task():
                task.cancel()

    async def enter(self, connection: Connection) -> None:
        """Somebody comes in. Raises Refused where they have too many sockets already.

        Where it was looked who is still here after their rights were read, they were not yet among those.
        """
        theirs = self._of_person.setdefault(connection.viewer.id, set())
        # Tabs, devices, and programs with somebody's keys.
        most = settings.HUB_MOST_SOCKETS_PERSON
        if 0 < most <= len(theirs):
            raise Refused(TOO_MANY_SOCKETS, ErrorCode.TOO_MANY_CONNECTIONS, f"One person has at most {most} sockets.")
        theirs.add(connection)
        self.connections.add(connection)
        if connection.login.began_at <= self._looked_at:
            await self.check_people([connection])

    def leave(self, connection: Connection) -> None:
        """Somebody has gone."""
        self.connections.discard(connection)
        theirs = self._of_person.get(connection.viewer.id, set())
        theirs.discard(connection)
        if not theirs:
            self._of_person.pop(connection.viewer.id, None)

    async def check_people(self, connections: Collection[Connection]) -> None:
        """Of these, whoever is no longer signed in goes, whoever has another role comes back with it."""
        if not connections:
            return
        tenant = await get_tenant_now(self.tenant.id)
        if tenant is None or not tenant.is_active:
            for connection in self.connections:
                connection.end(SUSPENDED, ErrorCode.FORBIDDEN, "This help desk is suspended.")
            return
        asked = [(connection, connection.proof_id) for connection in connections]
        rights = await get_rights_now(tenant, {proof for _, proof in asked})
        for connection, proof in asked:
            if proof not in rights:
                connection.end(SIGNED_OUT, ErrorCode.UNAUTHORIZED, "Sign in again.")
            elif rights[proof] != connection.rights:
                connection.end(RIGHTS_CHANGED)

    def tell_draft(self, person_id: UUID, frame: DraftFrame) -> None:
        """Somebody's draft has changed: their own sockets hear of it, where they follow `me`."""
        theirs = self._of_person.get(person_id, ())
        told = [one for one in theirs if one.follows(ME) and one.rights.reach(READ_DRAFTS)]
        if told:
            ready = frame_of(frame)
            for connection in told:
                connection.push(ready)

    def look_at_people(self) -> None:
        """Soon, all of them."""
        self._people.set()

    async def _look_at_those(self, rows: list[LogRow]) -> None:
        """The log tells that something about these people has changed."""
        self._looked_at = asyncio.get_running_loop().time()
        people = [_person_of(row) for row in rows]
        if None in people:
            await self.check_people(list(self.connections))
        else:
            found = [connection for person in people if person for connection in self._of_person.get(person, ())]
            await self.check_people(found)

    async def _shows_typing(self) -> bool:
        """Has the desk chosen that requesters see when an agent types? With the database away: as it was."""
        with contextlib.suppress(DatabaseFailure):
            self.tenant = await get_tenant_now(self.tenant.id) or self.tenant
        return self.tenant.settings.get("showAgentTyping") is True

    async def _read(self) -> None:
        """Follow the log: at each bell, and every second without one."""
        empty_for = 0.0
        failing = False
        read_at = self._looked_at
        while empty_for < IDLE_S:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self.feed.rung.wait()
            try:
                read_at = await self._look(read_at)
                failing = False
            except DatabaseFailure as error:
                if not failing:
                    _log.warning("feed_without_database", tenant=self.tenant.slug, error=str(error)[:200])
                failing = True
                if not self.connections:
                    break
                await asyncio.sleep(LOOK_EVERY_S)
            except Exception:
                _log.exception("feed_failed", tenant=self.tenant.slug)
                await asyncio.sleep(LOOK_EVERY_S)
            empty_for = 0.0 if self.connections else empty_for + LOOK_EVERY_S
        self.close()

    async def _look(self, read_at: float) -> float:
        """Take what the bell has brought, or read; says when the log was last read for certain."""
        now = asyncio.get_running_loop().time()
        rung = self.feed.rung.is_set()
        self.feed.rung.clear()
        if rung and now - read_at < READ_EVERY_S:
            await self.feed.follow()
            return read_at
        await self.feed.catch_up()
        return now

    async def _beat(self) -> None:
        """Every 25 seconds, and after a knock: who is still here, and how far have they come."""
        while True:
            knocked = True
            try:
                async with asyncio.timeout(BEAT_S * random.uniform(0.9, 1.1)):  # noqa: S311
                    await self._people.wait()
            except TimeoutError:
                knocked = False
            self._people.clear()
            self._looked_at = asyncio.get_running_loop().time()
            try:
                await self.check_people(list(self.connections))
                if not knocked:
                    await self.feed.sync()
            except DatabaseFailure:
                _log.warning("people_without_database", tenant=self.tenant.slug)
            except Exception:
                _log.exception("people_check_failed", tenant=self.tenant.slug)
            await asyncio.sleep(LOOKS_APART_S)


def _person_of(row: LogRow) -> UUID | None:
    """Whom a row about people concerns; None where it does not say so any more."""
    data = orjson.loads(row.payload).get("data", {})
    found = data.get("user", {}).get("id") or data.get("apiKey", {}).get("userId") or data.get("userId")
    return UUID(found) if found else None


def _forget(subscription: Subscription) -> None:
    if subscription.owner is not None:
        subscription.owner.forget(subscription)
