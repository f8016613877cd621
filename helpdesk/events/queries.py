"""Reading the log. What a person gets of it is decided by `rules.may_see`, never by the caller."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from helpdesk.clock import rfc3339
from helpdesk.events.projection import for_viewer
from helpdesk.events.rules import Audience, Viewer, may_see, reaches
from helpdesk.vocabulary import Floor

_COLUMNS = (
    "e.seq, e.id, e.type, e.actor, e.ticket, e.floor, e.people, e.payload, e.recorded_at, t.requester_id"
    " FROM event e LEFT JOIN ticket t ON t.id = e.ticket"
)
ABOUT_DESK = ("team", "view", "desk", "custom_field", "tag", "macro", "ticket_template")
"""What the rows tell of that the `desk` stream carries."""
_NOTE_TOLD = (
    "SELECT 1 FROM comment c WHERE c.is_internal"
    " AND c.id = (e.payload::jsonb #>> '{data,notification,data,commentId}')::uuid"
)


@dataclass(frozen=True, slots=True)
class Head:
    """Where the log begins and ends: the rows `anchor_seq < seq <= last_seq` exist."""

    epoch: UUID
    last_seq: int
    anchor_seq: int
    last_hash: bytes
    """The chain's, at `last_seq`."""


@dataclass(frozen=True, slots=True)
class LogRow:
    """A row of the log, with the requester that its ticket has at the moment of reading."""

    seq: int
    id: UUID
    type: str
    actor: UUID | None
    ticket: UUID | None
    audience: Audience
    payload: str
    recorded_at: datetime
    requester_now: UUID | None
    hidden: frozenset[str] = frozenset()
    """Custom fields that are hidden from requesters now, where the row was read for one."""

    @property
    def is_past(self) -> bool:
        """Did it happen elsewhere, before it was recorded here? Then nobody is to be told of it as of news.

        In canonical JSON `occurredAt` is the last key, and a text; without it the last is `data`, an object.
        """
        return self.payload.endswith('"}')

    def visible_to(self, viewer: Viewer) -> bool:
        return may_see(
            viewer,
            type_=self.type,
            audience=self.audience,
            ticket=self.ticket,
            requester_now=self.requester_now,
        )


def get_head(*, lock: bool = False) -> Head:
    """The log's end and epoch, now. `lock`: nobody writes to the log until this transaction ends."""
    with connection.cursor() as cursor:
        end = " FOR UPDATE" if lock else ""
        cursor.execute(f"SELECT epoch, last_seq, anchor_seq, last_hash FROM event_head WHERE id = 1{end}")
        return _head(*cursor.fetchone())


def get_row(seq: int) -> LogRow | None:
    """The row with this seq; None where retention has removed it."""
    rows = _rows(f"SELECT {_COLUMNS} WHERE e.seq = %s", [seq])
    return rows[0] if rows else None


def get_row_by_id(event_id: UUID) -> LogRow | None:
    """The row of this event; None where retention has removed it."""
    rows = _rows(f"SELECT {_COLUMNS} WHERE e.id = %s", [event_id])
    return rows[0] if rows else None


def seq_before(moment: datetime) -> int:
    """The last seq that was recorded before this moment; the anchor's where none was. By halving: seq is in order."""
    head = get_head()
    low, high = head.anchor_seq, head.last_seq
    with connection.cursor() as cursor:
        while low < high:
            middle = (low + high + 1) // 2
            cursor.execute("SELECT recorded_at FROM event WHERE seq = %s", [middle])
            if cursor.fetchone()[0] < moment:
                low = middle
            else:
                high = middle - 1
    return low


def list_rows(*, after: int, limit: int, ticket_id: UUID | None = None) -> list[LogRow]:
    """Rows after a seq in order, for those who decide themselves who sees them."""
    where = "e.seq > %s" + (" AND e.ticket = %s" if ticket_id else "")
    given: list[Any] = [after, ticket_id] if ticket_id else [after]
    return _rows(f"SELECT {_COLUMNS} WHERE {where} ORDER BY e.seq LIMIT %s", [*given, limit])


