"""A tenant's schema from the committed DDL: 0.1 s at any number of tenants, where cloning takes seconds.

`schema.sql` holds one statement a line-group, without a schema's name; it is written by `make schema` from
a migrated template, and a test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from django.db import connection
from django_tenants.utils import quote_schema_name

from helpdesk.events.chain import NO_HASH
from tenants.context import TenantRef

SCHEMA_SQL = Path(__file__).parent / "schema.sql"
SEPARATOR = "\n--;\n"


@cache
def schema_statements() -> tuple[str, ...]:
    """The statements of the DDL, in order."""
    return tuple(part.strip() for part in SCHEMA_SQL.read_text().split(SEPARATOR) if part.strip())


def create_schema(ref: TenantRef) -> None:
    """Make the schema and its tables, and the beginning of its log. Call inside the tenant's context."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {quote_schema_name(ref.schema_name)}")
        cursor.execute("SELECT 1")  # so that the path is set: what follows passes by Django
        _execute_all(schema_statements())
        cursor.execute(
            "INSERT INTO event_head (id, epoch, last_seq, last_hash, anchor_seq, anchor_hash)"
            " VALUES (1, %s, 0, %s, 0, %s)",
            [uuid4(), NO_HASH, NO_HASH],
        )


def _execute_all(statements: Iterable[str]) -> None:
    """One after the other, without waiting for each to be answered: there are hundreds, and none returns anything."""
    connected: psycopg.Connection[Any] = connection.connection
    with connection.wrap_database_errors, connected.pipeline(), psycopg.Cursor(connected) as cursor:
        for statement in statements:
            cursor.execute(statement.encode(), prepare=False)


def drop_schema(ref: TenantRef) -> None:
    """Take the schema away with everything in it."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {quote_schema_name(ref.schema_name)} CASCADE")
