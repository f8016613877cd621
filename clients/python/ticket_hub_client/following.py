"""One stream and the client's place on it: tells what is next, what came already, and what is missing. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .places import Place
from .told import Began, Ended, Happened, Refused, Reset, Shown, Synced, Told
from .window import LARGEST, LiveWindow


@dataclass(slots=True)
class Counts:
    """What went wrong and was mended."""

    tries: int = 0
    """Connections that were made or tried."""
    gaps: int = 0
    """Events were missing, so the stream was taken up again at its place."""
    repeats: int = 0
    """Events that had been told already, and were left out."""
    resets: int = 0


class Following:
    """See the module. `view`: the fields of a live view's `subscribe` frame."""

    def __init__(self, stream: str, place: Place | None, counts: Counts, *, view: dict[str, Any] | None = None) -> None:
        self.stream, self.place, self.counts = stream, place, counts
        self._view = view or {}
        self._window = LiveWindow(self._view.get("window", LARGEST))
        self._asked: str | None = None
        self._since: Place | None = None

    def subscribe(self, frame_id: str) -> dict[str, Any]:
        """The frame that begins, or takes up again. What comes before its answer is not ours any more."""
        self._asked, self._since = frame_id, self.place if self._has_its_state else None
        self._window.begin_anew()
        frame = {"type": "subscribe", "id": frame_id, "stream": self.stream, **self._view}
        return frame | ({"since": self._since.shape()} if self._since else {})

    @property
    def _has_its_state(self) -> bool:
        """The rows of a live view are kept here alone: a place that was kept elsewhere is no use without them."""
        return self._window.is_whole or not (self._view or self.stream.startswith("view:"))

    def asks(self, frame_id: object) -> bool:
        """Is this the answer that it waits for?"""
        return self._asked is not None and frame_id == self._asked

    def is_missing_something(self, frame: dict[str, Any]) -> bool:
        """Was there an event before this one that has not come?"""
        if self._asked or self.place is None or frame["type"] not in ("event", "view"):
            return False
        return bool(frame["prev"] > self.place.seq)

    def take(self, frame: dict[str, Any]) -> Told | None:
        """What the frame tells; None where it tells nothing new."""
        if self._asked:
            return self._take_answer(frame)
        match frame["type"]:
            case "event" | "view":
                return self._take_next(frame)
            case "synced":
                return Synced(self.stream, self._stand(frame))
            case "reset":
                self.counts.resets += 1
                return Reset(self.stream, self._stand(frame))
            case "window":
                # The place is that of a whole window: whoever resumed from a part's would never get the rest.
                whole = self._window.show(frame)
                return Shown(self.stream, self._stand(frame), self._window, frame) if whole else None
            case "unsubscribed":
                return Ended(self.stream)
            case _:
                return None

    def _take_answer(self, frame: dict[str, Any]) -> Told | None:
        if not self.asks(frame.get("id")):
            return None
        self._asked = None
        if frame["type"] == "error":
            return Refused(self.stream, frame["code"], frame["message"])
        return Began(self.stream, self._stand(frame), resumed=self._since is not None)

    def _take_next(self, frame: dict[str, Any]) -> Told | None:
        if self.place is None or frame["seq"] <= self.place.seq:
            self.counts.repeats += 1
            return None
        place = self._stand(frame)
        if frame["type"] == "event":
            return Happened(self.stream, place, frame["event"])
        self._window.change(frame)
        return Shown(self.stream, place, self._window, frame)

    def _stand(self, frame: dict[str, Any]) -> Place:
        """An event has no epoch: it is the last one's."""
        known = self.place.epoch if self.place else ""
        self.place = Place(frame.get("epoch", known), frame["seq"])
        return self.place
