"""Holds in place what FrameProtocol takes for granted of uvicorn: a new version that moves it fails here."""

from __future__ import annotations

import inspect

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import Protocol

from realtime.frames import FrameProtocol


def test_overridden_methods_exist_above() -> None:
    own = {name for name, value in vars(FrameProtocol).items() if inspect.isfunction(value) and name != "__init__"}
    above = set(dir(WebSocketsSansIOProtocol))
    assert own - above == {"write_ready", "say_goodbye"}


def test_used_attributes_are_set_above() -> None:
    source = inspect.getsource(WebSocketsSansIOProtocol)
    for name in ("conn", "queue", "transport", "loop", "scope", "frames", "writable", "disconnected", "close_sent",
                 "handshake_complete", "close_timer", "read_paused", "curr_msg_data_type"):  # fmt: skip
        assert f"self.{name}" in source, name
    assert "self.max_message_size" in inspect.getsource(Protocol)
