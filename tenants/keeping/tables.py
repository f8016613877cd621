"""What a tenant's schema consists of, read from PostgreSQL's catalogue: no table can be forgotten.

`django_migrations` is left out: it says what a schema is made of, not what is in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from graphlib import TopologicalSorter

from django.db import connection
from psycopg import sql

NOT_ROWS = "django_migrations"
SEALED = {("webhook", "sealed_secret"), ("webhook", "sealed_previous")}
"""Columns whose bytes only the keys of a hub can read (`helpdesk.sealing`)."""
EPOCH = ("event_head", "epoch")
"""Another one begins when a log is put back."""


@dataclass(frozen=True, slots=True)
class Table:
    """`columns` by name; `order`, the primary key in words of SQL that sort alike in every cluster."""

    name: str
    columns: tuple[str, ...]
    order: sql.Composed

    def selected(self, *, hashed: bool) -> sql.Composed:
        """All rows in order. `hashed`: without what differs between two homes of one state."""
        chosen = [self._column(name, hashed=hashed) for name in self.columns]
        return sql.SQL("SELECT {} FROM {} ORDER BY {}").format(
            sql.SQL(", ").join(chosen), sql.Identifier(self.name), self.order
        )

    def is_hashed_as_kept(self) -> bool:
        """Are the rows that are hashed the very ones that an archive has?"""
        return not any((self.name, name) in SEALED | {EPOCH} for name in self.columns)

    def sealed_columns(self) -> list[int]:
        """Where in a row secrets stand."""
        return [place for place, name in enumerate(self.columns) if (self.name, name) in SEALED]

    def _column(self, name: str, *, hashed: bool) -> sql.Composable:
        if hashed and (self.name, name) == EPOCH:
            return sql.SQL("NULL")
        if hashed and (self.name, name) in SEALED:
            # Only whether there is one: a hash of short secrets could be guessed at.
            return sql.SQL("{} IS NOT NULL").format(sql.Identifier(name))
        return sql.Identifier(name)


def list_tables() -> list[Table]:
    """The tables of the tenant that this code stands in, each behind those it points to."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        (schema,) = cursor.fetchone()
        cursor.execute(_COLUMNS, [schema])
        columns: dict[str, list[str]] = {}
        for table, column in cursor.fetchall():
            columns.setdefault(table, []).append(column)
        cursor.execute(_KEYS, [schema])
        keys: dict[str, list[tuple[str, bool]]] = {}
        for table, column, is_text in cursor.fetchall():
            keys.setdefault(table, []).append((column, is_text))
        cursor.execute(_POINTS_TO, [schema])
        points_to = cursor.fetchall()
    names = sorted(columns.keys() - {NOT_ROWS})
    return [Table(name, tuple(columns[name]), _order(keys[name])) for name in _sorted(names, points_to)]


def list_sequences() -> dict[str, int]:
    """The next number of each sequence."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sequencename FROM pg_sequences WHERE schemaname = current_schema() ORDER BY 1")
        names = [name for (name,) in cursor.fetchall() if not name.startswith(NOT_ROWS)]
        found: dict[str, int] = {}
        for name in names:
            cursor.execute(sql.SQL("SELECT last_value + is_called::int FROM {}").format(sql.Identifier(name)))
            (found[name],) = cursor.fetchone()
    return found


def _sorted(names: list[str], points_to: list[tuple[str, str]]) -> list[str]:
    graph: dict[str, set[str]] = {name: set() for name in names}
    for table, other in points_to:
        if table != other:
            graph[table].add(other)
    return list(TopologicalSorter(graph).static_order())


def _order(key: list[tuple[str, bool]]) -> sql.Composed:
    # Text sorts by bytes: a cluster's collation is its own.
    parts = [
        sql.SQL('{} COLLATE "C"').format(sql.Identifier(name)) if is_text else sql.Identifier(name)
        for name, is_text in key
    ]
    return sql.SQL(", ").join(parts)


_COLUMNS = """
SELECT c.relname, a.attname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE n.nspname = %s AND c.relkind IN ('r', 'p') ORDER BY c.relname, a.attname COLLATE "C"
"""
_KEYS = """
SELECT c.relname, a.attname, t.typcategory = 'S' FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN LATERAL unnest(i.indkey::int[]) WITH ORDINALITY k (attnum, nth)
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum JOIN pg_type t ON t.oid = a.atttypid
WHERE n.nspname = %s AND i.indisprimary ORDER BY c.relname, k.nth
"""
_POINTS_TO = """
SELECT c.relname, o.relname FROM pg_constraint f JOIN pg_class c ON c.oid = f.conrelid
JOIN pg_class o ON o.oid = f.confrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND f.contype = 'f'
"""
