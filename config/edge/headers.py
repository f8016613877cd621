"""What every answer tells a browser, whoever made it: refusals of the edge and static files too.

An answer that says something else itself keeps it: pages bring a Content-Security-Policy of their own.
"""

from __future__ import annotations

from typing import Final

from config.edge.asgi import Headers, Scope
from config.edge.policy import Policy

ALWAYS: Final[tuple[tuple[bytes, bytes], ...]] = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (
        b"permissions-policy",
        b"camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
)
HSTS: Final = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
NOT_KEPT: Final = (b"cache-control", b"no-store")
_STATIC = "/static/"
_SERVER = b"server"
"""Nobody needs to know what serves."""


def armoured(headers: Headers, scope: Scope, policy: Policy) -> Headers:
    """The headers with what is missing, and without a banner."""
    present = {name.lower() for name, _ in headers}
    worn = headers if _SERVER not in present else [pair for pair in headers if pair[0].lower() != _SERVER]
    worn = [*worn, *(pair for pair in ALWAYS if pair[0] not in present)]
    if NOT_KEPT[0] not in present and not scope["path"].startswith(_STATIC):
        worn.append(NOT_KEPT)
    if policy.https_only and scope.get("scheme") == "https" and HSTS[0] not in present:
        worn.append(HSTS)
    return worn
