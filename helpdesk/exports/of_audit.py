"""The audit as a table: what `GET /audit` lists, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from zoneinfo import ZoneInfo

import orjson
from django.db import connection

from helpdesk.access_log.models import AccessEntry
from helpdesk.audit.queries import list_audit
from helpdesk.audit.schemas import AuditEntry, AuditQuery
from helpdesk.exports.cells import Cell
from helpdesk.exports.schemas import AuditAsked, asked_json
from helpdesk.exports.tables import Column, Table, TablePage
from helpdesk.people.models import Person
from helpdesk.permissions import require

MOST_LETTERS = 2_000
"""Of what a cell tells of an event: a spreadsheet takes 32,767, and nobody reads them."""


@dataclass(frozen=True)
class AuditTable(Table):
    """Its pages are as large as `GET /audit` has them."""

    asked: AuditAsked
    stem: ClassVar[str] = "audit"
    title: ClassVar[str] = "Audit"
    is_counted: ClassVar[bool] = False

    def columns(self, person: Person, zone: ZoneInfo) -> list[Column]:
        require(person, "listAudit")
        return [
            Column(f"When ({zone.key})", 1.1),
            Column("Source", 0.6),
            Column("Seq", 0.5),
            Column("What", 1.3),
            Column("Who", 1.2),
            Column("Who (id)", 1.3),
            Column("Times", 0.45),
            Column("Ticket", 1.3),
            Column("Changes", 2.6),
            Column("Data", 2.6),
            Column("From", 1.0),
            Column("Operation", 1.1),
            Column("Request", 1.1),
            Column("API key", 1.1),
        ]

    def about(self) -> list[str]:
        told = "; ".join(f"{name} {value}" for name, value in asked_json(self.asked, as_=AuditAsked).items())
        return [f"Picked by: {told}"] if told else ["Everything"]

    def count(self, person: Person) -> int:
        """Without the filter: to count what it picks would be to read it all."""
        logged, accesses = 0, 0
        if self.asked.source != "access":
            with connection.cursor() as cursor:
                cursor.execute("SELECT last_seq - anchor_seq FROM event_head WHERE id = 1")
                logged = int(cursor.fetchone()[0])
        if self.asked.source != "log":
            accesses = AccessEntry.objects.count()
        return logged + accesses

    def page(self, person: Person, after: str, *, limit: int) -> TablePage:
        require(person, "listAudit")
        query = AuditQuery.model_validate(
            asked_json(self.asked, as_=AuditAsked) | {"cursor": after or None, "limit": min(limit, 100)}
        )
        found = list_audit(query)
        return TablePage([_cells(entry) for entry in found.data], found.meta.next_cursor)


def _cells(entry: AuditEntry) -> list[Cell]:
    actor, origin = entry.actor, entry.origin
    return [
        entry.occurred_at,
        entry.source,
        entry.seq,
        entry.type,
        actor.name if actor else None,
        str(actor.id) if actor else None,
        entry.count,
        str(entry.ticket_id) if entry.ticket_id else None,
        _told(entry.changes) if entry.changes else None,
        _told(entry.data) if entry.data else None,
        origin.client if origin else None,
        origin.operation if origin else None,
        origin.request_id if origin else None,
        str(origin.api_key_id) if origin and origin.api_key_id else None,
    ]


def _told(value: object) -> str:
    """JSON, cut where it is very long."""
    text = orjson.dumps(value).decode()
    return text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 1] + "…"
