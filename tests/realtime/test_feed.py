"""The feed's own rules: one frame a class, what ends, what is forgotten, and what cannot be told any more."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from helpdesk.events.rules import Viewer
from helpdesk.vocabulary import Floor, Role
from realtime.audience import class_of
from realtime.feed import Feed
from realtime.outbox import Outbox
from realtime.protocol import Since, ticket_stream
from realtime.replay import subscribe
from realtime.streams import Subscription
from tests.realtime.fakes import ADA, ADMIN, AGENT, BOB, TICKET_OF_ADA, FakeLog, FakeWire, settle

OTHER_AGENT = Viewer(UUID(int=3), Role.AGENT)
MINE = ticket_stream(TICKET_OF_ADA)


async def begin(log: FakeLog) -> Feed:
    feed = Feed(log)
    await feed.start()
    return feed


async def join(feed: Feed, viewer: Viewer, stream: str = "queue", since: int | None = None) -> FakeWire:
    wire = FakeWire()
    subscription = Subscription((stream, class_of(viewer, stream)), Outbox(wire))
    place = None if since is None else Since(epoch=feed.epoch, seq=since)
    await subscribe(feed, subscription, place, frame_id=None, turn=asyncio.Lock())
    await settle(20)
    return wire


def told(wire: FakeWire) -> list[tuple[str, int | None]]:
    return [(frame["type"], frame.get("seq")) for frame in wire.got]


class TestAudience:
    async def test_prev_skips_what_the_class_does_not_see(self) -> None:
        log = FakeLog()
        feed = await begin(log)
        ada, agent = await join(feed, ADA), await join(feed, AGENT)
        log.write()
        log.write("comment.added", people=[])
        log.write()
        await feed.catch_up()
        assert [(f["seq"], f["prev"]) for f in ada.got[1:]] == [(1, 0), (3, 1)]
        assert [(f["seq"], f["prev"]) for f in agent.got[1:]] == [(1, 0), (2, 1), (3, 2)]

    async def test_being_named_gives_staff_nothing(self) -> None:
        log = FakeLog()
        feed = await begin(log)
        agent = await join(feed, AGENT)
        log.write("ticket.removed", floor=Floor.NOBODY, people=[AGENT.id])
        await feed.catch_up()
        assert told(agent) == [("subscribed", 0)]

    async def test_user_events_are_on_no_stream(self) -> None:
        log = FakeLog()
        feed = await begin(log)
        admin = await join(feed, ADMIN)
        log.write("user.created", ticket=None, floor=Floor.ADMIN, people=[])
        await feed.catch_up()
        assert told(admin) == [("subscribed", 0)]

    async def test_the_desk_teams_and_views_are_told_on_desk_to_those_who_may_see_them(self) -> None:
        log = FakeLog()
        feed = await begin(log)
        wires = {
            (viewer.id, stream): await join(feed, viewer, stream)
            for viewer in (AGENT, OTHER_AGENT, ADMIN, ADA)
            for stream in ("desk", "queue", "me")
        }
        log.write("team.updated", ticket=None, people=[])
        log.write("view.updated", ticket=None, floor=Floor.NOBODY, people=[AGENT.id])
        log.write("view.created", ticket=None, floor=Floor.ADMIN, people=[OTHER_AGENT.id])
        log.write("user.created", ticket=None, floor=Floor.ADMIN, people=[])
        log.write("desk.updated", ticket=None, people=[])
        log.write("desk.settings_changed", ticket=None, floor=Floor.ADMIN, people=[])
        log.write()
        await feed.catch_up()
        heard = {key: [frame["seq"] for frame in wire.got[1:]] for key, wire in wires.items()}
        on_desk = {viewer: seqs for (viewer, stream), seqs in heard.items() if stream == "desk"}
        assert on_desk == {AGENT.id: [1, 2, 5], OTHER_AGENT.id: [1, 3, 5], ADMIN.id: [1, 3, 5, 6], ADA.id: []}
        assert {seq for (_, stream), seqs in heard.items() if stream != "desk" for seq in seqs} == {7}
        for viewer in (AGENT, ADMIN):
            again = await join(feed, viewer, "desk", since=0)
            assert [frame["seq"] for frame in again.got[1:]] == [*on_desk[viewer.id], 7]  # with `synced`

    async def test_a_notification_reaches_its_person_on_me_and_nobody_else(self) -> None:
        log = FakeLog()
        feed = await begin(log)
        wires = {
            (viewer.id, stream): await join(feed, viewer, stream)
            for viewer in (AGENT, ADA, BOB)
            for stream in ("me", "queue")
        }
        log.write("notification.created", floor=Floor.NOBODY, people=[AGENT.id, ADA.id])
        await feed.catch_up()
        heard = {key for key, wire in wires.items() if len(wire.got) > 1}
        assert heard == {(AGENT.id, "me"), (ADA.id, "me")}

    async def test_a_notification_of_a_ticket_that_is_no_longer_theirs_reaches_no_requester(self) -> None:
        log = FakeLog()
        feed = await begin(log)
        agent, bob = await join(feed, AGENT, "me"), await join(feed, BOB, "me")
        log.write("notification.created", floor=Floor.NOBODY, people=[AGENT.id, BOB.id])
        await feed.catch_up()
        assert (len(agent.got), len(bob.got)) == (2, 1)

    async def test_me_is_replayed(self) -> None:
        log = FakeLog()
        for _ in range(3):
            log.write()
        log.write("notification.created", floor=Floor.NOBODY, people=[ADA.id])
        feed = await begin(log)
        assert told(await join(feed, ADA, "me", since=0)) == [("subscribed", 0), ("event", 4), ("synced", 4)]


class TestEnds:
    async def test_a_lost_ticket_ends_its_stream_after_the_farewell(self) -> None:
        log = FakeLog()
        feed = await begin(log)
        ada, agent = await join(feed, ADA, MINE), await join(feed, AGENT, MINE)
        log.requester[TICKET_OF_ADA] = BOB.id
        log.write("ticket.removed", floor=Floor.NOBODY, people=[ADA.id])
        log.write()
        await feed.catch_up()
        assert [frame["type"] for frame in ada.got] == ["subscribed", "event", "unsubscribed"]
        assert told(agent) == [("subscribed", 0), ("event", 2)]

    async def test_a_held_stream_tells_everything_before_it_ends(self) -> None:
        log = FakeLog()
        for _ in range(3):
            log.write()
        feed = await begin(log)
        wire = FakeWire()
        subscription = Subscription((MINE, class_of(ADA, MINE)), Outbox(wire))
        turn = asyncio.Lock()
        await turn.acquire()
        await subscribe(feed, subscription, Since(epoch=feed.epoch, seq=0), frame_id=None, turn=turn)
        log.write("ticket.deleted", people=[ADA.id])
        await feed.catch_up()
        turn.release()
        await settle()
        assert [frame["type"] for frame in wire.got] == [
            "subscribed",
            *["event"] * 3,
            "synced",
            "event",
            "unsubscribed",
        ]
        assert feed.channels == {}


class TestTakenBack:
    @pytest.mark.parametrize("thing", ["comment", "attachment"])
    async def test_a_redacted_text_leaves_the_ring(self, thing: str) -> None:
        log = FakeLog()
        feed = await begin(log)
        said = log.write(f"{thing}.added", data={thing: {"content": "taken back"}})
        await feed.catch_up()
        log.redact(said)
        log.write(f"{thing}.deleted")
        await feed.catch_up()
        later = await join(feed, AGENT, since=0)
        assert told(later) == [("subscribed", 0), ("event", 1), ("event", 2), ("synced", 2)]
        assert "taken back" not in str(later.got)

    async def test_staff_are_replayed_without_the_database(self) -> None:
        log = FakeLog()
        feed = await begin(log)
        for _ in range(5):
            log.write()
        await feed.catch_up()
        looks = log.looks
        assert len((await join(feed, AGENT, since=1)).got) == 6
        assert log.looks == looks


class TestCannotBeTold:
    async def test_what_retention_removed(self) -> None:
        log = FakeLog()
        for _ in range(5):
            log.write()
        log.remove_up_to(3)
        feed = await begin(log)
        assert told(await join(feed, AGENT, since=2)) == [("subscribed", 2), ("reset", 5)]
        assert told(await join(feed, AGENT, since=3)) == [
            ("subscribed", 3), ("event", 4), ("event", 5), ("synced", 5)
        ]  # fmt: skip

    async def test_a_restored_log(self) -> None:
        log = FakeLog()
        for _ in range(5):
            log.write()
        feed = await begin(log)
        agent, ada = await join(feed, AGENT), await join(feed, ADA)
        log.restore_to(3)
        for _ in range(4):
            log.write()
        await feed.catch_up()
        for wire in (agent, ada):
            assert told(wire)[-1] == ("reset", 7)
            assert wire.got[-1]["epoch"] == str(log.epoch)
        log.write()
        await feed.catch_up()
        assert (agent.got[-1]["seq"], agent.got[-1]["prev"]) == (8, 7)

    async def test_a_feed_that_fell_behind_retention(self) -> None:
        log = FakeLog()
        feed = await begin(log)
        agent = await join(feed, AGENT)
        for _ in range(5):
            log.write()
        log.remove_up_to(3)
        await feed.catch_up()
        assert told(agent) == [("subscribed", 0), ("reset", 5)]

    async def test_a_place_just_written_is_looked_up_first(self) -> None:
        log = FakeLog()
        feed = await begin(log)
        log.write()
        assert told(await join(feed, AGENT, since=1)) == [("subscribed", 1), ("synced", 1)]
