"""What exports are called, and how much of them there may be. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from helpdesk.errors import Conflict
from helpdesk.vocabulary import ExportFormat

ROWS_A_PAGE = 500
"""Read at once: about a twentieth of a second of work, and half a megabyte."""
MOST_STREAMS_OF_ONE = 2
MOST_STREAMS = 8
"""At once in one process; each costs a page of memory, and its share of the process."""
MOST_DRAWN_OF_ONE = 1
MOST_DRAWN = 2
"""Documents at once in one process: each may take some seconds of it."""
MOST_OF_ONE = 3
MOST_OF_A_DESK = 10
"""Waiting or being made in the background; they are made one after another."""
MOST_ROWS_OF_PDF = 5_000
KEPT = timedelta(days=3)
"""How long a file lies there for whoever asked for it."""
LINK_LASTS = timedelta(seconds=60)
LEASE = timedelta(seconds=45)
"""After so long without a sign of life whoever makes a file counts as dead."""
SIGN_EVERY_S = 1.0
UPLOAD_LEASE = timedelta(minutes=2)
BYTES_A_SECOND = 1_000_000
"""The slowest that a store is thought to be."""
MOST_ATTEMPTS = 5
STORE_AWAY = timedelta(seconds=30)
SEPARATORS = {"comma": ",", "semicolon": ";"}


class TooManyExports(Conflict):
    """So many exports are under way that this one has to wait: try again when one of them has ended."""

    reason = "too_many_exports"


class TooLarge(Conflict):
    """PDF is for reading: at most 5,000 rows. Take CSV, or ask for less."""

    reason = "too_large"


def file_name(stem: str, extension: str, *, moment: datetime, zone: ZoneInfo) -> str:
    """`tickets-2026-03-02.csv`: the day is the zone's."""
    return f"{stem}-{moment.astimezone(zone):%Y-%m-%d}.{extension}"


def require_place(*, own: int, all_of_them: int, most_of_one: int, most: int) -> None:
    """Raise TooManyExports where somebody, or everybody together, has as many under way as there may be."""
    if own >= most_of_one or all_of_them >= most:
        raise TooManyExports(data={"underWay": own, "most": most_of_one})


def upload_lease(size: int) -> timedelta:
    """How long a file of so many bytes may take to the store."""
    return UPLOAD_LEASE + timedelta(seconds=size / BYTES_A_SECOND)


def require_size(format_: ExportFormat, rows: int) -> None:
    """Raise TooLarge where a document would have more rows than somebody reads."""
    if format_ is ExportFormat.PDF and rows > MOST_ROWS_OF_PDF:
        raise TooLarge(data={"rows": rows, "most": MOST_ROWS_OF_PDF})
