"""Errors made at the edge, and the contract's shape for every error status that came out in another form."""

from __future__ import annotations

from typing import Final

import orjson
from uuid_utils import uuid7

from config.edge.asgi import Headers
from config.edge.headers import ALWAYS, NOT_KEPT
from helpdesk.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    HelpdeskError,
    InternalError,
    MethodNotAllowed,
    NotFound,
    PayloadTooLarge,
    PreconditionFailed,
    RateLimited,
    Unauthorized,
    Unavailable,
    UnsupportedMediaType,
    error_shape,
)

LONGEST_SHOWN_PATH = 1024


# 422 is not here: the contract gives it to one refusal, which no framework page can mean.
_BY_STATUS: Final[dict[int, HelpdeskError]] = {
    401: Unauthorized(),
    403: Forbidden("This request is not allowed.", details=[]),
    404: NotFound(),
    405: MethodNotAllowed(),
    409: Conflict(details=[]),
    412: PreconditionFailed("The precondition does not hold.", details=[]),
    413: PayloadTooLarge(),
    415: UnsupportedMediaType(),
    429: RateLimited(),
    503: Unavailable("The hub is not available right now. Try again in a moment."),
}
_BAD_REQUEST: Final = BadRequest()
_INTERNAL_ERROR: Final = InternalError()

_REPLACED_HEADERS = frozenset(
    {b"content-type", b"content-length", b"content-encoding", b"transfer-encoding", b"etag", b"last-modified"}
)


def error_of(status: int) -> HelpdeskError:
    """The contract's error for a status that came without one."""
    return _BY_STATUS.get(status) or (_INTERNAL_ERROR if status >= 500 else _BAD_REQUEST)


def error_body(error: HelpdeskError, *, path: str, request_id: str) -> bytes:
    return orjson.dumps(error_shape(error, path=path[:LONGEST_SHOWN_PATH], request_id=request_id))


def error_headers(error: HelpdeskError, length: int, kept: Headers) -> Headers:
    """`kept` without what described the old body; the error's own headers where they are not there yet."""
    headers = [pair for pair in kept if pair[0].lower() not in _REPLACED_HEADERS]
    present = {name.lower() for name, _ in headers}
    for name, value in error.headers.items():
        if name.lower().encode("ascii") not in present:
            headers.append((name.lower().encode("ascii"), value.encode("latin-1")))
    headers.append((b"content-type", b"application/json"))
    headers.append((b"content-length", b"%d" % length))
    return headers


def unheard(status: int) -> tuple[Headers, bytes]:
    """Headers and body for what the server itself refuses: there is no request yet, so no path, and a new id."""
    error, request_id = error_of(status), uuid7().hex
    body = error_body(error, path="", request_id=request_id)
    named = (b"x-request-id", request_id.encode("ascii"))
    return [*error_headers(error, len(body), []), named, *ALWAYS, NOT_KEPT], body


def is_json(headers: Headers) -> bool:
    """Whether an answer says that it is JSON (`application/json` or `application/*+json`)."""
    for name, value in headers:
        if name.lower() == b"content-type":
            essence = value.partition(b";")[0].strip().lower()
            return essence == b"application/json" or (
                essence.startswith(b"application/") and essence.endswith(b"+json")
            )
    return False
