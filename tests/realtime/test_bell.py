"""A bell rings at once in this process, costs the writer nothing, and Redis away costs a line."""

from __future__ import annotations

import asyncio
import threading
from typing import Any
from uuid import UUID, uuid4

import pytest

from realtime import bell, hub
from realtime.bell import Ringer


class Layer:
    """A channel layer that is there, away (raises), or hangs."""

    def __init__(self, mood: str) -> None:
        self.mood = mood
        self.tries = 0
        self.sent: list[dict[str, Any]] = []
        self.rang = threading.Event()

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        self.tries += 1
        self.rang.set()
        if self.mood == "away":
            raise ConnectionError
        if self.mood == "hangs":
            await asyncio.sleep(3600)
        self.sent.append(message)

    async def flush(self) -> None:
        """Nothing to drop."""


@pytest.fixture
def layer(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Layer:
    made = Layer(request.param)
    monkeypatch.setattr(bell, "get_channel_layer", lambda: made)
    return made


@pytest.mark.parametrize("layer", ["there"], indirect=True)
def test_the_newest_seq_of_a_tenant_is_told(layer: Layer) -> None:
    ringer, tenant = Ringer(), uuid4()
    ringer.ring(tenant, 7)
    assert layer.rang.wait(10)
    asyncio.run(ringer._ring_all({tenant: 9}))
    assert layer.sent[-1] == {"type": "bell.rung", "tenant": str(tenant), "seq": 9}


@pytest.mark.parametrize("layer", ["away", "hangs"], indirect=True)
def test_a_layer_that_fails_is_left_alone_for_a_while(layer: Layer) -> None:
    ringer = Ringer()
    asyncio.run(ringer._ring_all({uuid4(): n for n in range(50)}))
    asyncio.run(ringer._ring_all({uuid4(): 1}))
    assert layer.tries == 1


async def test_the_hub_of_this_process_is_woken_from_another_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    woken: asyncio.Queue[tuple[UUID, int]] = asyncio.Queue()
    here = hub.current_hub()
    monkeypatch.setattr(here, "wake", lambda tenant, seq: woken.put_nowait((tenant, seq)))
    tenant = uuid4()
    monkeypatch.setitem(here.rooms, tenant, None)
    await asyncio.get_running_loop().run_in_executor(None, hub.ring_local, tenant, 3)
    assert await asyncio.wait_for(woken.get(), 10) == (tenant, 3)