def list_rows_and_head(*, after: int, limit: int) -> tuple[list[LogRow], Head]:
    """As `list_rows` and `get_head`, in one statement and so of one moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT h.epoch, h.last_seq, h.anchor_seq, h.last_hash, r.* FROM event_head h LEFT JOIN LATERAL"
            f" (SELECT {_COLUMNS} WHERE e.seq > %s ORDER BY e.seq LIMIT %s) r ON true WHERE h.id = 1 ORDER BY r.seq",
            [after, limit],
        )
        found = cursor.fetchall()
    return [_row(*columns) for _, _, _, _, *columns in found if columns[0] is not None], _head(*found[0][:4])


def list_rows_visible_to(
    viewer: Viewer, *, after: int, upto: int, limit: int, ticket_id: UUID | None = None
) -> list[LogRow]:
    """Rows with `after < seq <= upto` that belong to tickets and that the viewer may see, in order."""
    where = "e.seq > %s AND e.seq <= %s AND e.ticket IS NOT NULL AND e.type <> 'notification.created'"
    given: list[Any] = [after, upto]
    if ticket_id:
        where, given = where + " AND e.ticket = %s", [*given, ticket_id]
    where, given = _seen_by(viewer, where, given)
    rows = _rows(f"SELECT {_COLUMNS} WHERE {where} ORDER BY e.seq LIMIT %s", [*given, limit])
    return _as_hidden_now(rows, viewer)


def list_desk_rows(viewer: Viewer, *, after: int, upto: int, limit: int) -> list[LogRow]:
    """Rows with `after < seq <= upto` about the desk and its tools that a member of staff may see, in order."""
    where = "e.seq > %s AND e.seq <= %s AND e.ticket IS NULL AND e.type LIKE ANY (%s)"
    about = [f"{about}.%" for about in ABOUT_DESK]
    where, given = _seen_by(viewer, where, [after, upto, [*about, "user.away%"]])
    return _rows(f"SELECT {_COLUMNS} WHERE {where} ORDER BY e.seq LIMIT %s", [*given, limit])


def list_told_rows(viewer: Viewer, *, after: int, upto: int, limit: int) -> list[LogRow]:
    """What somebody was told with `after < seq <= upto`, and what became of their exports, in order.

    A requester who was an agent may have been told of others' tickets and of notes, even of their own ticket.
    """
    told = "(e.type = 'notification.created' OR e.type LIKE %s AND e.ticket IS NULL)"
    where = f"e.seq > %s AND e.seq <= %s AND {told} AND e.people @> ARRAY[%s]"
    given: list[Any] = [after, upto, "export.%", viewer.id]
    if not viewer.role.is_staff:
        own = f"t.requester_id = %s AND NOT EXISTS ({_NOTE_TOLD})"
        where, given = f"{where} AND (e.type <> 'notification.created' OR {own})", [*given, viewer.id]
    return _rows(f"SELECT {_COLUMNS} WHERE {where} ORDER BY e.seq LIMIT %s", [*given, limit])


def list_timeline_visible_to(viewer: Viewer, *, ticket_id: UUID, before: int | None, limit: int) -> list[LogRow]:
    """A ticket's events that the viewer may see, newest first."""
    where, given = "e.ticket = %s AND e.type <> 'notification.created'", list[Any]([ticket_id])
    if before is not None:
        where, given = where + " AND e.seq < %s", [*given, before]
    where, given = _seen_by(viewer, where, given)
    return _as_hidden_now(
        _rows(f"SELECT {_COLUMNS} WHERE {where} ORDER BY e.seq DESC LIMIT %s", [*given, limit]), viewer
    )


