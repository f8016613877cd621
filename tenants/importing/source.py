"""The original service's database, which is only read: one snapshot of it, in one transaction that may not write.

Rows come as mappings of their columns, whichever there are, in pages by (`createdAt`, id); so memory stays small.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import psycopg
from psycopg.rows import dict_row
from psycopg.sql import SQL, Composed, Identifier
from psycopg.types.datetime import TimestampLoader, TimestamptzLoader
from psycopg.types.json import set_json_loads

from helpdesk.importing.rules.tickets import MOST_NUMBER
from helpdesk.importing.rules.values import Row
from tenants.importing.json_values import loads

_OF_PRISMA = frozenset(
    {"schema", "connection_limit", "pool_timeout", "pgbouncer", "socket_timeout", "statement_cache_size"}
)
"""What Prisma adds to an address and libpq does not know."""
_WITHOUT_HASTE = (("statement_timeout", "0"), ("idle_in_transaction_session_timeout", "0"))
"""It rests while pages are written here."""
PAGE_ROWS = 500


@dataclass(frozen=True, slots=True)
class Table:
    """A table of theirs: what it needs, and how its rows lead to their tenant."""

    name: str
    needs: frozenset[str]
    parent: str
    link: str


TABLES = {
    table.name: table
    for table in (
        Table("User", frozenset({"email", "password", "role", "tenantId"}), "Tenant", "tenantId"),
        Table("Ticket", frozenset({"title", "status", "priority", "createdById", "tenantId"}), "Tenant", "tenantId"),
        Table("Comment", frozenset({"content", "authorId", "ticketId"}), "Ticket", "ticketId"),
        Table("Attachment", frozenset({"filename", "fileUrl", "fileSize", "mimeType"}), "Ticket", "ticketId"),
        Table("TicketActivity", frozenset({"changes"}), "Ticket", "ticketId"),
        Table("Webhook", frozenset({"url", "events", "secret"}), "Tenant", "tenantId"),
        Table("WebhookDelivery", frozenset({"event"}), "Webhook", "webhookId"),
        Table("Notification", frozenset({"type", "title", "data", "isRead"}), "User", "userId"),
    )
}


class NotTheOriginal(Exception):
    """This is no database of the original service, or it cannot be reached. Says what is wrong."""


class _Timestamp(TimestampLoader):
    """Moments that Python has not, as `infinity`, are None."""

    def load(self, data: Any) -> Any:
        try:
            return super().load(data)
        except (psycopg.DataError, ValueError):
            return None


class _Timestamptz(TimestamptzLoader):
    """As `_Timestamp`."""

    def load(self, data: Any) -> Any:
        try:
            return super().load(data)
        except (psycopg.DataError, ValueError):
            return None


class Source:
    """An open snapshot of the original's database. Close it, or use it in `with`."""

    def __init__(self, url: str) -> None:
        address, self._schema = _address(url)
        with _told("The database cannot be reached"):
            self._connection = psycopg.connect(address, row_factory=dict_row, prepare_threshold=None)
        try:
            self._enter()
        except NotTheOriginal:
            self._connection.close()
            raise

    def _enter(self) -> None:
        """One snapshot, which may not write; and a look at what is there."""
        with _told("The database does not answer as it should"):
            self._connection.adapters.register_loader("timestamp", _Timestamp)
            self._connection.adapters.register_loader("timestamptz", _Timestamptz)
            set_json_loads(loads, self._connection)
            self._connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            self._connection.read_only = True
            for name, value in (("search_path", f'"{self._schema}"'), *_WITHOUT_HASTE):
                self._connection.execute("SELECT set_config(%s, %s, false)", [name, value])
        self._columns = self._read_columns()
        self._require_tables()

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def tenants(self) -> list[Row]:
        """All of them, the oldest first."""
        return self._all(SQL("SELECT * FROM {} ORDER BY {}, id").format(Identifier("Tenant"), Identifier("createdAt")))

    def count(self, table: str, tenant_id: str | None = None) -> int:
        """How many rows a tenant has in this table; all rows where none is named."""
        if tenant_id is None:
            found = self._all(SQL("SELECT count(*) AS n FROM {}").format(Identifier(table)))
        else:
            found = self._all(SQL("SELECT count(*) AS n {} WHERE x.id = %s").format(_path(table, "JOIN")), [tenant_id])
        return int(found[0]["n"])

    def pages(self, table: str, tenant_id: str, *, size: int = PAGE_ROWS) -> Iterator[list[Row]]:
        """A tenant's rows of a table, the oldest first."""
        key = SQL("(t.{}, t.id)").format(Identifier("createdAt"))
        select = SQL('SELECT t.*, t.{}::text AS "_at" {} WHERE x.id = %s').format(
            Identifier("createdAt"), _path(table, "JOIN")
        )
        kind = SQL(self._columns[table]["createdAt"])
        after = SQL(" AND {} > (%s::{}, %s)").format(key, kind)
        end = SQL(" ORDER BY {} LIMIT %s").format(SQL("t.{}, t.id").format(Identifier("createdAt")))
        place: list[Any] = []
        while True:
            found = self._all(select + (after if place else SQL("")) + end, [tenant_id, *place, size])
            if found:
                place = [found[-1]["_at"], found[-1]["id"]]
                yield found
            if len(found) < size:
                return

    def rows(self, table: str, column: str, values: Collection[Any], *, tenant_id: str = "") -> list[Row]:
        """The rows with one of these values in a column, the oldest first; of a tenant, where one is named."""
        query = SQL("SELECT * FROM {} WHERE {} = ANY(%s)").format(Identifier(table), Identifier(column))
        given: list[Any] = [list(values)]
        if tenant_id:
            query, given = query + SQL(" AND {} = %s").format(Identifier("tenantId")), [*given, tenant_id]
        return self._all(query + SQL(" ORDER BY {}, id").format(Identifier("createdAt")), given)

    def users_with(self, emails: Sequence[str], tenant_id: str) -> list[Row]:
        """Id and address (lower-case, trimmed) of a tenant's users with one of these addresses, the oldest first."""
        query = SQL(
            "SELECT id, lower(trim(email)) AS email FROM {} WHERE {} = %s AND lower(trim(email)) = ANY(%s)"
            " ORDER BY {}, id"
        ).format(Identifier("User"), Identifier("tenantId"), Identifier("createdAt"))
        return self._all(query, [tenant_id, list(emails)])

    def ids(self, table: str, tenant_id: str | None) -> Iterator[str]:
        """The ids of a tenant's rows; None: of the rows that lead to no tenant."""
        where = SQL("x.id = %s") if tenant_id is not None else SQL("x.id IS NULL")
        given: list[Any] = [tenant_id] if tenant_id is not None else []
        path = _path(table, "JOIN" if tenant_id is not None else "LEFT JOIN")
        query = SQL("SELECT t.id {} WHERE {} AND t.id > %s ORDER BY t.id LIMIT %s").format(path, where)
        last = ""
        while True:
            found = [str(row["id"]) for row in self._all(query, [*given, last, PAGE_ROWS])]
            yield from found
            if len(found) < PAGE_ROWS:
                return
            last = found[-1]

    def highest_number(self, tenant_id: str) -> int:
        """Of a tenant's tickets; 0 where they have none."""
        if self._columns["Ticket"].get("number", "") not in ("integer", "bigint"):
            return 0
        query = SQL("SELECT coalesce(max(number), 0) AS n FROM {} WHERE {} = %s AND number <= %s")
        found = self._all(query.format(Identifier("Ticket"), Identifier("tenantId")), [tenant_id, MOST_NUMBER])
        return int(found[0]["n"])

    def _all(self, query: SQL | Composed, given: Sequence[Any] = ()) -> list[Row]:
        with _told("The database does not answer as it should"):
            return list(self._connection.execute(query, given or None).fetchall())

    def _read_columns(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        query = SQL("SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = %s")
        rows = self._all(query, [self._schema])
        for row in rows:
            found.setdefault(row["table_name"], {})[row["column_name"]] = row["data_type"]
        return found

    def _require_tables(self) -> None:
        needed = {table.name: table.needs | {"id", "createdAt", table.link} for table in TABLES.values()}
        for name, columns in ({"Tenant": {"id", "name", "slug", "createdAt"}} | needed).items():
            if name not in self._columns:
                raise NotTheOriginal(f'There is no table "{name}" in the schema {self._schema}.')
            if missing := sorted(columns - self._columns[name].keys()):
                raise NotTheOriginal(f'The table "{name}" has no column {", ".join(missing)}.')


@contextmanager
def _told(what: str) -> Iterator[None]:
    """What goes wrong there, without the driver's text: that may hold the address, and the address the password."""
    try:
        yield
    except (psycopg.Error, UnicodeError) as error:
        raise NotTheOriginal(f"{what} ({type(error).__name__}).") from None


def _path(table: str, join: str) -> Composed:
    """`FROM` the table (t) to its tenant (x)."""
    of = TABLES[table]
    path = SQL("FROM {} t ").format(Identifier(table))
    alias = "t"
    if of.parent != "Tenant":
        path += SQL(f"{join} {{}} p ON p.id = t.{{}} ").format(Identifier(of.parent), Identifier(of.link))
        alias, of = "p", TABLES[of.parent]
    return path + SQL(f"{join} {{}} x ON x.id = {alias}.{{}}").format(Identifier("Tenant"), Identifier(of.link))


def _address(url: str) -> tuple[str, str]:
    """The address as libpq takes it, and the schema that Prisma's form of it names."""
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("postgresql", "postgres"):
        raise NotTheOriginal("Name the database as postgresql://user:password@host:port/name.")
    asked = parse_qsl(parts.query)
    kept = urlencode([(name, value) for name, value in asked if name not in _OF_PRISMA])
    return parts._replace(query=kept).geturl(), dict(asked).get("schema") or "public"
