"""The only door into a schema. What did not come through it raises; it never reads somebody else's rows.

The place is a contextvar, not state on the connection: threads, pools and PgBouncer lose or mix what
stands on a connection. `tenants.backend` turns the place into `SET LOCAL search_path` inside each
transaction. Order of doors: the context outside, `atomic` inside, never the reverse.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

from django.db import connection, transaction

from helpdesk import desk

PUBLIC_SCHEMA = "public"
T = TypeVar("T")
SLOTS_PER_LOOP = 8
"""How many database conversations the sockets of one process hold at once."""


@dataclass(frozen=True, slots=True)
class Place:
    """A schema, and whether queries outside a transaction may set it for the session (`direct`)."""

    schema: str
    tenant: object | None = None
    direct: bool = False


@dataclass(frozen=True, slots=True)
class TenantRef:
    """A tenant as the door needs it; small, immutable, fit for caches."""

    id: UUID
    slug: str
    name: str
    is_active: bool = True
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def schema_name(self) -> str:
        return schema_name_of(self.id)

    def desk(self) -> desk.Desk:
        return desk.Desk(id=self.id, slug=self.slug, name=self.name, settings=self.settings)


_place: ContextVar[Place | None] = ContextVar("tenants_place", default=None)


def schema_name_of(tenant_id: UUID) -> str:
    """`t_` and 26 base32 characters. Made of the id, because slugs are renamed."""
    return "t_" + base64.b32encode(tenant_id.bytes).decode().rstrip("=").lower()


def current_place() -> Place | None:
    """Where this code is; None where nobody came through the door."""
    return _place.get()


def assign_place(place: Place) -> None:
    """For the database backend alone: stock django-tenants code calls `connection.set_tenant`."""
    _place.set(place)


@contextmanager
def _at(place: Place) -> Iterator[None]:
    token = _place.set(place)
    try:
        yield
    finally:
        _place.reset(token)


@contextmanager
def tenant(ref: TenantRef, *, direct: bool = False) -> Iterator[None]:
    """Inside, queries reach this tenant's schema and nothing else. Open transactions inside, not outside.

    `direct` is for migrations that must not be in a transaction, as with `platform`.
    """
    with _at(Place(ref.schema_name, tenant=ref, direct=direct)), desk.at(ref.desk()):
        yield


@contextmanager
def platform(*, direct: bool = False) -> Iterator[None]:
    """Inside, queries reach `public`: tenants, domains, platform admins, the sign-in directory.

    `direct` is for commands, migrations and the test session on an unpooled connection: it allows
    queries outside a transaction by a plain SET.
    """
    with _at(Place(PUBLIC_SCHEMA, direct=direct)), desk.at(None):
        yield


_threads: WeakKeyDictionary[asyncio.AbstractEventLoop, ThreadPoolExecutor] = WeakKeyDictionary()


def _threads_of_loop() -> ThreadPoolExecutor:
    """Kept: to start one for each conversation takes as long as the conversation."""
    loop = asyncio.get_running_loop()
    threads = _threads.get(loop)
    if threads is None:
        threads = _threads[loop] = ThreadPoolExecutor(SLOTS_PER_LOOP, thread_name_prefix="conversation")
    return threads


async def run_in_tenant(ref: TenantRef, fn: Callable[[], T]) -> T:
    """Run `fn` in one short transaction in this tenant, in another thread, connection given back after."""
    return await _run(lambda: tenant(ref), fn)


async def run_in_platform(fn: Callable[[], T]) -> T:
    """As `run_in_tenant`, in `public`."""
    return await _run(platform, fn)


async def _run(door: Callable[[], AbstractContextManager[None]], fn: Callable[[], T]) -> T:
    def conversation() -> T:
        try:
            with door(), transaction.atomic():
                return fn()
        finally:
            connection.close()

    run = copy_context().run
    return await asyncio.get_running_loop().run_in_executor(_threads_of_loop(), lambda: run(conversation))
