"""Behind PgBouncer, which gives each transaction whatever connection is free, every tenant keeps to its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest
from django.conf import settings
from django.db import transaction

from config.database import TIMEOUTS
from tenants import context
from tests.conftest import Desk
from tests.tenants.bouncer import SERVER_CONNECTIONS, pgbouncer, transactions_pooled, url
from tests.tenants.connections import connected

pytestmark = pytest.mark.slow
WALK = "tests/tenants/test_isolation.py"
ESSENCE = [
    "tests/tenants/test_concurrent_isolation.py",
    "tests/tenants/test_door.py",
    "tests/tenants/test_socket_isolation.py",
    f"{WALK}::TestSigningInElsewhere",
    f"{WALK}::TestEveryOperationWithTheOthersIds::test_as_somebody_of_acme[agent-other host]",
    "-k",
    "not daphne",
]
ALL = [*ESSENCE[:3], "tests/tenants/test_access_log.py", "tests/tenants/test_signing_in.py", WALK]


@pytest.fixture(scope="module")
def port(django_db_setup: None) -> Iterator[int]:
    with pgbouncer() as port:
        yield port


def test_the_isolation_tests_are_green(port: int) -> None:
    """The very tests, in a run whose every connection goes through it. All of them: make test-pgbouncer."""
    is_all = "HUB_TEST_ALL_ISOLATION" in os.environ
    before = transactions_pooled(port)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *(ALL if is_all else ESSENCE), "-p", "no:randomly", "-p", "no:cacheprovider"],
        cwd=settings.BASE_DIR,
        env=os.environ | {"HUB_TEST_PGBOUNCER": str(port), "HUB_PGBOUNCER": "on", "DATABASE_URL": url()},
        capture_output=True,
        text=True,
        check=False,
        timeout=None if is_all else 110,
    )
    told = done.stdout + done.stderr
    assert (done.returncode, "passed" in told or "[100%]" in told) == (0, True), told
    # The threads alone have some hundred conversations each.
    assert transactions_pooled(port) - before > 1000


def test_nothing_is_left_on_the_connection_for_the_next(
    port: int, acme: Desk, globex: Desk, transactional_access: None
) -> None:
    """Search path and timeouts are the transaction's own, also where three clients share one connection in turn."""
    wrapper = connected(port, LOCAL_SETTINGS=TIMEOUTS)
    seen: set[int] = set()
    with psycopg.connect(url(port), autocommit=True, prepare_threshold=None) as other:
        for desk in (acme, globex, acme):
            with context.tenant(desk.ref), transaction.atomic(using=wrapper.alias), wrapper.cursor() as cursor:
                cursor.execute("SELECT current_schema(), current_setting('lock_timeout'), pg_backend_pid()")
                schema, timeout, backend = cursor.fetchone()
                assert (schema, timeout) == (desk.ref.schema_name, "5s")
            seen.add(backend)
            left = other.execute(
                "SELECT current_setting('search_path'), current_setting('lock_timeout'), pg_backend_pid()"
            ).fetchone()
            assert left is not None
            assert left[:2] == ('"$user", public', "0")
            seen.add(left[2])
    wrapper.close()
    assert len(seen) <= SERVER_CONNECTIONS, "the connections were not shared"


def test_commands_go_straight_to_the_database(port: int) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate_tenants", "--plan"],
        cwd=settings.BASE_DIR,
        # A PgBouncer that is not there: whoever used it would fail.
        env=os.environ | {"HUB_PGBOUNCER": "on", "DATABASE_URL": url(1), "DATABASE_DIRECT_URL": url()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "tenants are behind" in done.stdout) == (0, True), done.stderr
