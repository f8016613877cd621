"""A schema that is being filled: nobody reaches it, because `public.tenant` does not name it yet.

So it may be made in several transactions; what is left of one that was killed is taken away by the next.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from psycopg import sql

from helpdesk.clock import now
from tenants import context
from tenants.context import TenantRef
from tenants.keeping.errors import Refused
from tenants.migrating.route import Key, Route
from tenants.schema import create_schema, drop_schema


def own_steps(route: Route) -> set[Key]:
    """The migrations of the tenant apps."""
    labels = {app.rpartition(".")[2] for app in settings.TENANT_APPS}
    return {key for key in route.keys if key[0] in labels}


def build_schema(ref: TenantRef, route: Route, taken: Collection[Key]) -> None:
    """An empty schema as these migrations of the tenant apps leave it."""
    if own_steps(route) <= set(taken):
        with context.tenant(ref), transaction.atomic():
            create_schema(ref)
    else:
        with context.tenant(ref, direct=True), connection.cursor() as cursor:
            cursor.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(ref.schema_name)))
            cursor.execute("SELECT 1")
            MigrationRecorder(connection).ensure_schema()
        others = set(route.keys) - own_steps(route)
        _take(ref, route, [key for key in route.keys if key in others or key in taken])


def bring_up_to_date(ref: TenantRef, route: Route) -> int:
    """Take what is missing; says how many migrations that were."""
    with context.tenant(ref), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        missing = route.missing(set(cursor.fetchall()))
    _take(ref, route, missing)
    return len(missing)


def _take(ref: TenantRef, route: Route, keys: Collection[Key]) -> None:
    for key in keys:
        step = route.step(key)
        with context.tenant(ref, direct=True):
            if step.is_atomic:
                with transaction.atomic():
                    step.take()
                    _record(key)
            else:
                step.take()
                _record(key)


def _record(key: Key) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, %s)", [*key, now()])


@contextmanager
def alone(ref: TenantRef) -> Iterator[None]:
    """Nobody else takes in, or erases, this tenant at the same time. Raises Refused."""
    number = int.from_bytes(ref.id.bytes[:8], signed=True)
    with context.platform(direct=True):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
            if not cursor.fetchone()[0]:
                raise Refused("Another run is at this tenant.")
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


def drop_leftovers(ref: TenantRef) -> None:
    """What an import left that was killed. The caller has made sure that there is no such tenant, and is alone."""
    with context.platform(), transaction.atomic():
        drop_schema(ref)
