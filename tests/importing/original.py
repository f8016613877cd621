"""A database of the original service, filled with what such databases hold after some years."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import bcrypt
import psycopg
from django.conf import settings
from psycopg import sql
from psycopg.types.json import Jsonb

SCHEMA = Path(__file__).parent / "schema.sql"
PASSWORD = "the-old-password"
LONG_AGO = datetime(2024, 3, 1, 8, 0)  # noqa: DTZ001  as the original keeps moments: without a zone, in UTC


def at(minutes: int) -> datetime:
    """So many minutes after the beginning of everything."""
    return LONG_AGO + timedelta(minutes=minutes)


@dataclass(slots=True)
class Original:
    """The database, and the ids of what stands in it by the names that tests use."""

    url: str
    connection: psycopg.Connection[Any]
    ids: dict[str, str] = field(default_factory=dict)
    hash: str = field(default_factory=lambda: bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode())

    def insert(self, table: str, called: str = "", /, **columns: Any) -> str:
        """A row; says its id. `called`: how tests call it."""
        id_ = str(columns.pop("id", None) or uuid4())
        self.ids[called or id_] = id_
        values = {"id": id_} | {key: Jsonb(one) if isinstance(one, dict) else one for key, one in columns.items()}
        query = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, values)),
            sql.SQL(", ").join(sql.Placeholder() * len(values)),
        )
        self.run(query, list(values.values()))
        return id_

    def run(self, query: sql.Composed | str, given: list[Any] | None = None) -> None:
        self.connection.execute(query, given)

    def all(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()

    def tenant(self, slug: str, **more: Any) -> str:
        return self.insert("Tenant", slug, slug=slug, name=more.pop("name", slug.title()), createdAt=at(0), **more)

    def user(self, name: str, tenant: str, **more: Any) -> str:
        columns = {
            "email": f"{name}@{tenant}.example",
            "password": self.hash,
            "firstName": name.title(),
            "lastName": "Original",
            "role": "USER",
            "tenantId": self.ids.get(tenant, tenant),
            "createdAt": at(1),
            "updatedAt": at(1),
        }
        return self.insert("User", name, **(columns | more))

    def ticket(self, name: str, tenant: str, by: str, **more: Any) -> str:
        columns = {
            "title": f"About {name}",
            "description": "It does not work.",
            "tenantId": self.ids.get(tenant, tenant),
            "createdById": self.ids.get(by, by),
            "createdAt": at(10),
            "updatedAt": at(10),
        }
        return self.insert("Ticket", name, **(columns | more))

    def comment(self, name: str, ticket: str, by: str, minute: int, **more: Any) -> str:
        columns = {
            "content": f"This is {name}.",
            "ticketId": self.ids.get(ticket, ticket),
            "authorId": self.ids.get(by, by),
            "createdAt": at(minute),
            "updatedAt": at(minute),
        }
        return self.insert("Comment", name, **(columns | more))

    def activity(self, ticket: str, type_: str, minute: int, changes: Any, **more: Any) -> str:
        columns = {"ticketId": self.ids[ticket], "type": type_, "createdAt": at(minute), "changes": Jsonb(changes)}
        return self.insert("TicketActivity", **(columns | more))


@contextmanager
def original_database() -> Iterator[Original]:
    """An empty database with the original's tables, on the server that the tests use."""
    known = settings.DATABASES["default"]
    name = f"original_{uuid4().hex[:10]}"
    server = {"host": known["HOST"], "port": known["PORT"], "user": known["USER"], "password": known["PASSWORD"]}
    with psycopg.connect(dbname="postgres", autocommit=True, **server) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    url = f"postgresql://{known['USER']}:{known['PASSWORD']}@{known['HOST']}:{known['PORT']}/{name}?schema=public"
    try:
        with psycopg.connect(dbname=name, autocommit=True, **server) as connection:
            original = Original(url, connection)
            original.run(SCHEMA.read_text())
            yield original
    finally:
        with psycopg.connect(dbname="postgres", autocommit=True, **server) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


_MANY = (
    """
    INSERT INTO "User" (id, email, password, "firstName", "lastName", role, "tenantId", "createdAt")
    SELECT md5('u' || tenant || n)::uuid::text, 'user' || n || '@' || slug || '.example', hash, 'User', n::text,
        (CASE WHEN n % 10 = 0 THEN 'AGENT' ELSE 'USER' END)::"UserRole", tenant,
        timestamp '2024-01-01' + n * interval '1s'
    FROM given, generate_series(1, users) n""",
    """
    INSERT INTO "Ticket" (id, title, description, status, priority, "tenantId", "createdById", "assignedToId",
        "createdAt", "updatedAt")
    SELECT md5('t' || tenant || n)::uuid::text, 'Ticket ' || n || ' about the VPN and printer ' || n % 97,
        repeat('It does not work since Monday, and I have tried everything twice. ', 4),
        (CASE n % 3 WHEN 0 THEN 'closed' WHEN 1 THEN 'in_progress' ELSE 'open' END)::"TicketStatus", 'medium', tenant,
        md5('u' || tenant || 1 + n % users)::uuid::text, md5('u' || tenant || 10)::uuid::text,
        timestamp '2024-02-01' + n * interval '1min', timestamp '2024-02-01' + n * interval '1min' + interval '3h'
    FROM given, generate_series(1, tickets) n""",
    """
    INSERT INTO "Comment" (id, content, "ticketId", "authorId", "isInternal", "createdAt", "updatedAt")
    SELECT md5('c' || t.id || k)::uuid::text, 'Have you tried it off and on again, the ' || k || '. time?', t.id,
        CASE k WHEN 1 THEN t."assignedToId" ELSE t."createdById" END, k = 3,
        t."createdAt" + k * interval '20min', t."createdAt" + k * interval '20min'
    FROM given, "Ticket" t, generate_series(1, 3) k WHERE t."tenantId" = tenant""",
    """
    INSERT INTO "TicketActivity" (id, "ticketId", type, changes, "createdAt")
    SELECT md5('a' || t.id || k)::uuid::text, t.id, (CASE k WHEN 0 THEN 'CREATED' ELSE 'UPDATED' END)::"ActivityType",
        CASE k WHEN 0 THEN jsonb_build_object('createdBy', t."createdById")
            WHEN 1 THEN jsonb_build_object('assignedToId', t."assignedToId")
            ELSE jsonb_build_object('status', t.status) END, t."createdAt" + k * interval '30min'
    FROM given, "Ticket" t, generate_series(0, 2) k WHERE t."tenantId" = tenant""",
)


def fill_many(original: Original, slug: str, *, tickets: int, users: int = 50) -> None:
    """A tenant of so many tickets, each with three comments and what was noted of it; made by the server itself."""
    original.run("CREATE TEMP TABLE IF NOT EXISTS given (tenant text, slug text, hash text, tickets int, users int)")
    original.run("DELETE FROM given")
    given = [original.tenant(slug), slug, original.hash, tickets, users]
    original.run("INSERT INTO given VALUES (%s, %s, %s, %s, %s)", given)
    for statement in _MANY:
        original.run(statement)
    original.run("ANALYZE")
