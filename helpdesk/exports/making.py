"""Making one export: its rows into a file without a name, the file into the store, and only then it is done.

A process that is killed in the middle leaves nothing on the disk, at most a key in the store that goes by itself, and a
lease that ends: then the export is begun anew.
"""

from __future__ import annotations

import time
from tempfile import TemporaryFile
from typing import BinaryIO

import structlog

from helpdesk.errors import HelpdeskError
from helpdesk.exports.actions import (
    Claim,
    GivenUp,
    expect_file,
    fail_export,
    finish_export,
    note_progress,
    postpone_export,
    reader_of,
)
from helpdesk.exports.rules import ROWS_A_PAGE, SIGN_EVERY_S, require_size, upload_lease
from helpdesk.exports.tables import zone_for
from helpdesk.exports.writers import writer_for
from helpdesk.objects import store
from helpdesk.vocabulary import ExportFormat, ExportProblem
from helpdesk.work import unit_of_work

MIME_TYPES = {ExportFormat.CSV: "text/csv; charset=utf-8", ExportFormat.PDF: "application/pdf"}
_PROBLEMS = {problem.value: problem for problem in (ExportProblem.TOO_LARGE, ExportProblem.NO_FONT)}
"""By the reason of a refusal."""

_log = structlog.get_logger(__name__)


def make_export(claim: Claim) -> None:
    """From the first row to the file in the store. Called outside any transaction, in the tenant."""
    try:
        with TemporaryFile() as file:
            rows = _write(claim, file)
            _store(claim, file, rows)
    except GivenUp:
        _log.info("export_given_up", export=str(claim.id))
    except store.StoreAway:
        _end(claim, None)
    except HelpdeskError as refused:
        _log.info("export_refused", export=str(claim.id), code=refused.code)
        _end(claim, _PROBLEMS.get(refused.details[0].code if refused.details else "", ExportProblem.NOT_ALLOWED))


def _write(claim: Claim, file: BinaryIO) -> int:
    """Every page in a transaction of its own, seen by the person as they are then. Says how many rows."""
    zone = zone_for(claim.told.time_zone)
    with unit_of_work():
        person = reader_of(claim)
        columns, expected = claim.table.columns(person, zone), claim.table.count(person)
        note_progress(claim, rows=0, expected=expected)
    if claim.table.is_counted:
        require_size(claim.format, expected)
    writer = writer_for(claim.format, file, columns, table=claim.table, told=claim.told, zone=zone)
    place, rows, told_at = "", 0, time.monotonic()
    while True:
        with unit_of_work():
            page = claim.table.page(reader_of(claim), place, limit=ROWS_A_PAGE)
            rows += len(page.rows)
            if time.monotonic() - told_at > SIGN_EVERY_S:
                note_progress(claim, rows=rows)
                told_at = time.monotonic()
        require_size(claim.format, rows)
        writer.add(page.rows)
        if page.next is None:
            writer.end(rows)
            return rows
        place = page.next


def _store(claim: Claim, file: BinaryIO, rows: int) -> None:
    size = file.tell()
    file.seek(0)
    with unit_of_work():
        expect_file(claim, rows=rows, lease=upload_lease(size))
    store.put_in_parts(claim.key, file, mime_type=MIME_TYPES[claim.format])
    with unit_of_work():
        finish_export(claim, size=size)


def _end(claim: Claim, problem: ExportProblem | None) -> None:
    try:
        with unit_of_work():
            if problem is None:
                postpone_export(claim)
            else:
                fail_export(claim, problem)
    except GivenUp:
        _log.info("export_given_up", export=str(claim.id))
