"""A tenant's schema made by script is the migrated one; a tenant is made and deleted whole or not at all."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction

from helpdesk.errors import ValidationFailed
from helpdesk.people.actions import start_session
from helpdesk.people.models import Person
from helpdesk.work import unit_of_work
from tenants import actions, context, resolve
from tenants.actions import NewAdmin, SlugTaken, TenantNotFound
from tenants.context import TenantRef
from tenants.management.commands.write_schema import ddl_of, make_template
from tenants.models import Domain, SignInDirectory, Tenant
from tenants.schema import SCHEMA_SQL
from tenants.versions import newest_version
from tests import threads
from tests.conftest import Desk

OBJECTS = {
    "columns": """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attstorage,
               a.attcompression, a.attstattarget, coll.collname, pg_get_expr(d.adbin, d.adrelid)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        LEFT JOIN pg_collation coll ON coll.oid = a.attcollation
        WHERE c.relnamespace = %s::regnamespace AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p')
    """,
    "order of columns": """
        SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE c.relnamespace = %s::regnamespace AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind = 'r'
        GROUP BY 1
    """,
    "tables and their options": """
        SELECT relname, relkind, relpersistence, reloptions, relrowsecurity, relreplident
        FROM pg_class WHERE relnamespace = %s::regnamespace
    """,
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = %s",
    "constraints": """
        SELECT c.relname, k.conname, k.contype, k.condeferrable, k.convalidated, pg_get_constraintdef(k.oid)
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid WHERE k.connamespace = %s::regnamespace
    """,
    "triggers": """
        SELECT c.relname, t.tgname, t.tgenabled, pg_get_triggerdef(t.oid)
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE c.relnamespace = %s::regnamespace AND NOT t.tgisinternal
    """,
    "functions": "SELECT proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = %s::regnamespace",
    "sequences": """
        SELECT sequencename, data_type::text, start_value, min_value, max_value, increment_by, cycle, cache_size
        FROM pg_sequences WHERE schemaname = %s
    """,
    "types": "SELECT typname, typtype FROM pg_type WHERE typnamespace = %s::regnamespace",
}


@pytest.fixture(scope="module")
def template(acme: Desk, django_db_blocker: Any) -> Iterator[str]:
    """A schema made by the migrations."""
    schema = f"t_template_{uuid4().hex[:8]}"
    with django_db_blocker.unblock():
        make_template(schema)
        yield schema
        with connection.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA {schema} CASCADE")


def objects_of(schema: str, kind: str) -> list[str]:
    """The objects of this kind, without the schema's name."""
    with connection.cursor() as cursor:
        cursor.execute(OBJECTS[kind], [schema])
        return sorted(str(row).replace(schema, "SCHEMA") for row in cursor.fetchall())


class TestTheScript:
    @pytest.mark.parametrize("kind", OBJECTS)
    def test_makes_what_the_migrations_make(self, template: str, acme: Desk, kind: str) -> None:
        made = objects_of(acme.ref.schema_name, kind)
        assert made == objects_of(template, kind)
        assert made, "nothing was compared"

    def test_is_what_the_migrations_say_today(self, template: str) -> None:
        assert ddl_of(template) == SCHEMA_SQL.read_text(), "The migrations have changed: make schema"

    def test_knows_the_same_migrations(self, template: str, acme: Desk) -> None:
        rows = []
        for schema in (template, acme.ref.schema_name):
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT app, name FROM {schema}.django_migrations ORDER BY app, name")
                rows.append(cursor.fetchall())
        assert rows[0] == rows[1]

    def test_names_no_schema_but_extensions(self) -> None:
        text = SCHEMA_SQL.read_text()
        assert not re.search(r"\bt_template\b", text)
        assert "public." not in text

    def test_leaves_no_table_name_in_both_public_and_a_tenant(self, acme: Desk, transactional_access: None) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
                " INTERSECT SELECT tablename FROM pg_tables WHERE schemaname = %s",
                [acme.ref.schema_name],
            )
            assert cursor.fetchall() == [("django_migrations",)]


def tenants_and_schemas() -> tuple[set[str], set[str]]:
    with context.platform(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT schema_name FROM public.tenant")
        tenants = {name for (name,) in cursor.fetchall()}
        cursor.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname LIKE 't\\_%%' AND nspname NOT LIKE '%%template%%'"
        )
        return tenants, {name for (name,) in cursor.fetchall()}


