"""Cross-origin reading (the Fetch standard's CORS protocol), by an allow-list: answers and refusals alike.

A preflight of a listed origin is answered here, before anybody is asked who they are. One of another origin meets
what any OPTIONS meets. What a listed page may do with a cookie is `helpdesk.people.credentials`' to say.
"""

from __future__ import annotations

from typing import Final

from config.edge.asgi import Headers, Scope
from config.edge.policy import Policy

_API = "/api/"
_VARY: Final = b"origin"
_EXPOSED: Final = (
    b"ETag, Hub-Seq, Idempotency-Replayed, Location, RateLimit, RateLimit-Policy, RateLimit-Limit, "
    b"RateLimit-Remaining, RateLimit-Reset, Retry-After, X-Request-ID"
)
PREFLIGHT: Final[Headers] = [
    (b"access-control-allow-methods", b"DELETE, GET, HEAD, PATCH, POST, PUT"),
    (
        b"access-control-allow-headers",
        b"Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, X-Request-ID, X-Tenant",
    ),
    (b"access-control-max-age", b"7200"),
]


def is_preflight(scope: Scope, policy: Policy) -> bool:
    """Does a listed page ask what it may send?"""
    if scope["method"] != "OPTIONS" or not _listed_origin(scope, policy):
        return False
    return any(name == b"access-control-request-method" for name, _ in scope["headers"])


def opened(headers: Headers, scope: Scope, policy: Policy) -> Headers:
    """The headers with what lets a listed page read the answer."""
    if not policy.origins or not scope["path"].startswith(_API):
        return headers
    opening = _with_vary(headers)
    if origin := _listed_origin(scope, policy):
        opening += [
            (b"access-control-allow-origin", origin),
            (b"access-control-allow-credentials", b"true"),
            (b"access-control-expose-headers", _EXPOSED),
        ]
    return opening


def _listed_origin(scope: Scope, policy: Policy) -> bytes | None:
    if not policy.origins or not scope["path"].startswith(_API):
        return None
    given = [value for name, value in scope["headers"] if name == b"origin"]
    return given[0] if len(given) == 1 and given[0] in policy.origins else None


def _with_vary(headers: Headers) -> Headers:
    told = [value for name, value in headers if name.lower() == b"vary"]
    rest = [pair for pair in headers if pair[0].lower() != b"vary"]
    return [*rest, (b"vary", b", ".join([*told, _VARY]))]
