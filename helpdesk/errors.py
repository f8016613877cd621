"""Every refusal the hub knows, and the one shape in which it is told.

The shape is the contract's for every path: `{code, message, details[], timestamp, path, requestId, data?}`.
An exception's docstring is its message; `details[0].code` tells refusals of one status apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from helpdesk.clock import now, rfc3339


@dataclass(frozen=True, slots=True)
class Detail:
    """One wrong field: its dotted camelCase path ("" = the request), a sentence, and a stable code."""

    field: str
    message: str
    code: str

    def shape(self) -> dict[str, str]:
        return {"field": self.field, "message": self.message, "code": self.code}


class HelpdeskError(Exception):
    """The request was refused."""

    code: ClassVar[str] = "BAD_REQUEST"
    status: ClassVar[int] = 400
    reason: ClassVar[str] = ""
    """The stable word in `details[0].code`; empty where the code says it all."""

    def __init__(
        self,
        message: str | None = None,
        *,
        details: list[Detail] | None = None,
        data: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        self.message = message or " ".join((type(self).__doc__ or "").split())
        if details is None and self.reason:
            details = [Detail("", self.message, self.reason)]
        self.details = details or []
        self.data = data
        self.headers = headers or {}
        super().__init__(self.message)


class BadRequest(HelpdeskError):
    """The request could not be read."""


class ValidationFailed(HelpdeskError):
    """Some fields are not right."""

    code = "VALIDATION_ERROR"

    @classmethod
    def of(cls, field: str, message: str, code: str = "invalid") -> ValidationFailed:
        return cls(details=[Detail(field, message, code)])


class Unauthorized(HelpdeskError):
    """Sign in first: there is no valid token with this request."""

    code, status = "UNAUTHORIZED", 401

    def __init__(self, message: str | None = None, **more: Any) -> None:
        super().__init__(message, **more)
        self.headers.setdefault("WWW-Authenticate", "Bearer")


class Forbidden(HelpdeskError):
    """Your role does not allow this."""

    code, status, reason = "FORBIDDEN", 403, "role"


class FieldForbidden(Forbidden):
    """Your role may not change this field."""

    reason = "field"

    @classmethod
    def of(cls, fields: list[str]) -> FieldForbidden:
        return cls(details=[Detail(name, "Your role may not change this field.", cls.reason) for name in fields])


class NotFound(HelpdeskError):
    """There is no such thing, or you may not see it."""

    code, status = "NOT_FOUND", 404


class MethodNotAllowed(HelpdeskError):
    """This address does not take that method."""

    code, status = "METHOD_NOT_ALLOWED", 405


class Conflict(HelpdeskError):
    """The request collides with what is already there."""

    code, status, reason = "CONFLICT", 409, "conflict"


class PreconditionFailed(HelpdeskError):
    """Somebody changed it in the meantime: read `data.current` and try again."""

    code, status, reason = "PRECONDITION_FAILED", 412, "stale"


class PayloadTooLarge(HelpdeskError):
    """The body is larger than 1 MiB."""

    code, status = "PAYLOAD_TOO_LARGE", 413


class UnsupportedMediaType(HelpdeskError):
    """Send the body as application/json in UTF-8."""

    code, status = "UNSUPPORTED_MEDIA_TYPE", 415


class RateLimited(HelpdeskError):
    """Too many requests: wait as long as `Retry-After` says, in seconds."""

    code, status = "RATE_LIMITED", 429


class InternalError(HelpdeskError):
    """Something broke on our side. The request id finds it in our logs."""

    code, status = "INTERNAL_ERROR", 500


class Unavailable(HelpdeskError):
    """The hub cannot reach its database right now. Try again in a moment."""

    code, status = "UNAVAILABLE", 503

    def __init__(self, message: str | None = None, **more: Any) -> None:
        super().__init__(message, **more)
        self.headers.setdefault("Retry-After", "2")


def error_shape(error: HelpdeskError, *, path: str, request_id: str) -> dict[str, Any]:
    """The body of the answer, ready for JSON. `path` is the request's path without its query."""
    shape: dict[str, Any] = {
        "code": error.code,
        "message": error.message,
        "details": [detail.shape() for detail in error.details],
        "timestamp": rfc3339(now()),
        "path": path,
        "requestId": request_id,
    }
    if error.data is not None:
        shape["data"] = error.data
    return shape
