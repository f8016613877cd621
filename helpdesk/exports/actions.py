"""Asking for exports, making them one after another, giving them up. Who took what is in the log.

A file is made by whoever began last: their attempt's number stands in the row, and every step names it. So a worker
that was thought dead and is not, or one whose export was given up, finds its word worth nothing, and stops.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from helpdesk import desk
from helpdesk.clock import now
from helpdesk.errors import Conflict, Unauthorized
from helpdesk.events.export_events import (
    ExportCreated,
    ExportDeleted,
    ExportDownloaded,
    ExportFinished,
    ExportStreamed,
)
from helpdesk.events.log import record
from helpdesk.exports.fonts import require_fonts
from helpdesk.exports.kinds import OPERATIONS, table_of
from helpdesk.exports.models import Export
from helpdesk.exports.queries import count_under_way, get_export, next_due
from helpdesk.exports.rules import (
    KEPT,
    LEASE,
    MOST_ATTEMPTS,
    MOST_OF_A_DESK,
    MOST_OF_ONE,
    STORE_AWAY,
    file_name,
    require_place,
    require_size,
)
from helpdesk.exports.schemas import Told, asked_json
from helpdesk.exports.shapes import export_payload
from helpdesk.exports.tables import Table, zone_for
from helpdesk.objects import store
from helpdesk.objects.actions import expect_object, keep_object, remove_object
from helpdesk.objects.rules import export_key_of
from helpdesk.people.models import Person
from helpdesk.permissions import require
from helpdesk.shapes import Shape
from helpdesk.vocabulary import ExportFormat, ExportKind, ExportProblem, ExportStatus
from helpdesk.wakeups import settle, wake

WAKEUP = "exports"
_LOCK = 31
"""With the desk's own number: whoever asks for an export waits for who does the same."""


class NotReady(Conflict):
    """This export has no file: it is still being made, or has failed."""

    reason = "not_ready"


class GivenUp(Exception):
    """The export is gone, or somebody else is making it by now."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One attempt at one export."""

    id: UUID
    attempt: int
    person_id: UUID
    kind: ExportKind
    format: ExportFormat
    table: Table
    told: Told
    key: str


def note_streamed(actor: Person, *, what: ExportKind, format_: ExportFormat, asked: Shape, **named: str) -> None:
    """Somebody gets this as an answer. `named`: what the address named besides."""
    record(actor, ExportStreamed(what=what, format=format_, query=named | asked_json(asked)))


def create_export(
    actor: Person, *, kind: ExportKind, format_: ExportFormat, query: dict[str, Any], told: Told
) -> Export:
    """Have a file made. What is wrong with the question is refused now."""
    require(actor, "createExport")
    require(actor, OPERATIONS[kind])
    if not store.is_set():
        raise store.StoreAway("This hub has no store of files.")
    zone, table = zone_for(told.time_zone), table_of(kind, query)
    table.columns(actor, zone)
    table.page(actor, "", limit=1)
    if format_ is ExportFormat.PDF:
        require_fonts()
        require_size(format_, table.count(actor) if table.is_counted else 0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, desk.current().id.int % 2**31])
    own, all_of_them = count_under_way(actor)
    require_place(own=own, all_of_them=all_of_them, most_of_one=MOST_OF_ONE, most=MOST_OF_A_DESK)
    moment = now()
    export = Export.objects.create(
        person=actor,
        kind=kind.value,
        format=format_.value,
        query=query,
        told=asked_json(told),
        filename=file_name(table.stem, format_.value, moment=moment, zone=zone),
        created_at=moment,
        expires_at=moment + KEPT,
    )
    record(actor, ExportCreated(export=export_payload(export)))
    wake(WAKEUP, moment)
    return export


def delete_export(actor: Person, export_id: UUID) -> None:
    """Whoever is making it stops; its file is removed."""
    require(actor, "deleteExport")
    export = get_export(actor, export_id, lock=True)
    if export.key:
        remove_object(export.key)
    gone = ExportDeleted(
        export_id=export.id,
        user_id=export.person_id,
        what=ExportKind(export.kind),
        format=ExportFormat(export.format),
    )
    export.delete()
    record(actor, gone)


def fetch_export(actor: Person, export_id: UUID) -> Export:
    """The export, for somebody who is led to its file now: who may still see what is in it."""
    require(actor, "downloadExport")
    export = get_export(actor, export_id)
    kind = ExportKind(export.kind)
    require(actor, OPERATIONS[kind])
    if export.status != ExportStatus.DONE.value:
        raise NotReady
    format_ = ExportFormat(export.format)
    record(
        actor,
        ExportDownloaded(export_id=export.id, user_id=export.person_id, what=kind, format=format_),
    )
    return export


