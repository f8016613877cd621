"""Answers: JSON in the contract's shapes, made once, without a second validation of what we wrote ourselves."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

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


Page = Callable[[], bytes | None]


class PagedAnswer(StreamingHttpResponse):
    """Bytes that are made a page at a time while they are read; None ends them.

    Whoever entered the tenant says by `made_in` how a page is made there: in a transaction of its own, so that a slow
    reader holds neither a connection nor a lock. A page that fails breaks the answer off, and is seen to.
    """

    def __init__(self, first: bytes, more: Page, *, content_type: str) -> None:
        super().__init__(content_type=content_type)
        self["Cache-Control"] = "no-store"
        self._first, self._more = first, more
        self.counted: Callable[[int], None] = lambda step: None
        """Told of each reader: 1 when it begins, -1 when it has ended."""

    def made_in(self, now: Callable[[Page], bytes | None], soon: Callable[[Page], Awaitable[bytes | None]]) -> None:
        """`now` makes a page for a server that waits, `soon` for one that does not."""
        self._soon = soon
        self.streaming_content = self._pages(now)

    def _pages(self, make: Callable[[Page], bytes | None]) -> Iterator[bytes]:
        self.counted(1)
        try:
            yield self._first
            while (page := make(self._more)) is not None:
                yield page
        finally:
            self.counted(-1)

    async def __aiter__(self) -> AsyncGenerator[bytes]:
        self.counted(1)
        try:
            yield self._first
            while (page := await self._soon(self._more)) is not None:
                yield page
        finally:
            self.counted(-1)
