"""The newest rows of a tenant's log, kept so that a short absence costs staff no query.

Requesters do not read it: whether they still see a ticket's rows is asked of the database. Whatever
may have taken a text back empties it, because what it holds was read before.
"""

from __future__ import annotations

from collections import deque
from itertools import islice

from helpdesk.events.queries import LogRow
from realtime.encoding import EncodedRow

MOST_ROWS = 1000
MOST_BYTES = 4 * 1024 * 1024
"""Of payload text."""


class Ring:
    """All rows with `seq > floor` up to the newest, without gaps."""

    def __init__(self, floor: int) -> None:
        self._rows: deque[EncodedRow] = deque()
        self._bytes = 0
        self.floor = floor

    def append(self, encoded: EncodedRow) -> None:
        self._rows.append(encoded)
        self._bytes += len(encoded.row.payload)
        while len(self._rows) > MOST_ROWS or self._bytes > MOST_BYTES:
            gone = self._rows.popleft().row
            self._bytes -= len(gone.payload)
            self.floor = gone.seq

    def forget(self, floor: int) -> None:
        """Hold nothing up to `floor`, which is the newest row."""
        self._rows.clear()
        self._bytes = 0
        self.floor = floor

    def after(self, seq: int, limit: int) -> list[EncodedRow] | None:
        """At most `limit` rows after `seq`; None where it does not reach back so far."""
        if seq < self.floor:
            return None
        skipped = seq - self.floor
        return list(islice(self._rows, skipped, skipped + limit))


def takes_back(row: LogRow) -> bool:
    """May the texts of earlier rows have been redacted together with this row?"""
    return row.type in ("comment.deleted", "attachment.deleted", "ticket.deleted") or row.type.startswith("user.")
