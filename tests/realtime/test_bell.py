"""A bell rings at once in this process, costs the writer nothing, and Redis away costs a line."""

from __future__ import annotations

import asyncio
import threading
from typing import Any
from uuid import UUID, uuid4

import pytest

from helpdesk.events.offers import Offer, packed
from realtime import bell, hearing, hub
from realtime.bell import MOST_OFFERS, BellRinger, Ringer
from tests.realtime.fakes import FakeLog


class Layer:
    """A channel layer that is there, away (raises), or hangs."""

    def __init__(self, mood: str) -> None:
        self.mood = mood
        self.tries = 0
        self.sent: list[dict[str, Any]] = []
        self.rang = threading.Event()

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        self.tries += 1
        if self.mood == "away":
            raise ConnectionError
        if self.mood == "hangs":
            await asyncio.sleep(3600)
        self.sent.append(message)
        self.rang.set()

    async def flush(self) -> None:
        """Nothing to drop."""


@pytest.fixture
def layer(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Layer:
    made = Layer(request.param)
    monkeypatch.setattr(bell, "get_channel_layer", lambda: made)
    return made


@pytest.mark.parametrize("layer", ["there"], indirect=True)
def test_the_newest_seq_of_a_tenant_is_told(layer: Layer) -> None:
    ringer, tenant = BellRinger(), uuid4()
    ringer.tell(tenant, 7, None)
    assert layer.rang.wait(10)
    asyncio.run(ringer._ring_all({tenant: 9}))
    said = {"type": "bell.rung", "tenant": str(tenant), "from": hearing.this_process()}
    assert layer.sent == [said | {"seq": 7, "offers": []}, said | {"seq": 9, "offers": []}]


@pytest.mark.parametrize("layer", ["there"], indirect=True)
def test_a_few_offers_are_brought_along_and_none_beside_a_bell_without(
    layer: Layer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Ringer, "ring", lambda *_: None)  # its thread has not come to them yet
    ringer, tenant, log = BellRinger(), uuid4(), FakeLog()
    offers = [log.offer(log.write(), log.last) for _ in range(MOST_OFFERS + 2)]
    cases: list[tuple[list[Offer | None], list[bytes]]] = [
        ([*offers[:2]], [packed(offers[0]), packed(offers[1])]),
        ([offers[0], None, offers[2]], []),
        ([*offers], []),
        ([offers[0]], [packed(offers[0])]),
    ]
    for told, brought in cases:
        for offer in told:
            ringer.tell(tenant, 9, offer)
        asyncio.run(ringer._ring_all({tenant: 9}))
        assert layer.sent[-1]["offers"] == brought


@pytest.mark.parametrize("layer", ["away", "hangs"], indirect=True)
def test_a_layer_that_fails_is_left_alone_for_a_while(layer: Layer) -> None:
    ringer = BellRinger()
    asyncio.run(ringer._ring_all({uuid4(): n for n in range(50)}))
    asyncio.run(ringer._ring_all({uuid4(): 1}))
    assert layer.tries == 1


@pytest.mark.parametrize("layer", ["away", "hangs"], indirect=True)
def test_what_cannot_be_brought_to_anybody_is_not_kept(layer: Layer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Ringer, "ring", lambda *_: None)
    ringer, log = BellRinger(), FakeLog()
    tenants, offer = [uuid4() for _ in range(20)], log.offer(log.write(), 1)
    for tenant in tenants:
        ringer.tell(tenant, 1, offer)
    asyncio.run(ringer._ring_all(dict.fromkeys(tenants, 1)))
    assert not ringer._offers


async def test_the_hub_of_this_process_is_woken_from_another_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    woken: asyncio.Queue[tuple[UUID, int, list[Offer]]] = asyncio.Queue()
    here = hub.current_hub()
    monkeypatch.setattr(here, "_wake", lambda *heard: woken.put_nowait(heard))
    tenant, log = uuid4(), FakeLog()
    monkeypatch.setitem(here.rooms, tenant, None)
    offer = log.offer(log.write(), 1)
    await asyncio.get_running_loop().run_in_executor(None, hub.ring_local, tenant, 1, offer)
    assert await asyncio.wait_for(woken.get(), 10) == (tenant, 1, [offer])


def test_what_is_rung_in_one_breath_is_one_ring() -> None:
    rung: list[tuple[UUID, int]] = []
    done = threading.Event()

    class Patient(Ringer):
        thread_name = "patient"
        breath_s = 0.2

        async def _ring_far(self, tenant_id: UUID, seq: int) -> None:
            rung.append((tenant_id, seq))
            if tenant_id == last:
                done.set()

    ringer, tenant, last = Patient(), uuid4(), uuid4()
    for seq in range(1, 51):
        ringer.ring(tenant, seq)
    ringer.ring(last, 1)
    assert done.wait(10)
    assert rung == [(tenant, 50), (last, 1)]
