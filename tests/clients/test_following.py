"""What the Python client makes of frames, without a hub: the place, what is missing, what came already."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ticket_hub_client import Began, Ended, Happened, Place, PlacesInFile, Refused, Reset, Shown, Synced, Waiting
from ticket_hub_client.following import Counts, Following
from ticket_hub_client.window import LiveWindow

EPOCH = "e1"


def event(seq: int, prev: int) -> dict[str, Any]:
    return {"type": "event", "stream": "queue", "seq": seq, "prev": prev, "event": {"type": "ticket.updated"}}


def placed(type_: str, seq: int, **more: Any) -> dict[str, Any]:
    return {"type": type_, "stream": "queue", "epoch": EPOCH, "seq": seq, **more}


@pytest.fixture
def queue() -> Following:
    """Followed from seq 10 on."""
    following = Following("queue", None, Counts())
    following.subscribe("c1")
    following.take(placed("subscribed", 10, id="c1"))
    return following


class TestThePlace:
    def test_begins_where_the_hub_says(self) -> None:
        following = Following("queue", None, Counts())
        assert "since" not in following.subscribe("c1")
        told = following.take(placed("subscribed", 10, id="c1"))
        assert told == Began("queue", Place(EPOCH, 10), resumed=False)

    def test_is_given_back_after_a_break(self, queue: Following) -> None:
        queue.take(event(12, 10))
        assert queue.subscribe("c2")["since"] == {"epoch": EPOCH, "seq": 12}
        assert queue.take(placed("subscribed", 12, id="c2")) == Began("queue", Place(EPOCH, 12), resumed=True)

    def test_moves_with_every_event_and_every_synced(self, queue: Following) -> None:
        told = queue.take(event(12, 10))
        assert isinstance(told, Happened)
        assert told.place == Place(EPOCH, 12)
        assert queue.take(placed("synced", 20)) == Synced("queue", Place(EPOCH, 20))

    def test_a_reset_begins_another_log(self, queue: Following) -> None:
        told = queue.take({**placed("reset", 3), "epoch": "e2"})
        assert told == Reset("queue", Place("e2", 3))
        assert queue.counts.resets == 1
        assert isinstance(queue.take(event(4, 3)), Happened)


class TestWhatIsMissing:
    def test_gaps_in_seq_are_events_of_others(self, queue: Following) -> None:
        assert not queue.is_missing_something(event(40, 10))
        assert not queue.is_missing_something(event(40, 7))

    def test_a_prev_beyond_the_place_is_a_gap(self, queue: Following) -> None:
        assert queue.is_missing_something(event(13, 12))

    def test_what_comes_before_the_answer_to_a_new_subscription_is_not_ours(self, queue: Following) -> None:
        queue.subscribe("c2")
        assert not queue.is_missing_something(event(13, 12))
        assert queue.take(event(13, 12)) is None
        queue.take(placed("subscribed", 10, id="c2"))
        assert isinstance(queue.take(event(12, 10)), Happened)

    def test_an_event_that_was_told_is_not_told_again(self, queue: Following) -> None:
        assert isinstance(queue.take(event(12, 10)), Happened)
        assert queue.take(event(12, 10)) is None
        assert queue.take(event(11, 10)) is None
        assert queue.counts.repeats == 2


class TestTheEnd:
    def test_the_hub_ends_a_stream(self, queue: Following) -> None:
        assert queue.take({"type": "unsubscribed", "stream": "queue"}) == Ended("queue")

    def test_a_refusal_answers_the_subscription(self) -> None:
        following = Following("ticket:1", None, Counts())
        following.subscribe("c1")
        refusal = {"type": "error", "code": "NOT_FOUND", "message": "There is no such ticket.", "id": "c1"}
        assert following.take(refusal) == Refused("ticket:1", "NOT_FOUND", "There is no such ticket.")


class TestALiveView:
    def test_is_shown_and_then_changed(self) -> None:
        following = Following("queue", None, Counts(), view={"window": 2})
        assert following.subscribe("c1")["window"] == 2
        following.take(placed("subscribed", 5, id="c1"))
        rows = [{"id": "a"}, {"id": "b"}]
        told = following.take(placed("window", 5, rows=rows, count=2, isCapped=False))
        assert isinstance(told, Shown)
        assert told.window.rows == rows
        change = {"entered": [{"at": 0, "ticket": {"id": "c"}}], "changed": [], "left": [], "count": 3}
        told = following.take(placed("view", 6, prev=5, isCapped=False) | change)
        assert isinstance(told, Shown)
        assert [row["id"] for row in told.window.rows] == ["c", "a"]
        assert told.window.count == 3

    @pytest.mark.parametrize(("stream", "view"), [("view:mine", {}), ("queue", {"filter": {"q": "vpn"}})])
    def test_a_place_without_its_rows_is_no_place(self, stream: str, view: dict[str, Any]) -> None:
        following = Following(stream, Place(EPOCH, 5), Counts(), view=view)
        assert "since" not in following.subscribe("c1")
        told = following.take(placed("subscribed", 0, id="c1"))
        assert told == Began(stream, Place(EPOCH, 0), resumed=False)
        assert "since" not in following.subscribe("c2")
        following.take(placed("subscribed", 0, id="c2"))
        following.take(placed("window", 5, rows=[{"id": "a"}], count=1, isCapped=False))
        assert following.subscribe("c3")["since"] == {"epoch": EPOCH, "seq": 5}

    def test_that_comes_in_parts_is_shown_when_it_is_whole(self) -> None:
        following = Following("view:all", None, Counts(), view={})
        following.subscribe("c1")
        following.take(placed("subscribed", 0, id="c1"))
        part = placed("window", 7, rows=[{"id": "a"}], count=2, isCapped=False, isPartial=True)
        assert following.take(part) is None
        assert following.place == Place(EPOCH, 0)
        following.subscribe("c2")
        following.take(placed("subscribed", 0, id="c2"))
        following.take(part)
        told = following.take(placed("window", 7, rows=[{"id": "b"}], count=2, isCapped=False))
        assert isinstance(told, Shown)
        assert (told.window.rows, told.place) == ([{"id": "a"}, {"id": "b"}], Place(EPOCH, 7))

    @given(before=st.permutations(range(12)), size=st.integers(0, 8), chance=st.randoms(use_true_random=False))
    def test_ends_as_the_hub_has_it(self, before: list[int], size: int, chance: random.Random) -> None:
        """Any two states of a view, told as the hub tells them: away, then in at ascending places."""
        old, new = before[:size], chance.sample(range(12), size)
        window = LiveWindow(size)
        window.show({"rows": [{"id": row} for row in old], "count": 12, "isCapped": False})
        moved = [row for row in new if row in old and (chance.random() < 0.5 or old.index(row) != new.index(row))]
        kept = [row for row in new if row in old and row not in moved]
        if kept != [row for row in old if row in kept]:
            moved = [row for row in new if row in old]
        come = [(at, row) for at, row in enumerate(new) if row in moved or row not in old]
        entered = [_row(at, row) for at, row in come if row not in old]
        changed = [_row(at, row) for at, row in come if row in old]
        left = [row for row in old if row not in new]
        window.change({"entered": entered, "changed": changed, "left": left, "count": 12, "isCapped": False})
        assert [row["id"] for row in window.rows] == new


def _row(at: int, row: int) -> dict[str, Any]:
    return {"at": at, "ticket": {"id": row}}


class TestWaiting:
    @pytest.mark.parametrize(("failed", "most"), [(0, 0.5), (1, 1), (3, 4), (6, 30), (10_000, 30)])
    def test_is_a_random_time_up_to_a_bound_that_doubles(self, failed: int, most: float) -> None:
        waits = []
        for seed in range(200):
            waiting = Waiting(chance=random.Random(seed))
            waiting.failed = failed
            waits.append(waiting.next_s())
        assert 0 <= min(waits) < most / 10
        assert most * 0.9 < max(waits) <= most

    def test_begins_anew_once_it_worked(self) -> None:
        waiting = Waiting(first_s=1, longest_s=1000)
        for _ in range(8):
            waiting.next_s()
        waiting.begin_anew()
        assert waiting.next_s() <= 1


def test_places_survive_the_program(tmp_path: Path) -> None:
    path = tmp_path / "places.json"
    places = PlacesInFile(path)
    places.save("queue", Place(EPOCH, 7))
    places.save("me", Place(EPOCH, 9))
    places.forget("me")
    again = PlacesInFile(path)
    assert again.load("queue") == Place(EPOCH, 7)
    assert again.load("me") is None
