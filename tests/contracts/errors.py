"""The one shape of a refusal, to the letter."""

from __future__ import annotations

import re
from typing import Any

from tests.api import Answer

KEYS = {"code", "message", "details", "timestamp", "path", "requestId"}
STATUSES = {
    "BAD_REQUEST": 400,
    "VALIDATION_ERROR": 400,
    "UNAUTHORIZED": 401,
    "FORBIDDEN": 403,
    "NOT_FOUND": 404,
    "METHOD_NOT_ALLOWED": 405,
    "CONFLICT": 409,
    "PRECONDITION_FAILED": 412,
    "PAYLOAD_TOO_LARGE": 413,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "RATE_LIMITED": 429,
    "UNAVAILABLE": 503,
}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def assert_refused(answer: Answer, code: str, *, field: str | None = None, reason: str | None = None) -> None:
    """The answer is this refusal, in the contract's shape; `field` and `reason` stand in one of its details."""
    body: dict[str, Any] = answer.body
    assert answer.status == STATUSES[code], answer
    assert answer.headers["Content-Type"] == "application/json", answer
    assert set(body) - {"data"} == KEYS, answer
    assert body["code"] == code, answer
    assert isinstance(body["message"], str), answer
    assert body["message"], answer
    assert _MOMENT.fullmatch(body["timestamp"]), answer
    assert body["path"].startswith("/"), answer
    assert "?" not in body["path"], answer
    for detail in body["details"]:
        assert set(detail) == {"field", "message", "code"}, answer
        assert all(isinstance(value, str) for value in detail.values()), answer
    if field is not None:
        assert field in [detail["field"] for detail in body["details"]], answer
    if reason is not None:
        assert reason in [detail["code"] for detail in body["details"]], answer
