"""Files of tickets: looked at as every upload is, put under a key of this desk, and held by their rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from tempfile import SpooledTemporaryFile
from typing import IO
from uuid import UUID

from django.conf import settings
from django.db import transaction

from helpdesk import desk
from helpdesk.attachments.kinds import HEAD, fits
from helpdesk.attachments.models import Attachment
from helpdesk.attachments.scans import awaiting_scan
from helpdesk.attachments.shapes import attachment_payload
from helpdesk.clock import now
from helpdesk.events import catalogue
from helpdesk.events.log import record_past
from helpdesk.ids import new_id
from helpdesk.importing.rules.attachments import NewAttachment, StoredFile
from helpdesk.importing.rules.values import NotTaken, made_id
from helpdesk.objects import store
from helpdesk.objects.actions import expect_object, hold_object
from helpdesk.objects.rules import key_of
from helpdesk.people.models import Person
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.shapes import ticket_payload

HELD_FOR = timedelta(hours=6)
"""How long a file may wait for the rest of its page; one that nobody held by then is swept."""
IN_MEMORY, CHUNK = 1024 * 1024, 256 * 1024


def require_fitting(attachment: NewAttachment, size: int, head: bytes) -> None:
    """As for uploads: not too large, and by its first bytes of the type that it says. Raises NotTaken."""
    if size > settings.ATTACHMENT_MAX_BYTES:
        raise NotTaken(f"its file is larger than the {settings.ATTACHMENT_MAX_BYTES // (1024 * 1024)} MB of files here")
    if not fits(attachment.mime_type, head, is_whole=size <= HEAD):
        raise NotTaken(f"its file is not of the type {attachment.mime_type}")


def keep_file(attachment: NewAttachment, content: IO[bytes]) -> StoredFile:
    """Read the file through, look at it, and put it into the store. Outside any transaction. Raises NotTaken."""
    sha256, head, size = hashlib.sha256(), b"", 0
    with SpooledTemporaryFile(max_size=IN_MEMORY) as copy:
        for piece in _pieces(content):
            sha256.update(piece)
            head, size = (head + piece)[:HEAD], size + len(piece)
            if size > settings.ATTACHMENT_MAX_BYTES:
                break
            copy.write(piece)
        require_fitting(attachment, size, head)
        copy.seek(0)
        key = _expected_key(attachment)
        store.put(key, copy, size=size)
    return StoredFile(attachment, key, size, sha256.digest())


def attachment_row(file: StoredFile, ticket: Ticket, people: Mapping[UUID, Person]) -> Attachment:
    """The row, not written yet."""
    new = file.attachment
    return Attachment(
        id=new.id,
        ticket=ticket,
        uploader=people[new.uploader_id],
        filename=new.filename,
        key=file.key,
        size=file.size,
        mime_type=new.mime_type,
        sha256=file.sha256,
        created_at=new.created_at,
        **awaiting_scan(),
    )


def tell_attachment(attachment: Attachment, ticket: Ticket) -> None:
    """That it was added, then."""
    ticket.last_activity_at = max(ticket.last_activity_at, attachment.created_at)
    event = catalogue.AttachmentAdded(ticket=ticket_payload(ticket), attachment=attachment_payload(attachment))
    event_id = made_id(attachment.id, "attachment.added")
    record_past(attachment.uploader, event, event_id=event_id, at=attachment.created_at)


def keep_files(attachments: Sequence[Attachment]) -> None:
    """Write the rows, which hold their files from now on. Raises StoreAway where one was swept meanwhile."""
    Attachment.objects.bulk_create(attachments)
    for attachment in attachments:
        if not hold_object(attachment.key, comment_id=None):
            raise store.StoreAway("A file was swept before its page was written. Run it again.")


def _expected_key(attachment: NewAttachment) -> str:
    """A key of its own each time: what a process that was killed has left behind is swept."""
    tenant_id, moment = desk.current().id, now()
    key = f"{key_of(tenant_id, ticket_id=attachment.ticket_id, object_id=attachment.id)}.{new_id().hex}"
    with transaction.atomic():
        expect_object(key, ticket_id=attachment.ticket_id, put_until=moment, remove_at=moment + HELD_FOR)
    return key


def _pieces(content: IO[bytes]) -> Iterator[bytes]:
    while piece := content.read(CHUNK):
        yield piece
