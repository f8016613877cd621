"""Every request has exactly one id: a sane `X-Request-ID` of the caller is kept, anything else is replaced."""

from __future__ import annotations

import re

from structlog.contextvars import bind_contextvars, clear_contextvars
from uuid_utils import uuid7

from config.edge.asgi import Scope

HEADER = b"x-request-id"
_SANE = re.compile(rb"[A-Za-z0-9._-]{1,64}")


def identified(scope: Scope) -> Scope:
    """The scope with its id in `scope["request_id"]` and as its only `x-request-id` header; bound for the logs."""
    headers = scope["headers"]
    given = [value for name, value in headers if name == HEADER]
    if len(given) == 1 and _SANE.fullmatch(given[0]):
        request_id = given[0].decode("ascii")
    else:
        # Not `helpdesk.ids`: here only the text is wanted, which is ten times faster made.
        request_id = uuid7().hex
        headers = [pair for pair in headers if pair[0] != HEADER] if given else list(headers)
        headers.append((HEADER, request_id.encode("ascii")))
    # Cleared first: a task may inherit the context of the request before it on the same connection.
    clear_contextvars()
    bind_contextvars(request_id=request_id)
    return {**scope, "headers": headers, "request_id": request_id}
