"""Access tokens: JWT (RFC 7519) with HS256; the algorithm is ours, never the token's, and `exp` is required.

acme-ui reads the claims with plain `atob`, so `> ? ~` are written as JSON escapes: then no segment
holds `-` or `_` (the claims are ASCII already).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt
from django.conf import settings

from helpdesk.clock import now
from helpdesk.permissions import scopes_of
from helpdesk.sealing import signing_keys
from helpdesk.vocabulary import Role

ALGORITHM = "HS256"
CLOCK_SKEW_S = 5

ROLE_CLAIMS: dict[Role, str] = {
    Role.REQUESTER: "ROLE_USER",
    Role.AGENT: "ROLE_AGENT",
    Role.ADMIN: "ROLE_ADMIN",
    Role.PLATFORM_ADMIN: "ROLE_PLATFORM_ADMIN",
}


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says that is ours, before the database is asked. The role is not among it.

    A sign-in names its person and session, an API key only itself: whose it is, and until when it is good,
    stands in the database.
    """

    tenant_id: UUID | None
    person_id: UUID | None = None
    session_id: UUID | None = None
    key_id: UUID | None = None
    key_sha256: bytes = b""
    """Of the whole token; with `key_id` alone nobody is let in."""
    expires_at: int | None = None
    """Seconds since 1970; None for an API key."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """For whom a token is made. `tenant_id` is None for platform admins."""

    id: UUID
    email: str
    role: Role
    tenant_id: UUID | None


class _AtobSafe(json.JSONEncoder):
    def encode(self, o: Any) -> str:
        text = super().encode(o)
        for character in ">?~":
            text = text.replace(character, f"\\u{ord(character):04x}")
        return text


def issue_token(bearer: Bearer, *, session_id: UUID, at: datetime | None = None) -> tuple[str, int]:
    """The token and the seconds it is valid."""
    issued = at or now()
    lasts = timedelta(minutes=settings.HUB_ACCESS_TOKEN_MINUTES)
    tenant_id = str(bearer.tenant_id) if bearer.tenant_id else None
    claims: dict[str, Any] = {
        "sub": bearer.email,
        "uid": str(bearer.id),
        "sid": str(session_id),
        "iat": int(issued.timestamp()),
        "exp": int((issued + lasts).timestamp()),
        "jti": uuid4().hex,
        "roles": [ROLE_CLAIMS[bearer.role]],
        "scopes": list(scopes_of(bearer.role)),
    }
    if tenant_id:
        claims |= {"tenantId": tenant_id, "tenant_id": tenant_id}
    token = jwt.encode(claims, settings.SECRET_KEY, algorithm=ALGORITHM, json_encoder=_AtobSafe)
    return token, int(lasts.total_seconds())


def read_token(token: str) -> Claims | None:
    """The claims of a token that we signed, with today's key or one before, and that has not expired; else None."""
    for key in signing_keys():
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                # iat with a grace that exp does not get: two web machines' clocks differ a little.
                options={"require": ["exp", "iat", "uid", "sid"], "verify_iat": False},
            )
        except jwt.InvalidSignatureError:
            continue
        except (jwt.PyJWTError, ValueError, TypeError, AttributeError, RecursionError):
            return None
        return _claims(claims)
    return None


def _claims(told: dict[str, Any]) -> Claims | None:
    try:
        if not 0 <= int(told["iat"]) <= now().timestamp() + CLOCK_SKEW_S:
            return None
        return Claims(
            person_id=UUID(told["uid"]),
            session_id=UUID(told["sid"]),
            tenant_id=UUID(told["tenantId"]) if told.get("tenantId") else None,
            expires_at=int(told["exp"]),
        )
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None
