"""Presence without a server: one entry a person, the strongest state, and nothing left over when everybody has gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
import redis.asyncio
from django.conf import settings

from realtime.presence import keeper
from realtime.presence.keeper import Keeper
from realtime.presence.people import MOST_PEOPLE, Claim, Seen, is_reply_typed, pack, shape_of, strongest, unpack
from realtime.presence.store import Store, current_store
from realtime.protocol import PresenceFrame
from realtime.wire import Frame

ADA, BOB = UUID(int=1), UUID(int=2)


class Somebody:
    """A socket that keeps what it is sent."""

    def __init__(self, person_id: UUID, name: str) -> None:
        self.person_id, self.person_name = person_id, name
        self.got: list[dict[str, Any]] = []

    def push(self, frame: Frame) -> None:
        self.got.append(orjson.loads(frame.text))


class TestPeople:
    @pytest.mark.parametrize(
        ("states", "shown"),
        [
            ([("viewing", None), ("typing", None)], ("typing", None)),
            ([("typing", "note"), ("viewing", None)], ("typing", "note")),
            ([("typing", None), ("typing", "note")], ("typing", "note")),
            ([("typing", "note"), ("typing", "reply"), ("typing", None)], ("typing", "reply")),
        ],
    )
    def test_of_several_states_the_strongest_is_shown(self, states: list[Any], shown: Any) -> None:
        [one] = strongest(Seen(ADA, "Ada", state, kind) for state, kind in states)
        assert (one.state, one.kind) == shown

    def test_who_types_comes_first_and_there_is_an_end(self) -> None:
        lookers = [Seen(uuid4(), f"Looker {n}", "viewing") for n in range(MOST_PEOPLE + 50)]
        people = strongest([*lookers, Seen(ADA, "Zoe", "typing", "reply")])
        assert (people[0].name, len(people)) == ("Zoe", MOST_PEOPLE)

    def test_only_a_reply_is_told_to_requesters(self) -> None:
        assert is_reply_typed([Seen(ADA, "Ada", "typing", "reply")])
        assert not is_reply_typed([Seen(ADA, "Ada", "typing", "note"), Seen(BOB, "Bob", "typing")])

    def test_what_is_packed_is_read_again(self) -> None:
        people = [Seen(ADA, 'Ada "id":"x" Ö', "typing", "note"), Seen(BOB, "Bob", "viewing")]
        assert unpack(pack(people)) == people
        assert pack([]) == ""

    def test_every_entry_is_as_the_frame_says(self) -> None:
        claim = Claim(ADA, "Ada", 1_767_225_600_000)
        shapes = [shape_of(Seen(ADA, "Ada", "typing", "reply"), claim), shape_of(Seen(BOB, "Bob", "viewing"), claim)]
        frame = PresenceFrame.model_validate({"ticketId": ADA, "people": shapes})
        assert orjson.loads(frame.text())["people"] == shapes
        assert [entry.get("claimedUntil") for entry in shapes] == ["2026-01-01T00:00:00.000Z", None]


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    """The loop's own, closed at the end."""
    found = current_store()
    yield found
    await found.close()


def a_keeper() -> tuple[Keeper, UUID]:
    async def nudge(_: list[UUID]) -> None: ...

    async def shows_typing() -> bool:
        return False

    tenant = uuid4()
    return Keeper(tenant, nudge=nudge, get_shows_typing=shows_typing), tenant


async def keys_of(tenant: UUID) -> list[str]:
    client: Any = redis.asyncio.Redis.from_url(settings.REDIS_URL)
    try:
        return [key.decode() async for key in client.scan_iter(f"*{tenant}*")]
    finally:
        await client.aclose()


async def eventually(condition: Any) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


@pytest.mark.usefixtures("store")
class TestKeeping:
    async def test_nothing_is_left_over(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(keeper, "COALESCE_S", 0.001)
        kept, tenant = a_keeper()
        tickets = [uuid4() for _ in range(10)]
        for n in range(300):
            somebody = Somebody(UUID(int=n % 7), f"Person {n % 7}")
            kept.follow(somebody, tickets[n % 10], is_staff=bool(n % 3))
            kept.watch(somebody)
            kept.sit(somebody, tickets[n % 5], "typing", "reply")
            if n % 20 == 0:
                await kept.claim(somebody, tickets[n % 5], take=True)
            if n % 4 == 0:
                kept.unfollow(somebody, tickets[n % 10])
            kept.leave(somebody)
        await eventually(lambda: kept._task is None)
        assert (kept._tickets, kept._places, kept._watchers, kept._ends) == ({}, {}, set(), {})
        assert await keys_of(tenant) == []

    async def test_keys_carry_the_tenant_and_another_sees_nothing_of_them(self) -> None:
        (kept, tenant), (other, _) = a_keeper(), a_keeper()
        ticket = uuid4()
        ada, spy = Somebody(ADA, "Ada"), Somebody(BOB, "Bob")
        kept.follow(ada, ticket, is_staff=True)
        other.follow(spy, ticket, is_staff=True)
        other.watch(spy)
        kept.sit(ada, ticket, "viewing", None)
        await eventually(lambda: ada.got)
        assert len(await keys_of(tenant)) == 2
        other.nudged([ticket])
        assert (await other.claim(spy, ticket, take=False)).mine
        await eventually(lambda: spy.got)
        assert {entry["name"] for frame in spy.got for entry in frame["people"]} == {"Bob"}
        for keeping, party in ((kept, ada), (other, spy)):
            keeping.leave(party)
            await eventually(lambda keeping=keeping: keeping._task is None)

    async def test_who_has_answered_and_claims_again_at_once_keeps_it(self) -> None:
        kept, _ = a_keeper()
        ticket = uuid4()
        ada, bob = Somebody(ADA, "Ada"), Somebody(BOB, "Bob")
        assert (await kept.claim(ada, ticket, take=False)).mine
        kept._has_answered(kept._at(ticket), ADA, is_note=False)
        assert (await kept.claim(ada, ticket, take=False)).mine
        # Until everything that was due has been told.
        kept.follow(bob, ticket, is_staff=True)
        await eventually(lambda: bob.got)
        await eventually(lambda: not kept._due)
        assert not (await kept.claim(bob, ticket, take=False)).mine
        for party in (ada, bob):
            kept.leave(party)
        await eventually(lambda: kept._task is None)

    async def test_redis_that_hangs_or_is_not_there_costs_nobody_their_own(
        self, monkeypatch: pytest.MonkeyPatch, store: Store
    ) -> None:
        away = Store("redis://127.0.0.1:1/0")
        monkeypatch.setattr(keeper, "current_store", lambda: away)
        kept, _ = a_keeper()
        ticket = uuid4()
        ada, bob = Somebody(ADA, "Ada"), Somebody(BOB, "Bob")
        kept.follow(bob, ticket, is_staff=True)
        kept.sit(ada, ticket, "typing", "reply")
        await eventually(lambda: bob.got)
        assert (await kept.claim(ada, ticket, take=False)).mine
        assert not (await kept.claim(bob, ticket, take=False)).mine
        assert (await kept.claim(bob, ticket, take=True)).mine
        await kept.release(bob, ticket)
        assert (await kept.claim(ada, ticket, take=False)).mine
        monkeypatch.setattr(keeper, "current_store", lambda: store)
        for party in (ada, bob):
            kept.leave(party)
        await eventually(lambda: kept._task is None)
        await away.close()
