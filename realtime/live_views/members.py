"""Which tickets stand in a view, so that they can be counted. Pure."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable

MOST_COUNTED = 10_000
"""Beyond this a count is this, and capped."""
MOST_KEPT = 11_000
"""A few more are known than are counted, so that a capped count need not be read anew whenever a ticket leaves."""


class Members:
    """Numbers of tickets, eight bytes each: all that stand in the view, or MOST_KEPT of them."""

    def __init__(self, numbers: Iterable[int] = ()) -> None:
        """`numbers`: more than MOST_KEPT say that these are not all."""
        kept = sorted(numbers)
        self.all_there = len(kept) <= MOST_KEPT
        self._numbers = array("q", kept[:MOST_KEPT])

    def __contains__(self, number: int) -> bool:
        place = bisect_left(self._numbers, number)
        return place < len(self._numbers) and self._numbers[place] == number

    def add(self, number: int) -> None:
        place = bisect_left(self._numbers, number)
        if place < len(self._numbers) and self._numbers[place] == number:
            return
        if len(self._numbers) >= MOST_KEPT:
            self.all_there = False
        else:
            self._numbers.insert(place, number)

    def discard(self, number: int) -> None:
        place = bisect_left(self._numbers, number)
        if place < len(self._numbers) and self._numbers[place] == number:
            del self._numbers[place]

    @property
    def count(self) -> int:
        """How many there are, at most MOST_COUNTED."""
        return min(len(self._numbers), MOST_COUNTED)

    @property
    def is_capped(self) -> bool:
        return len(self._numbers) > MOST_COUNTED

    @property
    def runs_low(self) -> bool:
        """Is the count no longer known, because so many have left?"""
        return not self.all_there and not self.is_capped
