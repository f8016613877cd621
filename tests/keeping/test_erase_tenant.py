"""A tenant is erased: nothing of it is left but that it was there."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError
from django.db import connection, transaction

from tenants import context
from tenants.redis_server import redis_server
from tests.conftest import Desk
from tests.helpdesk.files import keys_of
from tests.keeping.scene import command, fill


def left_in_public(desk: Desk) -> list[str]:
    """The tables of `public` that still have its id."""
    with context.platform(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND column_name = 'tenant_id'"
        )
        tables = [name for (name,) in cursor.fetchall()]
        found = []
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {table} WHERE tenant_id = %s", [desk.ref.id])
            found += [table] if cursor.fetchone()[0] else []
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname = %s", [desk.ref.schema_name])
        assert cursor.fetchone()[0] == 0
    return sorted(found)


def test_leaves_only_that_it_was_there(desk: Desk) -> None:
    fill(desk)
    client = redis_server(settings.REDIS_URL).client()
    client.hset(f"hub:presence:{{{desk.ref.id}}}", "somebody", "here")
    told = command("erase_tenant", desk.ref.slug, confirm=desk.ref.slug)
    assert "is erased" in told
    assert left_in_public(desk) == ["tenant_record", "wakeup"]  # the store is looked after once more, in an hour
    assert keys_of(desk.ref.id) == []
    assert not client.exists(f"hub:presence:{{{desk.ref.id}}}")
    client.close()
    record = command("tenant_records", desk.ref.slug)
    assert "erased" in record
    assert str(desk.ref.id) in record


@pytest.mark.parametrize("given", ["", "another"])
def test_asks_for_the_slug_again(desk: Desk, given: str) -> None:
    with pytest.raises(CommandError, match="not its slug"):
        command("erase_tenant", desk.ref.slug, confirm=given)
    assert left_somewhere(desk)


def test_goes_on_where_the_store_is_away(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(desk)
    with monkeypatch.context() as patch:
        patch.setattr(settings, "S3_ENDPOINT_URL", "http://127.0.0.1:9")
        with pytest.raises(CommandError, match="the workers go on"):
            command("erase_tenant", desk.ref.slug, confirm=desk.ref.slug)
    assert left_in_public(desk) == ["tenant_record", "wakeup"]
    assert keys_of(desk.ref.id)


def left_somewhere(desk: Desk) -> Any:
    with context.platform(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM tenant WHERE id = %s", [desk.ref.id])
        return cursor.fetchone()
