"""The only writer of the log.

`record` keeps the event in the open unit of work; `_flush` writes all of them at its end: it locks the
head row (so the order of seq is the order of commit, without gaps), chains the hashes and inserts.
The head is locked last: taken earlier it would deadlock with the rows of tickets.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Any, Protocol
from uuid import UUID

import rfc8785
from django.db import connection, transaction

from helpdesk import desk, origin
from helpdesk.clock import now, rfc3339
from helpdesk.events import bell
from helpdesk.events.audiences import audience_of, ticket_of
from helpdesk.events.catalogue import Event
from helpdesk.events.chain import Entry, chain_hash
from helpdesk.events.offers import offer_of
from helpdesk.events.origins import origin_text
from helpdesk.ids import new_id
from helpdesk.work import current_work

REDACTED = '{"redacted":true}'
ROWS_AT_ONCE = 500
"""How many rows one statement writes: a bulk change makes thousands, each with a whole ticket."""


class Actor(Protocol):
    """Whoever does something: a person of this tenant."""

    @property
    def id(self) -> UUID: ...
    @property
    def name(self) -> str: ...


def record(actor: Actor | None, event: Event) -> None:
    """Write `event` to the log when this unit of work ends. `actor` None: the hub itself did it."""
    _keep(actor, event, new_id(), _document(actor, event))


def record_past(actor: Actor | None, event: Event, *, event_id: UUID, at: datetime) -> None:
    """As `record`, for what happened elsewhere before: the row stands where it is recorded, and says when it happened.

    `recorded_at` never goes back, so the moment stands in the payload, as `occurredAt`.
    """
    _keep(actor, event, event_id, _document(actor, event) | {"occurredAt": rfc3339(at)})


def write_now() -> None:
    """Write what was recorded so far: for those who read the log in the transaction that writes it, at its end."""
    work = current_work()
    if work.recorded:
        _flush(work.recorded)
        work.recorded.clear()


def _keep(actor: Actor | None, event: Event, event_id: UUID, document: dict[str, Any]) -> None:
    work = current_work()
    payload = rfc8785.dumps(document)
    work.flush = _flush
    work.recorded.append(
        Entry(
            id=event_id,
            type=event.type,
            actor=actor.id if actor else None,
            ticket=ticket_of(event),
            audience=audience_of(event),
            payload=payload.decode(),
            payload_sha256=hashlib.sha256(payload).digest(),
        )
    )


def redact(*, ticket_ids: Collection[UUID], comment_id: UUID) -> None:
    """Take a deleted comment's text out of the rows that told of it and its files, and of who was told.

    `ticket_ids`: every ticket on which it has stood. The chain stays whole.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE event SET payload = %s WHERE ticket = ANY(%s)"
            " AND (type IN ('comment.added', 'comment.updated') AND payload::jsonb #>> '{data,comment,id}' = %s"
            " OR type IN ('attachment.added', 'attachment.scanned')"
            " AND payload::jsonb #>> '{data,attachment,commentId}' = %s"
            " OR type = 'notification.created' AND payload::jsonb #>> '{data,notification,data,commentId}' = %s)",
            [REDACTED, list(ticket_ids), str(comment_id), str(comment_id), str(comment_id)],
        )


def redact_attachment(*, ticket_ids: Collection[UUID], attachment_id: UUID) -> None:
    """Take a deleted attachment's name out of the rows that told of it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE event SET payload = %s WHERE ticket = ANY(%s)"
            " AND type IN ('attachment.added', 'attachment.scanned')"
            " AND payload::jsonb #>> '{data,attachment,id}' = %s",
            [REDACTED, list(ticket_ids), str(attachment_id)],
        )


def redact_person(person_id: UUID, *, known_now: str, after: int, upto: int) -> list[int]:
    """Take the payload out of the rows `after < seq <= upto` that name somebody, but for those that name them as they
    are `known_now`, since they were erased. The seqs of the rows that lost theirs.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE event SET payload = %s WHERE seq > %s AND seq <= %s AND position(%s in payload) > 0"
            " AND position(%s in payload) = 0 AND type <> 'user.erased' RETURNING seq",
            [REDACTED, after, upto, str(person_id), known_now],
        )
        return [seq for (seq,) in cursor.fetchall()]


