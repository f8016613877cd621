"""The first rows of a sorted list: the window that clients have, and some more that can move up into it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

Key = tuple[Any, str]
"""What sorts a row: a value, and its ticket's id."""


@dataclass(frozen=True, slots=True)
class Row:
    """A ticket in a list. `json` is what the readers of this list get of it, with its keys sorted."""

    key: Key
    id: str
    json: bytes


@dataclass(slots=True)
class Change:
    """What turns one window into the next: take all of these away, then insert entered and changed, by their places."""

    entered: list[tuple[int, Row]] = field(default_factory=list)
    changed: list[tuple[int, Row]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.entered or self.changed or self.left)


class Rows:
    """All rows up to `edge` in their order; what lies beyond it is not known here. No edge: these are all."""

    def __init__(self, rows: Sequence[Row], *, size: int, capacity: int, descending: bool, is_all: bool) -> None:
        """`capacity` >= `size`, the window's."""
        self.size, self._capacity, self._descending = size, capacity, descending
        self._rows = list(rows)
        self._by_id = {row.id: row for row in self._rows}
        self._edge: Key | None = None if is_all or not self._rows else self._rows[-1].key
        self._is_all = is_all

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, id_: str) -> bool:
        return id_ in self._by_id

    def get(self, id_: str) -> Row | None:
        return self._by_id.get(id_)

    def window(self) -> list[Row]:
        return self._rows[: self.size]

    def is_short(self, count: int) -> bool:
        """Are there rows of the window that are not known here? `count` stand in the list."""
        return not self._is_all and len(self._rows) < min(self.size, count)

    def change(self, id_: str, row: Row | None) -> Change:
        """Put the ticket's row where it belongs now; None takes it out. Says what that does to the window."""
        if not self._capacity:
            return Change()
        before = self._by_id.get(id_)
        was = self._place_of(before.key) if before else None
        if was is not None:
            del self._rows[was], self._by_id[id_]
        now = None
        if row is not None and self._is_known_land(row.key):
            now = self._place_of(row.key)
            self._rows.insert(now, row)
            self._by_id[id_] = row
        change = self._difference(was, now, before, row)
        if len(self._rows) > self._capacity:
            self._forget_last()
        return change

    def renew(self, of: Callable[[Row], Row | None]) -> Change:
        """Exchange rows for others with the same keys; `of` says None where one stays."""
        change = Change()
        for place, row in enumerate(self._rows):
            other = of(row)
            if other is None:
                continue
            self._rows[place] = self._by_id[row.id] = other
            if place < self.size and other.json != row.json:
                change.changed.append((place, other))
        return change

    def _difference(self, was: int | None, now: int | None, before: Row | None, row: Row | None) -> Change:
        change = Change()
        was_in = was is not None and was < self.size
        if row is not None and now is not None and now < self.size:
            if not was_in:
                change.entered.append((now, row))
                if len(self._rows) > self.size:
                    change.left.append(self._rows[self.size].id)
            elif now != was or (before is not None and before.json != row.json):
                change.changed.append((now, row))
        elif was_in and before is not None:
            change.left.append(before.id)
            if len(self._rows) >= self.size:
                change.entered.append((self.size - 1, self._rows[self.size - 1]))
        return change

    def _is_known_land(self, key: Key) -> bool:
        if self._is_all:
            return True
        return self._edge is not None and not self._comes_before(self._edge, key)

    def _forget_last(self) -> None:
        last = self._rows.pop()
        del self._by_id[last.id]
        self._edge, self._is_all = self._rows[-1].key, False

    def _comes_before(self, one: Key, other: Key) -> bool:
        return one > other if self._descending else one < other

    def _place_of(self, key: Key) -> int:
        low, high = 0, len(self._rows)
        while low < high:
            middle = (low + high) // 2
            if self._comes_before(self._rows[middle].key, key):
                low = middle + 1
            else:
                high = middle
        return low


def difference(before: Iterable[Row], after: Sequence[Row]) -> Change:
    """What turns one window into another, however they came about."""
    old = {row.id: row for row in before}
    change = Change()
    kept = list[str]()
    for place, row in enumerate(after):
        if row.id not in old:
            change.entered.append((place, row))
        elif old[row.id] != row:
            change.changed.append((place, row))
        else:
            kept.append(row.id)
    new = {row.id for row in after}
    change.left = [id_ for id_ in old if id_ not in new]
    if kept != [id_ for id_ in old if id_ in set(kept)]:
        change.changed = [(place, row) for place, row in enumerate(after) if row.id in old]
    return change
