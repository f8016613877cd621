"""The rows of a live view as they are now: pure."""

from __future__ import annotations

from typing import Any

LARGEST = 100


class LiveWindow:
    """The first rows of a view, in its order, and how many tickets it has in all (`is_capped`: at least so many)."""

    def __init__(self, size: int = LARGEST) -> None:
        self.size = size
        self.rows: list[dict[str, Any]] = []
        self.count = 0
        self.is_capped = False
        self.is_whole = False
        """Has it been shown once?"""
        self._parts: list[dict[str, Any]] = []

    def begin_anew(self) -> None:
        """What was told in part before a break is void."""
        self._parts = []

    def show(self, frame: dict[str, Any]) -> bool:
        """A `window` frame: all of it anew. False: a part, and the next one brings more."""
        self._parts += frame["rows"]
        if frame.get("isPartial"):
            return False
        self.rows, self._parts = self._parts, []
        self.is_whole = True
        self._count(frame)
        return True

    def change(self, frame: dict[str, Any]) -> None:
        """A `view` frame: away with what left, moved or changed; then what came stands where it says."""
        come = sorted([*frame["entered"], *frame["changed"]], key=lambda row: int(row["at"]))
        gone = {*frame["left"], *(row["ticket"]["id"] for row in come)}
        self.rows = [row for row in self.rows if row["id"] not in gone]
        for row in come:
            self.rows.insert(row["at"], row["ticket"])
        del self.rows[self.size :]
        self._count(frame)

    def _count(self, frame: dict[str, Any]) -> None:
        self.count, self.is_capped = frame["count"], frame["isCapped"]
