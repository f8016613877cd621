"""What exports are called, and how much of them there may be. Pure."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from helpdesk.errors import Conflict

ROWS_A_PAGE = 500
"""Read at once: about a twentieth of a second of work, and half a megabyte."""
MOST_STREAMS_OF_ONE = 2
MOST_STREAMS = 8
"""At once in one process; each costs a page of memory, and its share of the process."""
SEPARATORS = {"comma": ",", "semicolon": ";"}


class TooManyExports(Conflict):
    """So many exports are under way that this one has to wait: try again when one of them has ended."""

    reason = "too_many_exports"


def file_name(stem: str, extension: str, *, moment: datetime, zone: ZoneInfo) -> str:
    """`tickets-2026-03-02.csv`: the day is the zone's."""
    return f"{stem}-{moment.astimezone(zone):%Y-%m-%d}.{extension}"


def require_place(*, own: int, all_of_them: int, most_of_one: int, most: int) -> None:
    """Raise TooManyExports where somebody, or everybody together, has as many under way as there may be."""
    if own >= most_of_one or all_of_them >= most:
        raise TooManyExports(data={"underWay": own, "most": most_of_one})
