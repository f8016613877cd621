"""How an origin stands in the log: one short JSON text. Pure."""

from __future__ import annotations

from typing import Any

import orjson

from helpdesk.origin import Origin

LONGEST_CLIENT, LONGEST_REQUEST = 45, 128


def origin_text(origin: Origin | None) -> str:
    """Empty where nobody came from anywhere: the hub did it."""
    if origin is None:
        return ""
    told = {
        "client": origin.client[:LONGEST_CLIENT],
        "operation": origin.operation,
        "requestId": origin.request_id[:LONGEST_REQUEST],
        "apiKeyId": str(origin.api_key_id) if origin.api_key_id else None,
    }
    return orjson.dumps({name: value for name, value in told.items() if value}).decode()


def read_origin(text: str) -> dict[str, Any] | None:
    """As `origin_text` wrote it; a part that nobody knew is missing."""
    found: dict[str, Any] | None = orjson.loads(text) if text else None
    return found
