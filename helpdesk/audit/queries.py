"""Reading the audit: the log and the access log as one list, the newest first. Its admins see all of their desk's."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import Q

from helpdesk.access_log.models import AccessEntry
from helpdesk.audit.cursors import Place, read_place
from helpdesk.audit.schemas import AuditActor, AuditEntry, AuditMeta, AuditPage, AuditQuery, OriginShape
from helpdesk.events.origins import read_origin
from helpdesk.events.queries import seq_before
from helpdesk.people.models import Person

_EVENT = "id, type, actor, ticket, payload, origin, recorded_at, seq"
_TOLD_TO_ONE = "notification.created"
"""What somebody was told follows from what happened: it would only double the list."""


def list_audit(query: AuditQuery) -> AuditPage:
    """One page; its cursor goes on in both, each from its own place."""
    place = read_place(query.cursor) if query.cursor else Place()
    logged = _events(query, place) if query.source != "access" else []
    accesses = _accesses(query, place) if query.source != "log" else []
    found = sorted([*logged, *accesses], key=lambda placed: (placed[0], placed[1].seq or 0), reverse=True)
    page, more = [entry for _, entry in found[: query.limit]], len(found) > query.limit
    after = _place_after(page, place)
    meta = AuditMeta(limit=query.limit, next_cursor=after.written() if more else None, has_next_page=more)
    return AuditPage(data=page, meta=meta)


def _place_after(page: Iterable[AuditEntry], place: Place) -> Place:
    for entry in page:
        if entry.source == "log":
            place = Place(entry.seq, place.at, place.id)
        else:
            place = Place(place.seq, entry.occurred_at, entry.id)
    return place


def _events(query: AuditQuery, place: Place) -> list[tuple[datetime, AuditEntry]]:
    """Each with its moment in the order of the list: when it was recorded here, however long ago it happened."""
    where, given = ["type <> %s"], list[Any]([_TOLD_TO_ONE])
    for column, value in (("actor", query.user_id), ("ticket", query.ticket_id)):
        if value is not None:
            where, given = [*where, f"{column} = %s"], [*given, value]
    if query.type is not None:
        where, given = [*where, *_of_type(query.type)], [*given, *_types(query.type)]
    upper = [seq for seq in (place.seq, seq_before(query.to) + 1 if query.to else None) if seq is not None]
    if upper:
        where, given = [*where, "seq < %s"], [*given, min(upper)]
    if query.from_ is not None:
        where, given = [*where, "seq > %s"], [*given, seq_before(query.from_)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_EVENT} FROM event WHERE {' AND '.join(where)} ORDER BY seq DESC LIMIT %s",
            [*given, query.limit + 1],
        )
        return [(columns[6], _entry_of_event(*columns)) for columns in cursor.fetchall()]


def _of_type(type_: str) -> list[str]:
    """A whole type, or those below it; the desk's own are few among the tickets', and have an index of their own."""
    about_tickets = type_.partition(".")[0] in {"ticket", "comment", "attachment"}
    return ["type = %s" if "." in type_ else "type LIKE %s", *([] if about_tickets else ["ticket IS NULL"])]


def _types(type_: str) -> list[str]:
    return [type_ if "." in type_ else type_.replace("_", "\\_") + ".%"]


def _entry_of_event(
    id_: UUID, type_: str, actor: UUID | None, ticket: UUID | None, payload: str, origin: str, at: Any, seq: int
) -> AuditEntry:
    told: dict[str, Any] = orjson.loads(payload)
    by = told.get("actor") or ({"id": str(actor), "name": ""} if actor else None)
    place = read_origin(origin)
    return AuditEntry(
        id=id_,
        source="log",
        type=type_,
        occurred_at=told.get("occurredAt", at),
        actor=AuditActor(id=UUID(by["id"]), name=by["name"]) if by else None,
        ticket_id=ticket,
        changes=told.get("changes"),
        data=told.get("data", {"redacted": True}),
        origin=OriginShape.model_validate(place) if place is not None else None,
        seq=seq,
        count=1,
    )


def _accesses(query: AuditQuery, place: Place) -> list[tuple[datetime, AuditEntry]]:
    area, _, kind = (query.type or "access").partition(".")
    if area != "access" or query.ticket_id is not None:
        return []
    rows = AccessEntry.objects.order_by("-last_at", "-id")
    if kind:
        rows = rows.filter(kind=kind)
    if query.user_id is not None:
        rows = rows.filter(person_id=query.user_id)
    if query.from_ is not None:
        rows = rows.filter(last_at__gte=query.from_)
    if query.to is not None:
        rows = rows.filter(last_at__lt=query.to)
    if place.at is not None:
        rows = rows.filter(Q(last_at__lt=place.at) | Q(last_at=place.at, id__lt=place.id))
    found = list(rows[: query.limit + 1])
    names = _names(row.person_id for row in found if row.person_id)
    return [(row.last_at, _entry_of_access(row, names)) for row in found]


def _names(people: Iterable[UUID]) -> dict[UUID, str]:
    return {person.id: person.name for person in Person.objects.filter(id__in=set(people))}


def _entry_of_access(row: AccessEntry, names: dict[UUID, str]) -> AuditEntry:
    actor = AuditActor(id=row.person_id, name=names.get(row.person_id, "")) if row.person_id else None
    stranger = {} if row.person_id or not row.subject else {"addressDigest": row.subject}
    return AuditEntry(
        id=row.id,
        source="access",
        type=f"access.{row.kind}",
        occurred_at=row.last_at,
        actor=actor,
        ticket_id=None,
        changes=None,
        data=stranger,
        origin=OriginShape(client=row.client or None, operation=row.operation or None),
        seq=None,
        count=row.count,
    )
