"""What stands in a mailed link: the tenant, the link's row, and an HMAC over both. Pure.

base64url (RFC 4648, 5, without padding) of tenant id (16 bytes), link id (16) and HMAC-SHA256 (32), under a key for
this purpose alone. Nothing secret is stored, so a mail can be written anew at each try; that a link works once, and
how long, stands in its row.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

_SAID_BYTES, _MAC_BYTES = 32, 32
_LENGTH = -(-(_SAID_BYTES + _MAC_BYTES) * 4 // 3)


@dataclass(frozen=True, slots=True)
class LinkToken:
    """Which link of which tenant. Both are to be believed: they were signed."""

    tenant_id: UUID
    link_id: UUID


def write_link_token(said: LinkToken, *, key: bytes) -> str:
    """86 characters, the same each time."""
    ids = said.tenant_id.bytes + said.link_id.bytes
    return _write(ids + hmac.digest(key, ids, "sha256"))


def read_link_token(token: str, *, keys: Sequence[bytes]) -> LinkToken | None:
    """What it says, where one of `keys` made it; else None, whatever it is."""
    if len(token) != _LENGTH or not token.isascii():
        return None
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    if len(raw) != _SAID_BYTES + _MAC_BYTES or _write(raw) != token:
        return None
    ids, mac = raw[:_SAID_BYTES], raw[_SAID_BYTES:]
    if not any(hmac.compare_digest(mac, hmac.digest(key, ids, "sha256")) for key in keys):
        return None
    return LinkToken(UUID(bytes=ids[:16]), UUID(bytes=ids[16:]))


def _write(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
