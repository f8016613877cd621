"""One line per request, after its answer: what was asked, by whom, and how it ended. Never a query string."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from config.edge.exchange import Exchange

log = structlog.get_logger("hub.edge")

CLIENT_CLOSED_REQUEST = 499
"""In the log only: the client left before there was an answer."""
LONGEST_LOGGED_PATH = 512
_NAMED_INSIDE = ("tenant", "person")
_SIGNED = re.compile(r"(?i)(mail/+unsubscribe/+).+")
"""What follows is a signed token: whoever has it may use it."""
_HEALTH = ("/health", "/api/v1/health")


def log_request(exchange: Exchange, seconds: float) -> None:
    """`request` at info; at debug for health checks, which come every few seconds from every balancer."""
    scope = exchange.scope
    path: str = scope["path"]
    fields: dict[str, Any] = {name: exchange.bound[name] for name in _NAMED_INSIDE if name in exchange.bound}
    client = scope.get("client")
    write = log.debug if _is_health(path) else log.info
    write(
        "request",
        method=scope["method"],
        path=_without_token(path)[:LONGEST_LOGGED_PATH],
        status=exchange.status or CLIENT_CLOSED_REQUEST,
        duration_ms=round(seconds * 1000, 1),
        bytes_in=exchange.bytes_in,
        client=client[0] if client else None,
        **fields,
    )


def _is_health(path: str) -> bool:
    return path.startswith(_HEALTH) and (path in _HEALTH or path.endswith(("/health/live", "/health/ready")))


def _without_token(path: str) -> str:
    return _SIGNED.sub(r"\1***", path)
