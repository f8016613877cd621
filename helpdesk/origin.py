"""From where somebody acts: set by the door a request comes through, written beside the events it causes.

It is for the audit alone: no socket, webhook or timeline tells it. What the hub does itself has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID


@dataclass(slots=True)
class Origin:
    """`client` is an address as the edge sees it; `operation` an id of the OpenAPI document; both may be empty."""

    client: str
    request_id: str = ""
    operation: str = ""
    api_key_id: UUID | None = None


_here: ContextVar[Origin | None] = ContextVar("helpdesk_origin", default=None)


def current() -> Origin | None:
    """Of the request that is answered now; None where the hub acts by itself."""
    return _here.get()


@contextmanager
def coming_from(origin: Origin) -> Iterator[Origin]:
    """What is recorded inside came from there."""
    token = _here.set(origin)
    try:
        yield origin
    finally:
        _here.reset(token)


def note(*, operation: str | None = None, api_key_id: UUID | None = None) -> None:
    """What the door learns later than the edge: which operation it is, and by which key."""
    here = _here.get()
    if here is None:
        return
    here.operation = operation or here.operation
    here.api_key_id = api_key_id or here.api_key_id