def forget_rows(*, upto: int) -> int:
    """Remove the log's beginning up to this seq. Its last hash stays as the anchor that the rest is chained to."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT anchor_seq FROM event_head WHERE id = 1 FOR UPDATE")
        (anchor,) = cursor.fetchone()
        cursor.execute("SELECT hash FROM event WHERE seq = %s", [upto])
        found = cursor.fetchone()
        if upto <= anchor or found is None:
            return 0
        cursor.execute("SET LOCAL hub.retention = 'on'")
        cursor.execute("DELETE FROM event WHERE seq <= %s", [upto])
        removed = int(cursor.rowcount)
        cursor.execute("SET LOCAL hub.retention = 'off'")
        cursor.execute("UPDATE event_head SET anchor_seq = %s, anchor_hash = %s WHERE id = 1", [upto, found[0]])
        return removed


def forget_origins(*, upto: int) -> int:
    """Nobody knows any more from where things were done up to this seq; how many rows that changed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT forgotten_seq FROM event_head WHERE id = 1")
        (already,) = cursor.fetchone()
        if upto <= already:
            return 0
        cursor.execute("UPDATE event SET origin = '' WHERE seq > %s AND seq <= %s AND origin <> ''", [already, upto])
        forgotten = int(cursor.rowcount)
        cursor.execute("UPDATE event_head SET forgotten_seq = %s WHERE id = 1", [upto])
        return forgotten


def _document(actor: Actor | None, event: Event) -> dict[str, Any]:
    data = event.model_dump(mode="json", by_alias=True, exclude={"type", "changes"})
    document: dict[str, Any] = {"actor": {"id": str(actor.id), "name": actor.name} if actor else None, "data": data}
    changes = getattr(event, "changes", None)
    if changes is not None:
        document["changes"] = {field: list(pair) for field, pair in changes.items()}
    return document


def _flush(entries: list[Entry]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT epoch, last_seq, last_hash FROM event_head WHERE id = 1 FOR UPDATE")
        epoch, begin, start = cursor.fetchone()
        seq, start, moment = begin, bytes(start), now()
        before = start
        rows: list[list[Any]] = []
        place = origin_text(origin.current())
        for entry in entries:
            seq += 1
            before = chain_hash(before, seq=seq, entry=entry, recorded_at=rfc3339(moment))
            row = [seq, entry.id, entry.type, entry.actor, entry.ticket, entry.audience.floor.value]
            rows.append([*row, list(entry.audience.people), entry.payload, entry.payload_sha256, moment, before, place])
        while len(rows) > ROWS_AT_ONCE:
            cursor.execute(_inserting(ROWS_AT_ONCE), list(chain.from_iterable(rows[:ROWS_AT_ONCE])))
            del rows[:ROWS_AT_ONCE]
        cursor.execute(
            "WITH woken AS (INSERT INTO public.wakeup (tenant_id, kind, due_at, due_since)"
            " VALUES (%s, 'dispatch', %s, %s)"
            " ON CONFLICT (tenant_id, kind) DO UPDATE SET due_at = excluded.due_at,"
            " due_since = least(wakeup.due_since, excluded.due_since)"
            " WHERE wakeup.due_at > excluded.due_at),"
            f" written AS ({_inserting(len(rows))})"
            " UPDATE event_head SET last_seq = %s, last_hash = %s WHERE id = 1",
            [desk.current().id, moment, moment, *chain.from_iterable(rows), seq, before],
        )
    offer = offer_of(entries, epoch=epoch, first_seq=begin + 1, before=start, after=before, recorded_at=moment)
    transaction.on_commit(partial(bell.ring, desk.current().id, seq, offer), robust=True)


def _inserting(rows: int) -> str:
    row = "(%s, %s, %s, %s, %s, %s, %s::uuid[], %s, %s, %s, %s, %s)"
    return (
        "INSERT INTO event (seq, id, type, actor, ticket, floor, people, payload, payload_sha256, recorded_at, hash,"
        " origin)"
        f" VALUES {', '.join([row] * rows)}"
    )
