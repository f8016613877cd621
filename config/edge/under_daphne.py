"""What daphne decides before any application is asked, brought to the contract: the size of a body, its error pages."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from config.edge.body import LARGEST_BODY
from config.edge.refusals import unheard


def prepare_daphne() -> None:
    """Call once, before daphne serves. May be called again."""
    # By name: daphne has no types.
    request: Any = import_module("daphne.http_protocol").WebRequest
    request.handleContentChunk = _keep_enough
    request.basic_error = _error_of_the_contract


def _keep_enough(request: Any, data: bytes) -> None:
    """Store one byte more than is allowed, so that the edge refuses it; daphne would spool any size to the disk."""
    room = LARGEST_BODY + 1 - request.content.tell()
    if room > 0:
        request.content.write(data[:room])


def _error_of_the_contract(request: Any, status: int, status_text: bytes, body: str) -> None:
    headers, answer = unheard(status)
    request.handle_reply({"type": "http.response.start", "status": status, "headers": headers})
    request.handle_reply({"type": "http.response.body", "body": answer})
