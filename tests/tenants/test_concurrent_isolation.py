"""The tenant holds where connections and threads are shared: threads, Django's pool, sockets' conversations."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection, connections, transaction

from helpdesk.people.models import Person
from tenants import context
from tenants.backend.base import NoTenant, QueryOutsideTransaction
from tenants.context import TenantRef
from tenants.models import Tenant
from tests.conftest import Desk

THREADS = 16
ROUNDS = 25


class Fault(Exception):
    """Made on purpose."""


def wrong_reads(places: list[TenantRef], *, rounds: int, seed: int) -> list[str]:
    """What went wrong in so many random conversations: each thread mixes tenants, errors, savepoints and closing."""
    chance = random.Random(seed)
    wrong: list[str] = []
    for _ in range(rounds):
        place = chance.choice(places)
        try:
            with context.tenant(place), transaction.atomic():
                if chance.random() < 0.5:
                    _read(place, wrong)
                _maybe_savepoint(chance, places, place, wrong)
                _read(place, wrong)
                if chance.random() < 0.2:
                    transaction.set_rollback(True)
                _fail_sometimes(chance, 0.2)
        except Fault:
            pass
        _must_refuse(wrong)
        if chance.random() < 0.1:
            connection.close()
    connection.close()
    return wrong


def _fail_sometimes(chance: random.Random, share: float) -> None:
    if chance.random() < share:
        raise Fault


def _read(place: TenantRef, wrong: list[str]) -> None:
    addresses = list(Person.objects.values_list("email", flat=True))
    if not addresses or any(not address.endswith(f"@{place.slug}.example") for address in addresses):
        wrong.append(f"in {place.slug}: {addresses}")


def _maybe_savepoint(chance: random.Random, places: list[TenantRef], place: TenantRef, wrong: list[str]) -> None:
    """Into another tenant and back, with the savepoint undone half of the time."""
    if chance.random() < 0.5:
        return
    inner = chance.choice(places)
    try:
        with transaction.atomic():
            with context.tenant(inner):
                _read(inner, wrong)
            _fail_sometimes(chance, 0.5)
    except Fault:
        pass
    # The rollback took the path back: whoever believes it is still the inner one's reads the outer one's rows.
    for again in chance.sample([inner, place], 2):
        with context.tenant(again):
            _read(again, wrong)


def _must_refuse(wrong: list[str]) -> None:
    """Between two conversations there is no tenant: neither the last one nor `public` is read."""
    try:
        with transaction.atomic():
            wrong.append(f"without a tenant: {Person.objects.count()} people")
    except NoTenant:
        pass


def in_threads(job: Callable[[int], list[str]], *, threads: int = THREADS) -> list[str]:
    """What the job returned in all threads together; an exception in one of them is among it."""
    found: list[str] = []

    def run(number: int) -> None:
        try:
            found.extend(job(number))
        except Exception as error:
            found.append(repr(error))
        finally:
            connections.close_all()

    running = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return found


@pytest.fixture(scope="module")
def places(acme: Desk, globex: Desk, django_db_blocker: Any) -> Iterator[list[TenantRef]]:
    with django_db_blocker.unblock():
        yield [acme.ref, globex.ref]


class TestThreads:
    def test_mixing_tenants_each_reads_its_own(self, places: list[TenantRef]) -> None:
        assert in_threads(lambda number: wrong_reads(places, rounds=ROUNDS, seed=number)) == []

    def test_a_thread_inherits_no_tenant(self, places: list[TenantRef]) -> None:
        with context.tenant(places[0]):
            found = in_threads(lambda _: [str(len(_people_in_atomic()))], threads=1)
        assert "NoTenant" in found[0]

    def test_outside_a_transaction_nothing_is_read(self, places: list[TenantRef]) -> None:
        def read(_: int) -> list[str]:
            with context.tenant(places[0]), pytest.raises(QueryOutsideTransaction):
                Person.objects.count()
            return []

        assert in_threads(read) == []


class TestThePool:
    def test_connections_that_are_shared_carry_no_tenant(self, places: list[TenantRef]) -> None:
        """In a process of its own: Django makes its pool once, from the settings. 4 connections, 16 threads."""
        named = [f"{place.id}:{place.slug}" for place in places]
        done = subprocess.run(
            [sys.executable, "-m", "tests.tenants.pooled", *named],
            cwd=settings.BASE_DIR,
            env=os.environ | {"HUB_DB_POOL": "4", "DATABASE_URL": _url()},
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )
        assert (done.returncode, done.stdout.strip()) == (0, "pooled: []"), done.stdout + done.stderr


class TestConversationsOfSockets:
    async def test_many_at_once_each_reads_its_own(self, places: list[TenantRef]) -> None:
        async def converse(number: int) -> list[str]:
            place = places[number % len(places)]
            wrong: list[str] = []
            for _ in range(5):
                await context.run_in_tenant(place, lambda: _read(place, wrong))
                await asyncio.sleep(0)
            return wrong

        found = await asyncio.gather(*(converse(number) for number in range(40)))
        assert [wrong for one in found for wrong in one] == []

    async def test_one_that_fails_leaves_nothing_behind(self, places: list[TenantRef]) -> None:
        def fail() -> None:
            Person.objects.count()
            raise Fault

        for place in (*places, *places):
            with pytest.raises(Fault):
                await context.run_in_tenant(place, fail)
            wrong: list[str] = []
            await context.run_in_tenant(place, lambda place=place, wrong=wrong: _read(place, wrong))
            assert wrong == []

    async def test_the_loop_itself_is_in_no_tenant_after(self, places: list[TenantRef]) -> None:
        before = context.current_place()
        await context.run_in_tenant(places[0], lambda: None)
        assert context.current_place() is before

    async def test_a_tenant_and_the_platform_beside_each_other(self, places: list[TenantRef]) -> None:
        def platform() -> set[UUID]:
            return set(Tenant.objects.values_list("id", flat=True))

        async def both(place: TenantRef) -> bool:
            wrong: list[str] = []
            ids, _ = await asyncio.gather(
                context.run_in_platform(platform), context.run_in_tenant(place, lambda: _read(place, wrong))
            )
            return {one.id for one in places} <= ids and not wrong

        assert all(await asyncio.gather(*(both(place) for place in places * 8)))


def _people_in_atomic() -> list[Person]:
    with transaction.atomic():
        return list(Person.objects.all())


def _url() -> str:
    database = settings.DATABASES["default"]
    return f"postgresql://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
