"""The files of a page's tickets: fetched and kept before the page is written, because a store is never asked in it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings

from helpdesk.attachments.kinds import DEFAULT_TYPES, HEAD
from helpdesk.importing.actions.attachments import keep_file, require_fitting
from helpdesk.importing.rules.attachments import NewAttachment, StoredFile, attachment_of, note_size
from helpdesk.importing.rules.values import Known, Notes, NotTaken, Row, id_of, made_id
from tenants import context
from tenants.importing.run import DELETED_HERE, Run


def fetch_files(
    run: Run,
    rows: list[Row],
    *,
    ticket_id: UUID,
    creator_id: UUID,
    since: datetime,
    known: Known,
    here: set[UUID],
    told: set[UUID],
) -> list[StoredFile]:
    """Those of one ticket that are not here yet; each that cannot be taken is in the report."""

    def mapped(row: Row, notes: Notes) -> StoredFile:
        if made_id(id_of(row["id"]), "attachment.added") in told:
            raise NotTaken(DELETED_HERE)
        found = attachment_of(
            row,
            ticket_id=ticket_id,
            creator_id=creator_id,
            since=since,
            types=settings.ATTACHMENT_TYPES or DEFAULT_TYPES,
            known=known,
            now=run.now,
        )
        return _fetch(run, found, notes)

    new = [row for row in rows if id_of(row["id"]) not in here]
    run.report.here("Attachment", len(rows) - len(new))
    found = [run.take("Attachment", row, lambda notes, row=row: mapped(row, notes)) for row in new]
    return [file for file in found if file]


def _fetch(run: Run, attachment: NewAttachment, notes: Notes) -> StoredFile:
    with run.files.opened(attachment.places) as (size, content):
        if run.dry or run.here is None:
            require_fitting(attachment, size, content.read(HEAD))
            file = StoredFile(attachment, "", size, b"")
        else:
            with context.tenant(run.here.ref):
                file = keep_file(attachment, content)
    note_size(attachment, file.size, notes)
    return file
