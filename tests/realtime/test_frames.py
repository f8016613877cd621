"""Holds in place what FrameProtocol takes for granted of uvicorn: a new version that moves it fails here."""

from __future__ import annotations

import asyncio
import inspect

from uvicorn._types import WebSocketReceiveEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import Protocol

from realtime.frames import FrameProtocol, Gate, Inbox


def test_overridden_methods_exist_above() -> None:
    own = {name for name, value in vars(FrameProtocol).items() if inspect.isfunction(value) and name != "__init__"}
    above = set(dir(WebSocketsSansIOProtocol))
    assert own - above == {"write_ready", "say_goodbye", "forget_handshake"}


def test_used_attributes_are_set_above() -> None:
    source = inspect.getsource(WebSocketsSansIOProtocol)
    for name in set(FrameProtocol.__slots__) - {"is_slow"}:
        assert f"self.{name}" in source, name
    assert "self.max_message_size" in inspect.getsource(Protocol)


async def test_what_came_is_given_in_order_to_whoever_waits() -> None:
    inbox = Inbox()
    waiting = asyncio.get_running_loop().create_task(inbox.get())
    await asyncio.sleep(0)
    inbox.put_nowait(message("1"))
    inbox.put_nowait(message("2"))
    assert not inbox.empty()
    assert await waiting == message("1")
    assert await inbox.get() == message("2")
    assert inbox.empty()


async def test_whoever_stops_waiting_takes_nothing_away() -> None:
    inbox = Inbox()
    waiting = asyncio.get_running_loop().create_task(inbox.get())
    await asyncio.sleep(0)
    inbox.put_nowait(message("1"))
    waiting.cancel()
    await asyncio.wait([waiting])
    assert await inbox.get() == message("1")


async def test_a_closed_gate_is_waited_at_by_all() -> None:
    gate = Gate()
    await gate.wait()
    gate.clear()
    gate.clear()
    waiting = [asyncio.get_running_loop().create_task(gate.wait()) for _ in range(2)]
    await asyncio.sleep(0)
    assert not gate.is_set()
    assert not any(task.done() for task in waiting)
    gate.set()
    await asyncio.wait_for(asyncio.gather(*waiting), 5)
    assert gate.is_set()


def message(text: str) -> WebSocketReceiveEvent:
    return {"type": "websocket.receive", "text": text}
