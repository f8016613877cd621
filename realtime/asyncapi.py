"""The socket as an AsyncAPI 3.0 document (asyncapi.com/docs/reference/specification/v3.0.0), made from the frames."""

from __future__ import annotations

import inspect
from typing import Any

from pydantic import BaseModel

from realtime import protocol
from realtime.auth import BEARER, SUBPROTOCOL

CLIENT_FRAMES: tuple[type[BaseModel], ...] = (
    protocol.Auth,
    protocol.Subscribe,
    protocol.Unsubscribe,
    protocol.Ping,
    protocol.Presence,
    protocol.Claim,
    protocol.Release,
)
SERVER_FRAMES: tuple[type[BaseModel], ...] = (
    protocol.Authenticated,
    protocol.Subscribed,
    protocol.Unsubscribed,
    protocol.EventFrame,
    protocol.Window,
    protocol.ViewChange,
    protocol.Synced,
    protocol.Reset,
    protocol.PresenceFrame,
    protocol.ClaimFrame,
    protocol.DraftFrame,
    protocol.Pong,
    protocol.Goodbye,
    protocol.ErrorFrame,
)
_SCHEMA = "#/components/schemas/{model}"


def asyncapi_document() -> dict[str, Any]:
    """The document, ready for JSON; the same for the same code, so that it can be a snapshot."""
    frames = {**_messages(CLIENT_FRAMES), **_messages(SERVER_FRAMES)}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Ticket hub: the live socket",
            "version": SUBPROTOCOL,
            "description": "What the frames mean, how to resume and when the socket closes: docs/realtime.md.",
        },
        "defaultContentType": "application/json",
        "channels": {
            "socket": {
                "address": "/ws/v1",
                "description": f"Subprotocols: {SUBPROTOCOL}, and {BEARER}<access token> to sign in.",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in frames},
            }
        },
        "operations": {
            "fromClient": _operation("receive", CLIENT_FRAMES),
            "fromServer": _operation("send", SERVER_FRAMES),
        },
        "components": {"messages": frames, "schemas": _schemas()},
    }


def _operation(action: str, frames: tuple[type[BaseModel], ...]) -> dict[str, Any]:
    """`action` is the server's: what it receives is what clients send."""
    return {
        "action": action,
        "channel": {"$ref": "#/channels/socket"},
        "messages": [{"$ref": f"#/channels/socket/messages/{_key(frame)}"} for frame in frames],
    }


def _messages(frames: tuple[type[BaseModel], ...]) -> dict[str, Any]:
    return {
        _key(frame): {
            "name": _name(frame),
            "summary": inspect.getdoc(frame) if "__doc__" in vars(frame) and frame.__doc__ else _name(frame),
            "payload": {"$ref": _SCHEMA.format(model=frame.__name__)},
        }
        for frame in frames
    }


def _schemas() -> dict[str, Any]:
    schemas: dict[str, Any] = {}
    for frame in (*CLIENT_FRAMES, *SERVER_FRAMES):
        mode = "validation" if frame in CLIENT_FRAMES else "serialization"
        schema = frame.model_json_schema(by_alias=True, ref_template=_SCHEMA, mode=mode)  # type: ignore[arg-type]
        schemas |= schema.pop("$defs", {})
        schemas[frame.__name__] = schema
    return dict(sorted(schemas.items()))


def _key(frame: type[BaseModel]) -> str:
    """Its name here: the frame's type; where both sides have one of that type, the server's as `…Frame`."""
    is_both = frame in SERVER_FRAMES and _name(frame) in {_name(other) for other in CLIENT_FRAMES}
    return f"{_name(frame)}Frame" if is_both else _name(frame)


def _name(frame: type[BaseModel]) -> str:
    name: str = frame.model_json_schema()["properties"]["type"]["const"]
    return name
