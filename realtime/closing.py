"""Why the server ends a socket: a code of the private range (RFC 6455, 7.4.2) and a word in the close reason.

Clients decide by the code. The word is for people and logs, and daphne does not send it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class CloseCode(IntEnum):
    BAD_CLIENT = 4400
    """Too many frames that could not be used."""
    UNAUTHORIZED = 4401
    """Not, or no longer, signed in: get a new token before you come back."""
    FORBIDDEN = 4403
    """Signed in, but not for this: the tenant is suspended, or another one, or the token is the platform's."""
    NOT_FOUND = 4404
    """No such host or path here."""
    TOO_SLOW = 4408
    """Frames were waiting faster than they were read: come back and resume."""
    COME_BACK = 4409
    """The server restarts, or your rights have changed: come back at once and resume."""
    TOO_FAST = 4429
    """Too many frames, or sockets that did not sign in, in too short a time: come back later."""
    TOO_BIG = 1009
    """A frame over 64 KiB."""
    BROKEN = 1011
    """Something broke on our side."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a socket ends: the code, and one word of why."""

    code: CloseCode
    reason: str


RESTARTING = Ending(CloseCode.COME_BACK, "restarting")
RIGHTS_CHANGED = Ending(CloseCode.COME_BACK, "rights_changed")
UNAVAILABLE = Ending(CloseCode.COME_BACK, "unavailable")
FULL = Ending(CloseCode.COME_BACK, "full")
TOO_SLOW = Ending(CloseCode.TOO_SLOW, "too_slow")
TOO_FAST = Ending(CloseCode.TOO_FAST, "too_many_frames")
TOO_MANY_SOCKETS = Ending(CloseCode.TOO_FAST, "too_many_connections")
TOO_BIG = Ending(CloseCode.TOO_BIG, "frame_too_large")
TOO_MANY_ERRORS = Ending(CloseCode.BAD_CLIENT, "too_many_errors")
LOGIN_TIMEOUT = Ending(CloseCode.UNAUTHORIZED, "login_timeout")
BAD_TOKEN = Ending(CloseCode.UNAUTHORIZED, "bad_token")
TOKEN_EXPIRED = Ending(CloseCode.UNAUTHORIZED, "token_expired")
SIGNED_OUT = Ending(CloseCode.UNAUTHORIZED, "signed_out")
OTHER_PERSON = Ending(CloseCode.UNAUTHORIZED, "other_person")
SUSPENDED = Ending(CloseCode.FORBIDDEN, "tenant_suspended")
WRONG_TENANT = Ending(CloseCode.FORBIDDEN, "wrong_tenant")
PLATFORM_TOKEN = Ending(CloseCode.FORBIDDEN, "platform_token")
NO_SCOPE = Ending(CloseCode.FORBIDDEN, "no_scope")
UNKNOWN_HOST = Ending(CloseCode.NOT_FOUND, "unknown_host")
UNKNOWN_PATH = Ending(CloseCode.NOT_FOUND, "unknown_path")
BROKEN = Ending(CloseCode.BROKEN, "internal_error")
