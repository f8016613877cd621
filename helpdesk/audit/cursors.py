"""Where a page of the audit ends: in the log and among the accesses, each by its own place."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson

from helpdesk.paging import CursorRefused, read_moment, read_number, read_uuid


@dataclass(frozen=True, slots=True)
class Place:
    """What comes next is older: rows of the log before `seq`, accesses before `(at, id)`. None: from the newest."""

    seq: int | None = None
    at: datetime | None = None
    id: UUID | None = None

    def written(self) -> str:
        told = [self.seq, self.at.isoformat() if self.at else None, str(self.id) if self.id else None]
        return base64.urlsafe_b64encode(orjson.dumps(told)).decode().rstrip("=")


def read_place(text: str) -> Place:
    """Raises CursorRefused for what `written` has not written."""
    try:
        told = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        seq, at, id_ = told
        return Place(
            None if seq is None else read_number(seq),
            None if at is None else read_moment(at),
            None if id_ is None else read_uuid(id_),
        )
    except (binascii.Error, ValueError, TypeError, AttributeError, UnicodeError) as error:
        raise CursorRefused from error
