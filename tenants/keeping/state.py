"""The state of a tenant as one hash: the same in every cluster that holds the same, whatever release copied it there.

sha256 over lines of UTF-8, in this order:

    hub state 1
    tenant <sha256 of the canonical JSON (RFC 8785) of id, name, settings (as PostgreSQL writes them), isActive,
            createdAt, updatedAt>
    table <name> <rows> <sha256>        for each table of the schema but django_migrations, by name
    sequence <name> <next number>       for each sequence, by name

A table's sha256 is over its columns' names (sorted, with commas, a newline), then its rows in the order of the primary
key as COPY writes them. Left out is what differs between two homes of one state: the log's epoch, and the bytes of
sealed secrets, of which only counts that they are there. Slug and domains are where a tenant is found, not what it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import rfc8785
from django.db import connection

from helpdesk.clock import rfc3339
from tenants.context import TenantRef
from tenants.keeping.rows import rows_of, write_alike
from tenants.keeping.tables import Table, list_sequences, list_tables

HEADING = "hub state 1"


@dataclass(frozen=True, slots=True)
class TableState:
    name: str
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class State:
    """What the hash is made of."""

    tenant_sha256: str
    tables: tuple[TableState, ...]
    sequences: dict[str, int]

    @property
    def sha256(self) -> str:
        lines = [HEADING, f"tenant {self.tenant_sha256}"]
        lines += [f"table {one.name} {one.rows} {one.sha256}" for one in sorted(self.tables, key=lambda one: one.name)]
        lines += [f"sequence {name} {self.sequences[name]}" for name in sorted(self.sequences)]
        return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


class Summing:
    """A table's hash, while its rows go by."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._sum = hashlib.sha256(f"{','.join(table.columns)}\n".encode())
        self.rows = 0

    def add(self, rows: bytes) -> int:
        """How many rows these are."""
        self._sum.update(rows)
        count = rows.count(b"\n")
        self.rows += count
        return count

    def state(self) -> TableState:
        return TableState(self._table.name, self.rows, self._sum.hexdigest())


def state_of(ref: TenantRef) -> State:
    """Of the tenant that this code stands in, in a transaction of one snapshot."""
    write_alike()
    tables = [sum_table(table) for table in list_tables()]
    return make_state(get_tenant_row(ref), tables)


def sum_table(table: Table) -> TableState:
    summing = Summing(table)
    for rows in rows_of(table.selected(hashed=True)):
        summing.add(rows)
    return summing.state()


def make_state(tenant: dict[str, Any], tables: Sequence[TableState]) -> State:
    return State(tenant_sha256(tenant), tuple(tables), list_sequences())


def tenant_sha256(tenant: dict[str, Any]) -> str:
    """`tenant` as `get_tenant_row` gives it; its addresses are not part of what it is."""
    kept = {name: value for name, value in tenant.items() if name not in ("slug", "domains")}
    return hashlib.sha256(rfc8785.dumps(kept)).hexdigest()


def get_tenant_row(ref: TenantRef) -> dict[str, Any]:
    """What `public` holds of a tenant that is not made anew, in this transaction's snapshot."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT slug, name, settings::text, is_active, created_at, updated_at, ARRAY(SELECT domain::text"
            ' FROM public.domain WHERE tenant_id = t.id ORDER BY domain COLLATE "C")'
            " FROM public.tenant t WHERE id = %s",
            [ref.id],
        )
        slug, name, settings, is_active, created_at, updated_at, domains = cursor.fetchone()
    return {
        "id": str(ref.id),
        "slug": slug,
        "name": name,
        "settings": settings,
        "isActive": is_active,
        "createdAt": rfc3339(created_at),
        "updatedAt": rfc3339(updated_at),
        "domains": domains,
    }