def claim_export() -> Claim | None:
    """The next one that is due, for a lease. One after another: while one is being made the others wait."""
    moment = now()
    if Export.objects.filter(status=ExportStatus.RUNNING.value, due_at__gt=moment).exists():
        return None
    due = Export.objects.filter(due_at__lte=moment, expires_at__gt=moment).order_by("created_at", "id")
    export = due.select_for_update(skip_locked=True).first()
    if export is None:
        return None
    if export.attempts >= MOST_ATTEMPTS:
        _end(export, ExportStatus.FAILED, ExportProblem(export.problem or ExportProblem.BROKEN.value))
        return claim_export()
    export.attempts, export.status, export.due_at = export.attempts + 1, ExportStatus.RUNNING.value, moment + LEASE
    export.started_at, export.rows_done = export.started_at or moment, 0
    export.save(update_fields=["attempts", "status", "due_at", "started_at", "rows_done"])
    kind = ExportKind(export.kind)
    return Claim(
        id=export.id,
        attempt=export.attempts,
        person_id=export.person_id,
        kind=kind,
        format=ExportFormat(export.format),
        table=table_of(kind, export.query),
        told=Told.model_validate(export.told),
        key=export_key_of(desk.current().id, export_id=export.id, attempt=export.attempts),
    )


def reader_of(claim: Claim) -> Person:
    """Whoever asked for it, as they are now. Raises where they may no longer see what is in it."""
    person = Person.objects.filter(id=claim.person_id, is_active=True).first()
    if person is None:
        raise Unauthorized
    require(person, "createExport")
    require(person, OPERATIONS[claim.kind])
    return person


def note_progress(claim: Claim, *, rows: int, expected: int | None = None, lease: timedelta = LEASE) -> None:
    """It goes on. Raises GivenUp where nobody wants it any more."""
    known = {} if expected is None else {"rows_expected": expected}
    mine = Export.objects.filter(id=claim.id, attempts=claim.attempt, status=ExportStatus.RUNNING.value)
    if not mine.update(rows_done=rows, due_at=now() + lease, **known):
        raise GivenUp


def expect_file(claim: Claim, *, rows: int, lease: timedelta) -> None:
    """The file is about to be put into the store; unless the export ends well in time, it goes from there."""
    note_progress(claim, rows=rows, lease=lease)
    expect_object(claim.key, ticket_id=None, put_until=now() + lease, remove_at=now() + 2 * lease)


def finish_export(claim: Claim, *, size: int) -> None:
    """The file is there, and theirs who asked for it until it expires."""
    export = _mine(claim)
    reader_of(claim)
    if not keep_object(claim.key, until=export.expires_at):
        raise GivenUp
    export.key, export.file_size = claim.key, size
    _end(export, ExportStatus.DONE, None)


def fail_export(claim: Claim, problem: ExportProblem) -> None:
    """It cannot be made."""
    _end(_mine(claim), ExportStatus.FAILED, problem)


def postpone_export(claim: Claim) -> None:
    """The store is away: another attempt, later."""
    export = _mine(claim)
    export.status, export.due_at = ExportStatus.WAITING.value, now() + STORE_AWAY
    export.problem = ExportProblem.STORE_AWAY.value if export.attempts >= MOST_ATTEMPTS else ""
    export.save(update_fields=["status", "due_at", "problem"])


def rest() -> bool:
    """The next one is looked at when it is due. Says whether none is now."""
    due = settle(WAKEUP, next_due)
    return due is None or due > now()


def forget_old_exports() -> int:
    """Those that have expired; their files go by themselves. Says how many."""
    return Export.objects.filter(expires_at__lte=now()).delete()[0]


def _mine(claim: Claim) -> Export:
    mine = Export.objects.filter(id=claim.id, attempts=claim.attempt, status=ExportStatus.RUNNING.value)
    export = mine.select_for_update().first()
    if export is None:
        raise GivenUp
    return export


def _end(export: Export, status: ExportStatus, problem: ExportProblem | None) -> None:
    export.status, export.problem, export.due_at, export.finished_at = status.value, problem or "", None, now()
    if status is ExportStatus.DONE:
        export.rows_expected = export.rows_done
    export.save()
    record(None, ExportFinished(export=export_payload(export)))
