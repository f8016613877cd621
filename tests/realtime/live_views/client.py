"""A client of a live view that does what docs/realtime.md says, and a peer for it within this process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import orjson

from helpdesk.people.models import Person
from helpdesk.people.queries import viewer_of
from realtime.audience import class_of
from realtime.live_views.gallery import Gallery
from realtime.live_views.question import Question
from realtime.outbox import Outbox
from realtime.protocol import Since, Subscribe, parse
from realtime.streams import Subscription
from tests.realtime.fakes import FakeWire


class ViewState:
    """What a client has of one stream."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.count, self.is_capped = 0, False
        self.place: dict[str, Any] | None = None
        self.is_whole = False
        self.ended = False
        self.frames: list[dict[str, Any]] = []
        self._parts: list[dict[str, Any]] = []

    def take(self, frame: dict[str, Any]) -> None:
        self.frames.append(frame)
        match frame["type"]:
            case "window":
                self._take_window(frame)
            case "view":
                self._take_change(frame)
            case "unsubscribed":
                self.ended = True
            case "subscribed" | "synced":
                self._parts = []
                if frame["type"] == "synced":
                    assert self.place is not None
                    assert frame["seq"] >= self.place["seq"]
                self.place = {"epoch": frame["epoch"], "seq": frame["seq"]}
            case other:
                raise AssertionError(other)

    def _take_window(self, frame: dict[str, Any]) -> None:
        self._parts += frame["rows"]
        if frame.get("isPartial"):
            return
        self.rows, self._parts = self._parts, []
        self._count(frame)
        self.is_whole = True
        self.place = {"epoch": frame["epoch"], "seq": frame["seq"]}

    def _take_change(self, frame: dict[str, Any]) -> None:
        assert self.is_whole, "a change before the window"
        assert self.place is not None
        assert frame["prev"] <= self.place["seq"], "something was missed"
        assert frame["seq"] >= self.place["seq"], "something came twice"
        placed = sorted([*frame["entered"], *frame["changed"]], key=lambda one: int(one["at"]))
        here = {row["id"] for row in self.rows}
        assert set(frame["left"]) <= here
        assert not {one["ticket"]["id"] for one in frame["entered"]} & here
        assert {one["ticket"]["id"] for one in frame["changed"]} <= here
        gone = {*frame["left"], *(one["ticket"]["id"] for one in placed)}
        self.rows = [row for row in self.rows if row["id"] not in gone]
        for one in placed:
            assert one["at"] <= len(self.rows)
            self.rows.insert(one["at"], one["ticket"])
        self._count(frame)
        self.place["seq"] = frame["seq"]

    def _count(self, frame: dict[str, Any]) -> None:
        self.count, self.is_capped = frame["count"], frame["isCapped"]


class Peer:
    """Somebody who follows a live view of a gallery in this process."""

    def __init__(self, gallery: Gallery, person: Person, **asked: Any) -> None:
        """`asked`: the fields of the `subscribe` frame."""
        self.gallery, self.person, self.asked = gallery, person, {"stream": "view:v", **asked}
        self.state = ViewState()
        self.wire = FakeWire()
        self.subscription: Subscription | None = None

    def forget(self, subscription: Subscription) -> None:
        """The stream was ended by the server."""

    async def connect(self, *, resume: bool = False) -> None:
        """Raises BadFrame."""
        await self.leave()
        fields = self.asked | ({"since": self.state.place} if resume and self.state.place else {})
        frame = parse(orjson.dumps({"type": "subscribe", **fields}).decode())
        assert isinstance(frame, Subscribe)
        choice = await self.gallery.select(Question.of(frame, self.person), frame_id=frame.id)
        if not resume:
            self.state = ViewState()
        self.wire = FakeWire()
        viewer = viewer_of(self.person)
        self.subscription = Subscription((frame.stream, class_of(viewer, frame.stream)), Outbox(self.wire), owner=self)
        since: Since | None = frame.since
        await self.gallery.follow(self.subscription, choice, since, frame_id=None, turn=asyncio.Lock())

    async def leave(self) -> None:
        self.read()
        if self.subscription is not None:
            self.gallery.detach(self.subscription)
            self.subscription.outbox.abandon()
            self.subscription = None

    def read(self) -> list[dict[str, Any]]:
        """Take what has arrived."""
        frames, self.wire.got = self.wire.got, []
        for frame in frames:
            self.state.take(frame)
        return frames


async def quiet(gallery: Gallery) -> None:
    """Until everything that was handed over has been told."""
    await until(lambda: is_quiet(gallery))


async def until(holds: Callable[[], object]) -> None:
    """Wait for something that has no event of its own."""
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.001)


def is_quiet(gallery: Gallery) -> bool:
    idle = gallery._deliveries.is_idle and gallery._saved.is_idle
    return (
        idle
        and not gallery._applying
        and not gallery._readings._tasks
        and all(follower.subscription.is_live and _is_shown(follower) for follower in gallery.followers.values())
    )


def _is_shown(follower: Any) -> bool:
    replay = follower.subscription.replay
    return replay is None or replay.done()
