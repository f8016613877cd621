"""The text of an API key: recognised as ours, with its tenant and its row, without asking the database. Pure.

`hk_` and base64url (RFC 4648, 5, without padding) of tenant id (16 bytes), key id (16), random (24) and an
HMAC-SHA256 over all of that, cut to 8. The HMAC only keeps made-up keys from the database; what lets in is the
sha256 of the whole text, which is all that is stored.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

PREFIX = "hk_"
_RANDOM_BYTES, _MAC_BYTES = 24, 8
_BYTES = 16 + 16 + _RANDOM_BYTES + _MAC_BYTES
_LENGTH = len(PREFIX) + -(-_BYTES * 4 // 3)


@dataclass(frozen=True, slots=True)
class KeyToken:
    """What the text of a key says."""

    tenant_id: UUID
    key_id: UUID
    sha256: bytes


def new_key_token(tenant_id: UUID, key_id: UUID, *, key: bytes) -> str:
    """A key's text: 89 characters, different each time."""
    said = tenant_id.bytes + key_id.bytes + secrets.token_bytes(_RANDOM_BYTES)
    return PREFIX + _write(said + _mac(said, key))


def read_key_token(token: str, *, keys: Sequence[bytes]) -> KeyToken | None:
    """What it says, where one of `keys` made it; else None, whatever it is."""
    if len(token) != _LENGTH or not token.startswith(PREFIX) or not token.isascii():
        return None
    text = token.removeprefix(PREFIX)
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    if len(raw) != _BYTES or _write(raw) != text:
        return None
    said, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
    if not any(hmac.compare_digest(mac, _mac(said, key)) for key in keys):
        return None
    return KeyToken(UUID(bytes=raw[:16]), UUID(bytes=raw[16:32]), digest(token))


def digest(token: str) -> bytes:
    """What is stored of a key. It is random enough to need no slow hash."""
    return hashlib.sha256(token.encode()).digest()


def _mac(said: bytes, key: bytes) -> bytes:
    return hmac.digest(key, said, "sha256")[:_MAC_BYTES]


def _write(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
