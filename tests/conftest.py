"""One database a run, with two tenants made once; each test is rolled back, or makes a tenant of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import hypothesis
import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections, transaction
from psycopg import sql

from helpdesk.people.actions import create_person, start_session
from helpdesk.people.models import Person
from helpdesk.people.passwords import hash_password
from helpdesk.people.tokens import Bearer, issue_token
from helpdesk.vocabulary import Role
from helpdesk.work import unit_of_work
from tenants import actions as tenant_actions
from tenants import context, resolve
from tenants.context import TenantRef
from tenants.models import Tenant
from tenants.signin import steady
from tests import threads
from tests.api import Api

settings.HUB_BCRYPT_ROUNDS = 4
# Where the time of an answer must tell nothing, it tells nothing after a thousandth of a second either.
steady.STEP_S = 0.001
# Thousands of requests come from one address here. What is about limits turns them on; servers inherit the setting.
settings.HUB_RATE_LIMITING = False
os.environ.setdefault("HUB_RATE_LIMITING", "off")
# How long an example takes says how busy the machine is, and nothing else; what is found is found again.
hypothesis.settings.register_profile(
    "hub", deadline=None, derandomize=True, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("hub")
PASSWORD = "test-password"


WITH_REAL_PROCESSES = frozenset({"realtime", "config", "embedded", "e2e", "browser", "tasks", "webhooks", "clients"})
"""Folders whose tests start servers and talk to them over sockets."""
ONE_TRY = frozenset({"contracts", "chaos"})
"""What fails here once has failed: a lost event does not come back by looking again."""
ALONE = frozenset({"chaos", "e2e"})
"""Folders whose slow tests take the whole machine."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On a machine that stands still for seconds such a test may lose its race: it gets a second try, which is told."""
    for item in items:
        if item.path.parent.name in ALONE:
            item.add_marker(pytest.mark.alone)
        real = item.path.parent.name in WITH_REAL_PROCESSES or "socket" in item.path.name
        if real or (item.get_closest_marker("slow") and item.path.parent.name not in ONE_TRY):
            item.add_marker(pytest.mark.flaky(reruns=2))


@dataclass(frozen=True, slots=True)
class Desk:
    """A tenant with somebody of each role."""

    ref: TenantRef
    admin: Person
    agent: Person
    ada: Person
    user: Person
    other_user: Person

    def everybody(self) -> list[Person]:
        return [self.admin, self.agent, self.ada, self.user, self.other_user]


@pytest.fixture(scope="session", autouse=True)
def in_platform() -> Iterator[None]:
    """The test session stands where manage.py stands."""
    with context.platform(direct=True):
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any, in_platform: None) -> Iterator[None]:
    """A fresh database for the run."""
    database = settings.DATABASES["default"]
    name = f"test_{database['NAME']}_{uuid4().hex[:8]}"
    server = psycopg.conninfo.make_conninfo(
        host=database["HOST"],
        port=database["PORT"],
        user=database["USER"],
        password=database["PASSWORD"],
        dbname=database["NAME"],
    )
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    connections["default"].close()
    database["NAME"] = connections["default"].settings_dict["NAME"] = name
    with django_db_blocker.unblock():
        call_command("migrate_hub", verbosity=0)
    if pooler := os.environ.get("HUB_TEST_PGBOUNCER"):
        _go_through(pooler)
    yield
    with django_db_blocker.unblock():
        threads.close_connections()
        connections.close_all()
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _go_through(pooler: str) -> None:
    """All tests of this run reach the database through the PgBouncer at this port (tests/tenants/test_pgbouncer.py)."""
    connections.close_all()
    for known in (settings.DATABASES["default"], connections["default"].settings_dict):
        known["PORT"] = pooler


def make_desk(slug: str, **options: Any) -> Desk:
    """A committed tenant with people; all have the password `test-password`."""
    tenant = tenant_actions.create_tenant(name=slug.title(), slug=slug, **options)
    password_hash = hash_password(PASSWORD)
    roles = {"admin": Role.ADMIN, "agent": Role.AGENT, "ada": Role.AGENT, "user": Role.REQUESTER}
    people: dict[str, Person] = {}
    with context.tenant(tenant.ref()), unit_of_work():
        for word, role in (*roles.items(), ("other_user", Role.REQUESTER)):
            people[word] = create_person(
                None,
                email=f"{word}@{slug}.example",
                first_name=word.title(),
                last_name=slug.title(),
                password_hash=password_hash,
                role=role,
            )
    return Desk(tenant.ref(), **people)


@pytest.fixture(scope="session")
def acme(django_db_setup: None, django_db_blocker: Any) -> Desk:
    """The tenant of most tests. What they do to it is rolled back."""
    with django_db_blocker.unblock():
        return make_desk("acme")


@pytest.fixture(scope="session")
def globex(django_db_setup: None, django_db_blocker: Any) -> Desk:
    """The other tenant, which must see and lose nothing."""
    with django_db_blocker.unblock():
        return make_desk("globex")


@pytest.fixture
def desk(acme: Desk, db: None) -> Iterator[Desk]:
    """Inside acme, in a transaction that is rolled back."""
    resolve.forget()
    with context.tenant(acme.ref):
        yield acme
    resolve.forget()


@pytest.fixture
def api(acme: Desk, globex: Desk, db: None) -> Iterator[Api]:
    """The HTTP API in this process, nobody signed in; `api.as_(person)` signs in. Rolled back."""
    resolve.forget()
    yield Api()
    resolve.forget()


@pytest.fixture
def own_desk(django_db_setup: None, django_db_blocker: Any) -> Iterator[Callable[..., Desk]]:
    """Makes committed tenants for tests that need commits (threads, sockets, workers); drops them after."""
    made = ExitStack()

    def make(slug: str | None = None, **options: Any) -> Desk:
        desk = make_desk(slug or f"own-{uuid4().hex[:10]}", **options)
        made.callback(_drop, desk)
        return desk

    with django_db_blocker.unblock():
        yield make
        made.close()
        resolve.forget()


def _drop(desk: Desk) -> None:
    with context.platform(), transaction.atomic():
        slug = Tenant.objects.filter(id=desk.ref.id).values_list("slug", flat=True).first()
    if slug is not None:
        tenant_actions.delete_tenant(desk.ref.id, confirm=slug)


def token_for(desk: Desk, person: Person) -> str:
    """A valid access token, without the cost of a password."""
    with context.tenant(desk.ref), unit_of_work():
        session_id, _ = start_session(person)
    bearer = Bearer(person.id, person.email, Role(person.role), desk.ref.id)
    return issue_token(bearer, session_id=session_id)[0]


@pytest.fixture
def transactional_access(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The database without a transaction around the test; the test leaves nothing behind."""
    with django_db_blocker.unblock():
        yield
