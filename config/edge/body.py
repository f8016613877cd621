"""A body is counted while it is read, and never read past the limit or waited for without end."""

from __future__ import annotations

import asyncio

from config.edge.asgi import Receive, Scope
from helpdesk.errors import BadRequest, HelpdeskError, PayloadTooLarge

LARGEST_BODY = 1024 * 1024
"""In bytes, as sent."""
SECONDS_BETWEEN_CHUNKS = 30.0
SECONDS_FOR_A_BODY = 300.0
"""Bounds a sender who keeps the connection busy with one byte every few seconds."""

LARGEST_DRAIN = 16 * LARGEST_BODY
SECONDS_OF_DRAIN = 5.0


class ClientGone(Exception):
    """The client closed the connection before its body was whole."""


class BodyTooSlow(BadRequest):
    """The body did not arrive in time."""

    reason = "body_timeout"


def announces_body(scope: Scope) -> bool:
    """Whether bytes of a body may follow. HTTP/1.1 says so in its headers (RFC 9112, 6.3), HTTP/2 need not."""
    for name, value in scope["headers"]:
        if name == b"transfer-encoding" or (name == b"content-length" and value != b"0"):
            return True
    return not scope.get("http_version", "1.1").startswith("1")


def require_small(scope: Scope) -> None:
    """The announced length is a number and within the limit: refused before a byte is read."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            if not value.isdigit():
                raise BadRequest("Content-Length is not a number.")
            if len(value) > 15 or int(value) > LARGEST_BODY:
                raise PayloadTooLarge


async def read_body(receive: Receive) -> bytes:
    """The whole body. Raises PayloadTooLarge, BodyTooSlow or ClientGone."""
    try:
        async with asyncio.timeout(SECONDS_BETWEEN_CHUNKS) as patience:
            return await _read(receive, patience)
    except TimeoutError:
        raise BodyTooSlow from None


async def _read(receive: Receive, patience: asyncio.Timeout) -> bytes:
    chunks: list[bytes] = []
    size = 0
    clock = asyncio.get_running_loop().time
    at_the_latest = clock() + SECONDS_FOR_A_BODY
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > LARGEST_BODY:
            raise PayloadTooLarge
        chunks.append(chunk)
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)
        patience.reschedule(min(clock() + SECONDS_BETWEEN_CHUNKS, at_the_latest))


async def drain(receive: Receive) -> None:
    """Throw away a bounded rest of a refused body.

    Closing with unread bytes makes the kernel send RST, which can destroy the answer before the client has read it.
    """
    left = LARGEST_DRAIN
    try:
        async with asyncio.timeout(SECONDS_OF_DRAIN):
            while left > 0:
                message = await receive()
                if message["type"] == "http.disconnect" or not message.get("more_body", False):
                    return
                left -= len(message.get("body", b""))
    except TimeoutError:
        return


def may_be_drained(scope: Scope, refusal: HelpdeskError) -> bool:
    """Not from a sender who stalled, nor from one who waits for `100 Continue` before sending (RFC 9110, 10.1.1)."""
    return not isinstance(refusal, BodyTooSlow) and all(name != b"expect" for name, _ in scope["headers"])
