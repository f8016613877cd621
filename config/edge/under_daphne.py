"""What daphne decides before any application is asked, brought to the contract: the size of a body, its error pages."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from config.edge.body import LARGEST_BODY
from config.edge.refusals import unheard

STOCK = "kill_all_applications_of_daphne"


def prepare_daphne() -> None:
    """Call once, before daphne serves. May be called again."""
    # By name: daphne has no types.
    request: Any = import_module("daphne.http_protocol").WebRequest
    request.handleContentChunk = _keep_enough
    request.basic_error = _error_of_the_contract
    server: Any = import_module("daphne.server").Server
    if not hasattr(server, STOCK):
        setattr(server, STOCK, server.kill_all_applications)
        server.kill_all_applications = _end_applications


def _end_applications(server: Any) -> Any:
    """A connection that never got to an application makes daphne stop before it has ended any."""
    server.connections = {p: known for p, known in server.connections.items() if "application_instance" in known}
    return getattr(server, STOCK)()


def _keep_enough(request: Any, data: bytes) -> None:
    """Store one byte more than is allowed, so that the edge refuses it; daphne would spool any size to the disk."""
    room = LARGEST_BODY + 1 - request.content.tell()
    if room > 0:
        request.content.write(data[:room])


def _error_of_the_contract(request: Any, status: int, status_text: bytes, body: str) -> None:
    headers, answer = unheard(status)
    request.handle_reply({"type": "http.response.start", "status": status, "headers": headers})
    request.handle_reply({"type": "http.response.body", "body": answer})
