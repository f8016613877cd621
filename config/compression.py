"""Answers to GET leave compressed where the client takes gzip and it pays: JSON and text of a kilobyte or more.

BREACH (breachattack.com) reads a secret from the length of a compressed answer that repeats what the attacker sent.
So nothing below `/auth/` and no answer to a POST, where tokens, keys and secrets are told, is compressed; and every
compressed answer has a random length besides.
"""

from __future__ import annotations

import gzip
import secrets
from collections.abc import Callable
from io import BytesIO
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

SMALLEST = 1024
LEVEL = 3
"""Of a page of 20 tickets (25 kB) 1 leaves 21 % in 0.16 ms, 3 leaves 20 % in 0.19 ms, 6 leaves 18 % in 0.41 ms."""
MOST_PADDING = 100
_UNTOUCHED = "/api/v1/auth/"
_TYPES: Final = ("application/json", "text/", "application/javascript", "image/svg+xml")


class CompressionMiddleware:
    """The first of all: it sees the answer last."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.method == "GET" and isinstance(response, HttpResponse) and _pays(request, response):
            patch_vary_headers(response, ("Accept-Encoding",))
            if accepts_gzip(request.headers.get("Accept-Encoding", "")):
                _compress(response)
        return response


def accepts_gzip(accepted: str) -> bool:
    """Does Accept-Encoding (RFC 9110, 12.5.3) take gzip? Its own weight goes before that of `*`."""
    weights: dict[str, bool] = {}
    for part in accepted.lower().split(","):
        coding, _, parameter = part.partition(";")
        weight = parameter.strip().removeprefix("q=").strip()
        weights[coding.strip()] = not (weight and weight.strip("0.") == "")
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", False)))


def _pays(request: HttpRequest, response: HttpResponse) -> bool:
    return (
        response.status_code == 200
        and len(response.content) >= SMALLEST
        and "Content-Encoding" not in response
        and response.get("Content-Type", "").startswith(_TYPES)
        and not request.path.startswith(_UNTOUCHED)
    )


def _compress(response: HttpResponse) -> None:
    packed = BytesIO()
    padding = "x" * secrets.randbelow(MOST_PADDING)
    with gzip.GzipFile(filename=padding, mode="wb", compresslevel=LEVEL, fileobj=packed, mtime=0) as file:
        file.write(response.content)
    response.content = packed.getvalue()
    response["Content-Encoding"] = "gzip"
    response["Content-Length"] = str(len(response.content))
    if (etag := response.get("ETag", "")).startswith('"'):
        response["ETag"] = f"W/{etag}"  # other bytes, the same version (RFC 9110, 8.8.1); If-Match takes it too
