"""Which requests may carry a key, what a key is, and what of an answer is not kept. Pure."""

from __future__ import annotations

import hashlib
import re
from typing import Any
from uuid import UUID

LASTS_HOURS = 24
NOT_KEPT = frozenset({"createUploadUrl", "pingWebhook"})
"""Operations whose answer is of the moment; `/auth/*` never comes through the tenant's door."""

_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_SECRET_FIELDS = frozenset({"secret", "signingSecret", "token", "accessToken", "refreshToken", "password"})
MASK = "***"


def is_key(text: str) -> bool:
    """1 to 255 visible ASCII characters."""
    return _KEY.fullmatch(text) is not None


def scope_of(person_id: UUID, *, method: str, path: str, key: str) -> bytes:
    """sha256 of what a key is unique in; the tenant is the schema that it is stored in."""
    return hashlib.sha256("\n".join((str(person_id), method, path, key)).encode()).digest()


def lock_number(scope: bytes) -> int:
    """The scope as a bigint, for an advisory lock."""
    return int.from_bytes(scope[:8], "big", signed=True)


def masked(value: Any) -> Any:
    """The answer without its secrets: they are shown once, to the first."""
    if isinstance(value, dict):
        return {
            name: MASK if name in _SECRET_FIELDS and isinstance(inner, str) else masked(inner)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [masked(inner) for inner in value]
    return value
