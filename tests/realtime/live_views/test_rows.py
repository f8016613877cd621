"""A window follows its list, whatever happens to it; against a list that is sorted anew each time."""

from __future__ import annotations

from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from realtime.live_views.members import MOST_COUNTED, MOST_KEPT, Members
from realtime.live_views.rows import Change, Row, Rows, difference

STEPS = st.lists(st.tuples(st.integers(0, 14), st.integers(0, 5) | st.none()), max_size=60)
"""(which ticket, its new sort value; None takes it out)."""


def row(id_: int, value: int, *, version: int = 0) -> Row:
    return Row((value, f"{id_:02}"), f"{id_:02}", orjson.dumps([id_, value, version]))


def applied(rows: list[Row], change: Change, size: int) -> list[Row]:
    """As a client does it."""
    placed = sorted([*change.entered, *change.changed], key=lambda one: one[0])
    gone = {*change.left, *(one.id for _, one in placed)}
    rows = [one for one in rows if one.id not in gone]
    for place, one in placed:
        assert place <= len(rows)
        rows.insert(place, one)
    assert len(rows) <= size
    return rows


class Model:
    """All rows, sorted anew; and a Rows that knows the first of them, read again when it runs short."""

    def __init__(self, size: int, spare: int, *, descending: bool) -> None:
        self.size, self.capacity, self.descending = size, size + spare if size else 0, descending
        self.all: dict[str, Row] = {}
        self.readings = 0
        self.read()
        self.client = self.rows.window()

    def sorted(self) -> list[Row]:
        return sorted(self.all.values(), key=lambda one: one.key, reverse=self.descending)

    def read(self) -> None:
        self.readings += 1
        found = self.sorted()
        self.rows = Rows(
            found[: self.capacity],
            size=self.size,
            capacity=self.capacity,
            descending=self.descending,
            is_all=len(found) <= self.capacity,
        )

    def step(self, id_: int, new: Row | None) -> None:
        name = f"{id_:02}"
        if new is None:
            self.all.pop(name, None)
        else:
            self.all[name] = new
        change = self.rows.change(name, new)
        if self.rows.is_short(len(self.all)):
            self.read()
            change = difference(self.client, self.rows.window())
        self.client = applied(self.client, change, self.size)
        assert self.client == self.rows.window() == self.sorted()[: self.size]


class TestRows:
    @settings(max_examples=400, deadline=None, database=None, derandomize=True)
    @given(STEPS, st.integers(0, 4), st.integers(1, 4), st.booleans())
    def test_every_step_tells_the_window_exactly(self, steps: Any, size: int, spare: int, descending: bool) -> None:
        model = Model(size, spare, descending=descending)
        for number, (id_, value) in enumerate(steps):
            model.step(id_, None if value is None else row(id_, value, version=number))

    def test_the_list_is_not_read_anew_for_every_row_that_leaves(self) -> None:
        model = Model(3, 5, descending=False)
        for id_ in range(40):
            model.step(id_, row(id_, 1))
        begun = model.readings
        for id_ in range(40):
            model.step(id_, None)
        assert 1 < model.readings - begun < 10

    def test_an_equal_row_is_no_change(self) -> None:
        rows = Rows([row(1, 1)], size=2, capacity=4, descending=False, is_all=True)
        assert not rows.change("01", row(1, 1))
        assert rows.change("01", row(1, 1, version=1)).changed

    @settings(max_examples=300, deadline=None, database=None, derandomize=True)
    @given(*([st.dictionaries(st.integers(0, 9), st.tuples(st.integers(0, 3), st.integers(0, 1)))] * 2))
    def test_the_difference_of_two_windows_turns_one_into_the_other(self, before: Any, after: Any) -> None:
        old, new = (
            sorted(
                (row(id_, value, version=version) for id_, (value, version) in rows.items()), key=lambda one: one.key
            )
            for rows in (before, after)
        )
        assert applied(old, difference(old, new), 10) == new
        assert bool(difference(old, new)) == (old != new)


class TestMembers:
    @settings(max_examples=100, deadline=None, database=None, derandomize=True)
    @given(st.lists(st.tuples(st.booleans(), st.integers(1, 30))))
    def test_are_a_set(self, steps: list[tuple[bool, int]]) -> None:
        members, model = Members([3, 1, 2]), {1, 2, 3}
        for adds, number in steps:
            (members.add if adds else members.discard)(number)
            (model.add if adds else model.discard)(number)
            assert members.count == len(model)
        assert all((number in members) == (number in model) for number in range(40))

    def test_counts_exactly_up_to_ten_thousand(self) -> None:
        members = Members(range(MOST_COUNTED))
        assert (members.count, members.is_capped) == (MOST_COUNTED, False)
        members.add(MOST_COUNTED)
        assert (members.count, members.is_capped) == (MOST_COUNTED, True)
        members.discard(5)
        assert (members.count, members.is_capped, members.runs_low) == (MOST_COUNTED, False, False)

    def test_says_when_it_no_longer_knows_the_count(self) -> None:
        members = Members(range(MOST_KEPT + 1))
        for number in range(MOST_KEPT - MOST_COUNTED - 1):
            members.discard(number)
            assert members.is_capped
            assert not members.runs_low
        members.discard(MOST_KEPT - MOST_COUNTED - 1)
        assert members.runs_low

    def test_too_many_to_be_kept_are_still_too_many(self) -> None:
        members = Members(range(MOST_KEPT))
        members.add(MOST_KEPT)
        members.discard(1)
        assert members.is_capped
        assert not members.all_there
