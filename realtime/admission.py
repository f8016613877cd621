"""Signing in many at once: whoever comes while the database is being asked is asked about together next.

After a restart everybody comes back within seconds. So a storm of sign-ins costs a few statements a tenant,
one after the other, and leaves the database to those who are in already.
"""

from __future__ import annotations

import asyncio
from typing import NamedTuple
from uuid import UUID
from weakref import WeakKeyDictionary

from helpdesk.api_keys.actions import note_use
from helpdesk.api_keys.queries import Caller, get_callers
from helpdesk.people.tokens import Claims
from tenants.context import TenantRef, run_in_tenant

MOST_AT_ONCE = 500
"""Sign-ins that one statement asks about."""


class _Waiting(NamedTuple):
    claims: Claims
    answer: asyncio.Future[Caller | None]


class _Door:
    """Of one tenant, in one event loop."""

    def __init__(self, tenant: TenantRef) -> None:
        self.tenant = tenant
        self.waiting: list[_Waiting] = []
        self.asking: asyncio.Task[None] | None = None

    async def ask(self, claims: Claims) -> Caller | None:
        loop = asyncio.get_running_loop()
        waiting = _Waiting(claims, loop.create_future())
        self.waiting.append(waiting)
        if self.asking is None:
            self.asking = loop.create_task(self._ask_all())
        return await waiting.answer

    async def _ask_all(self) -> None:
        try:
            while self.waiting:
                some, self.waiting = self.waiting[:MOST_AT_ONCE], self.waiting[MOST_AT_ONCE:]
                await self._ask_about([one for one in some if not one.answer.done()])
        finally:
            self.asking = None
            _doors[asyncio.get_running_loop()].pop(self.tenant.id, None)

    async def _ask_about(self, some: list[_Waiting]) -> None:
        try:
            callers = await run_in_tenant(self.tenant, lambda: _look([one.claims for one in some]))
        except BaseException as error:
            for one in some:
                if not one.answer.done():
                    one.answer.set_exception(error)
            if not isinstance(error, Exception):
                raise
            return
        for one, caller in zip(some, callers, strict=True):
            if not one.answer.done():
                one.answer.set_result(caller)


_doors: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[UUID, _Door]] = WeakKeyDictionary()


async def get_caller_now(tenant: TenantRef, claims: Claims) -> Caller | None:
    """Who this is, as the database has them now; None: nobody, or no longer. Raises django.db.Error."""
    doors = _doors.setdefault(asyncio.get_running_loop(), {})
    door = doors.get(tenant.id) or doors.setdefault(tenant.id, _Door(tenant))
    return await door.ask(claims)


def _look(claims: list[Claims]) -> list[Caller | None]:
    callers = get_callers(claims)
    for caller in callers:
        if caller is not None and caller.key is not None:
            note_use(caller.key)
    return callers
