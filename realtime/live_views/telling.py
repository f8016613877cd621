"""Frames of live views: what is the same for all their readers is encoded once, whatever they call their stream."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from uuid import UUID

import orjson

from realtime.live_views.members import Members
from realtime.live_views.rows import Change, Row
from realtime.wire import Frame

MOST_BYTES = 256 * 1024
"""Of the rows in one frame: clients refuse frames over a megabyte, and a slow one should take them one by one."""


@dataclass(frozen=True, slots=True)
class Told:
    """How many tickets stand in a view, as clients are told."""

    count: int
    is_capped: bool

    @classmethod
    def of(cls, members: Members) -> Told:
        return cls(members.count, members.is_capped)

    def shape(self) -> dict[str, Any]:
        return {"count": self.count, "isCapped": self.is_capped}


class ViewFrame:
    """One `view` frame, for streams of different names."""

    def __init__(self, change: Change, told: Told) -> None:
        rest = {
            "entered": [_placed(place, row) for place, row in change.entered],
            "changed": [_placed(place, row) for place, row in change.changed],
            "left": change.left,
            **told.shape(),
        }
        self._rest = orjson.dumps(rest)[1:]
        self.is_large = len(self._rest) > MOST_BYTES

    def frame(self, stream: str, *, seq: int, prev: int) -> Frame:
        head = orjson.dumps({"type": "view", "stream": stream, "seq": seq, "prev": prev})
        return Frame(head[:-1] + b"," + self._rest)


def window_frames(stream: str, epoch: UUID, seq: int, rows: Sequence[Row], told: Told) -> list[Frame]:
    """The whole window; in several frames where its rows are large, all but the last with `isPartial`."""
    cuts = [0, *_cuts(rows), len(rows)]
    head = {"type": "window", "stream": stream, "epoch": str(epoch), "seq": seq}
    return [
        Frame(
            orjson.dumps(
                head
                | {"rows": [orjson.Fragment(row.json) for row in rows[begin:end]]}
                | told.shape()
                | ({"isPartial": True} if end < len(rows) else {})
            )
        )
        for begin, end in pairwise(cuts)
    ]


def _cuts(rows: Sequence[Row]) -> list[int]:
    cuts, size = list[int](), 0
    for place, row in enumerate(rows):
        if size and size + len(row.json) > MOST_BYTES:
            cuts.append(place)
            size = 0
        size += len(row.json)
    return cuts


def _placed(place: int, row: Row) -> dict[str, Any]:
    return {"at": place, "ticket": orjson.Fragment(row.json)}
