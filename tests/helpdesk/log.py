"""What the log of a desk says, for tests that assert the event beside the answer and the row."""

from __future__ import annotations

from typing import Any

import orjson
from django.db import connection, transaction

from helpdesk.events.queries import LogRow, get_head, list_rows
from helpdesk.events.verify import verify_log
from tenants import context
from tenants.context import TenantRef


def last_seq(ref: TenantRef) -> int:
    with context.tenant(ref), transaction.atomic():
        return get_head().last_seq


def rows_after(ref: TenantRef, seq: int) -> list[LogRow]:
    """The rows that were recorded since, in order."""
    with context.tenant(ref), transaction.atomic():
        return list_rows(after=seq, limit=10_000)


def payload(row: LogRow) -> dict[str, Any]:
    """`{actor, data, changes?}`."""
    found: dict[str, Any] = orjson.loads(row.payload)
    return found


def require_whole(ref: TenantRef) -> int:
    """The chain holds; how many rows it has."""
    with context.tenant(ref), transaction.atomic():
        rows, faults = verify_log()
    assert faults == []
    return rows


def execute(ref: TenantRef, sql: str, *given: Any) -> list[tuple[Any, ...]]:
    """Run it in the tenant's schema; its rows, where it has any."""
    with context.tenant(ref), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, list(given))
        return cursor.fetchall() if cursor.description else []
