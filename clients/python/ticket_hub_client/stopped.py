"""The one exception that a client raises by itself."""

from __future__ import annotations

BAD_CLIENT, UNAUTHORIZED, FORBIDDEN, NOT_FOUND, COME_BACK = 4400, 4401, 4403, 4404, 4409
FOR_GOOD = frozenset({BAD_CLIENT, FORBIDDEN, NOT_FOUND})
"""Close codes after which coming back with the same helps nobody."""
LOST = 1006
"""The connection broke without a close frame (RFC 6455, 7.1.5)."""


class Stopped(Exception):
    """The hub will not have this client: `code` is the close code, `reason` its word, which may be missing."""

    def __init__(self, code: int, reason: str = "", message: str = "") -> None:
        super().__init__(" ".join(part for part in (str(code), reason, message) if part))
        self.code, self.reason, self.message = code, reason, message
