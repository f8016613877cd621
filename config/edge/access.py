"""One line per request, after its answer: what was asked, by whom, and how it ended. Never a query string."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import structlog

from helpdesk.meters import REQUEST_SECONDS, REQUESTS

if TYPE_CHECKING:
    from config.edge.exchange import Exchange

log = structlog.get_logger("hub.edge")

CLIENT_CLOSED_REQUEST = 499
"""In the log only: the client left before there was an answer."""
LONGEST_LOGGED_PATH = 512
_NAMED_INSIDE = ("tenant", "person", "operation")
_SIGNED = re.compile(r"(?i)(mail/+unsubscribe/+).+")
"""What follows is a signed token: whoever has it may use it."""
_STREAM = "eventStream"
"""Its answers take hours."""
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


def count_request(exchange: Exchange, seconds: float) -> None:
    """By operation, never by path: what strangers make up must not become a label."""
    operation = exchange.bound.get("operation") or _kind_of(exchange.scope["path"])
    status = exchange.status or CLIENT_CLOSED_REQUEST
    REQUESTS.labels(operation, f"{status // 100}xx").inc()
    if operation != _STREAM:
        REQUEST_SECONDS.labels(operation).observe(seconds)


def _kind_of(path: str) -> str:
    """Of what is no operation."""
    if _is_health(path):
        return "health"
    if path.startswith("/static/"):
        return "static"
    return {"/metrics": "metrics", "/api/v1/events": _STREAM}.get(path, "other")


def _is_health(path: str) -> bool:
    return path.startswith(_HEALTH) and (path in _HEALTH or path.endswith(("/health/live", "/health/ready")))


def _without_token(path: str) -> str:
    return _SIGNED.sub(r"\1***", path)