class TestMakingATenant:
    admin = NewAdmin("first@made.example", "a-long-password", "First", "Admin")

    def test_gives_it_a_schema_a_log_and_its_admin(self, own_desk: Callable[..., Desk]) -> None:
        desk = own_desk()
        assert desk.ref.schema_name in tenants_and_schemas()[1]
        with context.platform(), transaction.atomic():
            assert Tenant.objects.get(id=desk.ref.id).schema_version == newest_version()
        with context.tenant(desk.ref), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT last_seq, (SELECT count(*) FROM event) FROM event_head")
            assert cursor.fetchone() == (5, 5)  # its five people

    def test_a_taken_slug_leaves_nothing(self, acme: Desk, transactional_access: None) -> None:
        before = tenants_and_schemas()
        with pytest.raises(SlugTaken):
            actions.create_tenant(name="Again", slug="acme", admin=self.admin)
        assert tenants_and_schemas() == before

    @pytest.mark.parametrize("step", ["create_schema", "create_person"])
    def test_a_step_that_fails_leaves_nothing(
        self, acme: Desk, transactional_access: None, monkeypatch: pytest.MonkeyPatch, step: str
    ) -> None:
        before, doing = tenants_and_schemas(), getattr(actions, step)

        def break_after(*args: Any, **kwargs: Any) -> None:
            doing(*args, **kwargs)
            raise ConnectionError

        monkeypatch.setattr(actions, step, break_after)
        with pytest.raises(ConnectionError):
            actions.create_tenant(name="Half", slug="half", admin=self.admin)
        assert tenants_and_schemas() == before
        with context.platform(), transaction.atomic():
            known = set(SignInDirectory.objects.values_list("tenant_id", flat=True))
            assert known <= set(Tenant.objects.values_list("id", flat=True))


class TestDeletingATenant:
    def test_takes_its_schema_hosts_and_directory_entries(self, own_desk: Callable[..., Desk]) -> None:
        desk, stays = own_desk(), own_desk()
        with context.tenant(desk.ref), unit_of_work():
            start_session(desk.user)
        with context.platform(), transaction.atomic():
            Domain.objects.create(domain=f"{desk.ref.slug}.example", tenant_id=desk.ref.id)
        actions.delete_tenant(desk.ref.id, confirm=desk.ref.slug)
        tenants, schemas = tenants_and_schemas()
        assert desk.ref.schema_name not in tenants | schemas
        assert stays.ref.schema_name in tenants & schemas
        with context.platform(), transaction.atomic():
            assert not SignInDirectory.objects.filter(tenant_id=desk.ref.id).exists()
            assert not Domain.objects.filter(domain=f"{desk.ref.slug}.example").exists()
            assert SignInDirectory.objects.filter(tenant_id=stays.ref.id).count() == 5

    def test_wants_its_slug(self, own_desk: Callable[..., Desk]) -> None:
        desk = own_desk()
        with pytest.raises(ValidationFailed):
            actions.delete_tenant(desk.ref.id, confirm="acme")
        assert desk.ref.schema_name in tenants_and_schemas()[1]

    def test_goes_on_where_somebody_still_reads_in_another_order(self, own_desk: Callable[..., Desk]) -> None:
        """PostgreSQL ends one of the two; where that is the deletion, it is tried again."""
        desk = own_desk()
        reading = threading.Event()
        asked: list[tuple[int]] = []

        def read() -> None:
            with context.tenant(desk.ref), unit_of_work(), connection.cursor() as cursor:
                cursor.execute(
                    "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = %s::regnamespace ORDER BY oid",
                    [f'"{desk.ref.schema_name}"'],
                )
                tables = [name for (name,) in cursor.fetchall()]
                cursor.execute(f'SELECT count(*) FROM "{tables[-1]}"')
                reading.set()
                while not asked:
                    cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'")
                    asked.extend(cursor.fetchall())
                for table in tables:
                    cursor.execute(f'SELECT count(*) FROM "{table}"')

        reader = threads.pool.submit(threads.keeping_its_connection, read)
        assert reading.wait(10)
        actions.delete_tenant(desk.ref.id, confirm=desk.ref.slug)
        ended = reader.exception()
        assert ended is None or "deadlock" in str(ended)  # PostgreSQL chose the reader, which is rare
        assert desk.ref.schema_name not in tenants_and_schemas()[1]

    def test_twice_is_not_found(self, own_desk: Callable[..., Desk]) -> None:
        desk = own_desk()
        actions.delete_tenant(desk.ref.id, confirm=desk.ref.slug)
        with pytest.raises(TenantNotFound):
            actions.delete_tenant(desk.ref.id, confirm=desk.ref.slug)

    def test_nobody_is_found_in_it_afterwards(self, own_desk: Callable[..., Desk]) -> None:
        """A missing schema is an error, never `public`'s rows or an empty answer."""
        desk = own_desk()
        actions.delete_tenant(desk.ref.id, confirm=desk.ref.slug)
        assert resolve.tenant_by_id(desk.ref.id) is None
        with context.tenant(desk.ref), transaction.atomic(), pytest.raises(Exception, match="does not exist"):
            Person.objects.count()


class TestNames:
    def test_the_schema_is_named_by_the_id(self) -> None:
        refs = [TenantRef(uuid4(), "same", "Same") for _ in range(2)]
        assert refs[0].schema_name != refs[1].schema_name
        assert all(len(ref.schema_name) == 28 for ref in refs)

    def test_renaming_moves_nothing(self, own_desk: Callable[..., Desk]) -> None:
        desk = own_desk()
        slug = f"renamed-{uuid4().hex[:8]}"
        with context.platform(), transaction.atomic():
            Tenant.objects.filter(id=desk.ref.id).update(slug=slug)
        resolve.forget()
        found = resolve.tenant_by_slug(slug)
        assert found is not None
        assert found.schema_name == desk.ref.schema_name
        assert resolve.tenant_by_slug(desk.ref.slug) is None
