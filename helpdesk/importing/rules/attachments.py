"""Attachments as ours, and where their files may lie. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote
from uuid import UUID

from helpdesk.attachments.kinds import is_dangerous_name
from helpdesk.attachments.rules import MIME_TYPE, clean_filename
from helpdesk.importing.rules.values import Known, Notes, NotNeeded, NotTaken, Row, id_of, is_deleted, moment_of, quoted

_TYPE = re.compile(MIME_TYPE)
_AUTHORITY = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://[^/]*/?")
MOST_NAME = 255


@dataclass(frozen=True, slots=True)
class NewAttachment:
    """A file's row as it will stand here. `places`: under which keys its file may lie, the likeliest first."""

    id: UUID
    ticket_id: UUID
    uploader_id: UUID
    filename: str
    mime_type: str
    said_size: int | None
    places: list[str]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class StoredFile:
    """Its file, looked at and put under a key of this desk; `attachment` holds it when the row is written."""

    attachment: NewAttachment
    key: str
    size: int
    sha256: bytes


def attachment_of(
    row: Row,
    *,
    ticket_id: UUID,
    creator_id: UUID,
    since: datetime,
    types: Collection[str],
    known: Known,
    now: datetime,
) -> NewAttachment:
    """The attachment of a row. Nobody noted who uploaded it: it counts as its ticket's creator's. Raises NotTaken."""
    if is_deleted(row):
        raise NotNeeded("it was deleted there")
    filename = _name_of(row)
    mime_type = str(row.get("mimeType") or "").partition(";")[0].strip().lower()
    if not _TYPE.fullmatch(mime_type) or mime_type not in types:
        raise NotTaken(f"files of its type {quoted(mime_type)} are not taken here (ATTACHMENT_TYPES)")
    size = row.get("fileSize")
    uploader = known.person(row.get("uploadedById") or row.get("uploaderId"))
    return NewAttachment(
        id=id_of(row["id"]),
        ticket_id=ticket_id,
        uploader_id=uploader or creator_id,
        filename=filename,
        mime_type=mime_type,
        said_size=size if isinstance(size, int) else None,
        places=places_of(str(row.get("fileUrl") or "")),
        created_at=max(since, moment_of(row.get("createdAt"), otherwise=since, now=now)),
    )


def places_of(url: str) -> list[str]:
    """Keys that the address of a file may mean: its path, as it stands and decoded, with the bucket's name or without.

    The original wrote names into addresses as they were, so a `?` or `%` may belong to the name.
    """
    path = _AUTHORITY.sub("", url.strip(), count=1).lstrip("/")
    signed = path.partition("?X-Amz-")[0]
    found = [one for text in (signed, unquote(signed)) for one in (text, text.partition("/")[2])]
    return list(dict.fromkeys(one for one in found if one and not {"..", "."} & set(one.split("/"))))


def note_size(attachment: NewAttachment, size: int, notes: Notes) -> None:
    """Say where the file is not as large as was said."""
    if attachment.said_size not in (None, size):
        notes.add(f"its file has {size} bytes, not {attachment.said_size}")


def _name_of(row: Row) -> str:
    given = str(row.get("filename") or "")
    try:
        filename = clean_filename(given)
    except ValueError as error:
        raise NotTaken(f"its file name cannot be kept: {error}") from error
    if is_dangerous_name(filename):
        raise NotTaken("files with its ending are not taken here")
    return filename
