"""Answers: JSON in the contract's shapes, made once, without a second validation of what we wrote ourselves."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse

from helpdesk.errors import HelpdeskError, error_shape
from helpdesk.shapes import Shape
from helpdesk.versions import etag

JSON_TYPE = "application/json"


def answer(
    data: Shape | dict[str, Any], *, status: int = 200, version: int | None = None, seq: int | None = None
) -> HttpResponse:
    """A JSON answer. `version` becomes the ETag; `seq` (the log's, read before the data) becomes `Hub-Seq`."""
    body = data.model_dump(mode="json", by_alias=True) if isinstance(data, Shape) else data
    response = HttpResponse(orjson.dumps(body), status=status, content_type=JSON_TYPE)
    response["Cache-Control"] = "no-store"
    if version is not None:
        response["ETag"] = etag(version)
    if seq is not None:
        response["Hub-Seq"] = str(seq)
    return response


def no_content() -> HttpResponse:
    """204."""
    return HttpResponse(status=204)


def refusal(request: HttpRequest, error: HelpdeskError) -> HttpResponse:
    """The answer that tells a refusal."""
    shape = error_shape(error, path=request.path, request_id=request.headers.get("X-Request-ID", ""))
    response = HttpResponse(orjson.dumps(shape), status=error.status, content_type=JSON_TYPE, headers=error.headers)
    response["Cache-Control"] = "no-store"
    return response
