"""How long a connection lives, and how many tenants it goes to: its backend keeps memory for each."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections, transaction

from config.database import TIMEOUTS, database
from config.env import Env
from tenants import context
from tenants.backend.base import DatabaseWrapper
from tenants.context import TenantRef
from tests.conftest import Desk
from tests.tenants.connections import connected


@pytest.fixture
def places(acme: Desk, globex: Desk, transactional_access: None) -> list[TenantRef]:
    return [acme.ref, globex.ref]


@pytest.fixture
def made() -> Iterator[list[DatabaseWrapper]]:
    """What is put here is closed, with its pool, and forgotten."""
    wrappers: list[DatabaseWrapper] = []
    yield wrappers
    for wrapper in wrappers:
        wrapper.close()
        if wrapper.pool:
            wrapper.close_pool()
        del connections[wrapper.alias]


def backend_in(place: TenantRef, wrapper: DatabaseWrapper) -> int:
    """One conversation in this tenant; the server's process that had it."""
    try:
        with context.tenant(place), transaction.atomic(using=wrapper.alias), wrapper.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            found: int = cursor.fetchone()[0]
            return found
    finally:
        wrapper.close()


class TestAConnectionOfThePool:
    def test_is_used_again_and_again(self, places: list[TenantRef], made: list[DatabaseWrapper]) -> None:
        made.append(connected(pool={"min_size": 1, "max_size": 1}, MOST_TENANTS=2))
        assert len({backend_in(place, made[0]) for place in places * 3}) == 1

    def test_is_replaced_when_it_has_been_to_many_tenants(
        self, places: list[TenantRef], made: list[DatabaseWrapper]
    ) -> None:
        made.append(connected(pool={"min_size": 1, "max_size": 1}, MOST_TENANTS=1))
        one, two, three, four = (backend_in(place, made[0]) for place in (*places, *places))
        assert one == two != three == four

    def test_is_not_where_no_number_is_set(self, places: list[TenantRef], made: list[DatabaseWrapper]) -> None:
        made.append(connected(pool={"min_size": 1, "max_size": 1}, MOST_TENANTS=0))
        assert len({backend_in(place, made[0]) for place in places * 3}) == 1

    def test_is_replaced_when_it_is_old(self, places: list[TenantRef], made: list[DatabaseWrapper]) -> None:
        made.append(connected(pool={"min_size": 1, "max_size": 1, "max_lifetime": 0.05}))
        first = backend_in(places[0], made[0])
        deadline = time.monotonic() + 20
        while backend_in(places[0], made[0]) == first:
            assert time.monotonic() < deadline, "it lives for ever"
            time.sleep(0.02)


class TestTheSettings:
    URL = "postgresql://hub:pw@pooler:6432/hub?sslmode=require"
    DIRECT = "postgresql://hub:pw@database:5432/hub"

    def entry(self, **given: Any) -> dict[str, Any]:
        known: dict[str, Any] = {"database_url": self.URL, "hub_db_pool": 16}
        return database(Env.model_construct(**(known | given)))

    def test_say_how_long_and_how_far(self) -> None:
        entry = self.entry(hub_db_lifetime=600, hub_db_most_tenants=50)
        assert (entry["OPTIONS"]["pool"]["max_lifetime"], entry["MOST_TENANTS"]) == (600, 50)
        assert entry["OPTIONS"]["sslmode"] == "require"

    def test_give_the_timeouts_at_the_start_of_a_connection(self) -> None:
        entry = self.entry()
        assert "lock_timeout=5s" in entry["OPTIONS"]["options"]
        assert entry["LOCAL_SETTINGS"] == {}

    def test_give_them_to_each_transaction_behind_pgbouncer(self) -> None:
        entry = self.entry(hub_pgbouncer="on")
        assert "options" not in entry["OPTIONS"]
        assert entry["LOCAL_SETTINGS"] == TIMEOUTS
        assert entry["OPTIONS"]["prepare_threshold"] is None
        assert entry["DISABLE_SERVER_SIDE_CURSORS"] is True

    def test_lead_commands_around_pgbouncer(self) -> None:
        entry = self.entry(hub_pgbouncer="on", database_direct_url=self.DIRECT, hub_db_direct="on")
        assert (entry["HOST"], entry["PORT"], entry["LOCAL_SETTINGS"]) == ("database", "5432", {})

    def test_lead_everybody_else_through_it(self) -> None:
        entry = self.entry(hub_pgbouncer="on", database_direct_url=self.DIRECT)
        assert (entry["HOST"], entry["PORT"]) == ("pooler", "6432")
