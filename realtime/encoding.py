"""Frames that many get, encoded once: an event once per projection, its frame once per stream and class."""

from __future__ import annotations

from uuid import UUID

import orjson

from helpdesk.events.queries import LogRow, event_shape
from helpdesk.events.rules import Viewer
from realtime.census import census
from realtime.closing import Ending
from realtime.protocol import Goodbye, Reset, ServerFrame, Subscribed, Synced
from realtime.wire import Frame


class EncodedRow:
    """A row of the log and the JSON of its event, made when first asked for."""

    __slots__ = ("_by_viewer", "row")

    def __init__(self, row: LogRow) -> None:
        self.row = row
        self._by_viewer: dict[UUID | None, bytes] = {}

    def event_json(self, viewer: Viewer) -> bytes:
        """`{id, type, occurredAt, actor, data, changes?}` as the viewer may have it. All staff share one."""
        projection = None if viewer.role.is_staff else viewer.id
        known = self._by_viewer.get(projection)
        if known is None:
            known = self._by_viewer[projection] = orjson.dumps(event_shape(self.row, viewer))
        return known

    def frame(self, stream: str, viewer: Viewer, *, prev: int) -> Frame:
        head = {"type": "event", "stream": stream, "seq": self.row.seq, "prev": prev}
        return Frame(orjson.dumps(head | {"event": orjson.Fragment(self.event_json(viewer))}))


def frame_of(frame: ServerFrame) -> Frame:
    return Frame(frame.text())


def subscribed(stream: str, epoch: UUID, seq: int, *, frame_id: str | int | None) -> Frame:
    return frame_of(Subscribed(stream=stream, epoch=epoch, seq=seq, id=frame_id))


def synced(stream: str, epoch: UUID, seq: int) -> Frame:
    return frame_of(Synced(stream=stream, epoch=epoch, seq=seq))


def goodbye(ending: Ending) -> Frame:
    return frame_of(
        Goodbye(code=ending.code, reason=ending.reason, come_back_in_ms=census.come_back_in_ms()),
    )


def reset(stream: str, epoch: UUID, seq: int) -> Frame:
    return frame_of(Reset(stream=stream, epoch=epoch, seq=seq))