def list_comments_added_after(ticket_id: UUID, seq: int) -> list[UUID]:
    """Ids of the comments whose `comment.added` stands in the log after that seq."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT payload::jsonb #>> '{data,comment,id}' FROM event"
            " WHERE ticket = %s AND seq > %s AND type = 'comment.added' AND payload NOT LIKE %s",
            [ticket_id, seq, '{"redacted"%'],
        )
        return [UUID(id_) for (id_,) in cursor.fetchall()]


def count_replies_added_after(places: Sequence[tuple[UUID, int]], *, not_by: UUID) -> list[int]:
    """For each (ticket, seq): how many public comments of others were added to it after that seq; counted to 100."""
    if not places:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM (SELECT 1 FROM event e WHERE e.ticket = place.ticket AND e.seq > place.seq"
            " AND e.type = 'comment.added' AND e.payload NOT LIKE %s"
            " AND e.payload::jsonb #>> '{data,comment,isInternal}' = 'false'"
            " AND e.payload::jsonb #>> '{data,comment,authorId}' <> %s LIMIT 100) counted)"
            " FROM unnest(%s::uuid[], %s::bigint[]) WITH ORDINALITY AS place (ticket, seq, nth) ORDER BY nth",
            ['{"redacted"%', str(not_by), [ticket for ticket, _ in places], [seq for _, seq in places]],
        )
        return [int(count) for (count,) in cursor.fetchall()]


def event_shape(row: LogRow, viewer: Viewer) -> dict[str, Any]:
    """`{id, type, occurredAt, actor, data, changes?}` as the viewer may have it.

    A redacted row keeps its place: `data` is `{"redacted": true}`.
    """
    payload: dict[str, Any] = orjson.loads(row.payload)
    shape: dict[str, Any] = {"id": str(row.id), "type": row.type, "occurredAt": rfc3339(row.recorded_at)}
    if payload.get("redacted"):
        actor = {"id": str(row.actor), "name": ""} if row.actor else None
        return shape | {"actor": actor, "data": {"redacted": True}}
    return shape | for_viewer(payload, viewer, hidden=row.hidden)


def _seen_by(viewer: Viewer, where: str, given: list[Any]) -> tuple[str, list[Any]]:
    """`rules.may_see` as SQL; a test holds the two against each other."""
    floors = [floor.value for floor in _floors(viewer)]
    if viewer.role.is_staff:
        return f"{where} AND (e.floor = ANY(%s) OR e.people @> ARRAY[%s])", [*given, floors, viewer.id]
    named = "e.people @> ARRAY[%s] AND (t.requester_id = %s OR e.type IN ('ticket.removed', 'ticket.deleted'))"
    return f"{where} AND {named}", [*given, viewer.id, viewer.id]


def _as_hidden_now(rows: list[LogRow], viewer: Viewer) -> list[LogRow]:
    """A field may have been hidden since the rows were written."""
    if viewer.role.is_staff or not rows:
        return rows
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM custom_field WHERE NOT is_shown")
        hidden = frozenset(key for (key,) in cursor.fetchall())
    return [replace(row, hidden=hidden) for row in rows] if hidden else rows


def _floors(viewer: Viewer) -> Iterable[Floor]:
    return (floor for floor in Floor if reaches(viewer.role, floor))


def _rows(sql: str, given: list[Any]) -> list[LogRow]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return [_row(*columns) for columns in cursor.fetchall()]


def _head(epoch: UUID, last_seq: int, anchor_seq: int, last_hash: bytes) -> Head:
    return Head(epoch, last_seq, anchor_seq, bytes(last_hash))


def _row(
    seq: int,
    id_: UUID,
    type_: str,
    actor: UUID | None,
    ticket: UUID | None,
    floor: str,
    people: list[UUID],
    payload: str,
    at: datetime,
    requester: UUID | None,
) -> LogRow:
    return LogRow(seq, id_, type_, actor, ticket, Audience(Floor(floor), tuple(people)), payload, at, requester)
