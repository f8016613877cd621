"""Which help desk this code works for: set by the door in `tenants.context`, only read here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

_current: ContextVar[Desk | None] = ContextVar("helpdesk_desk", default=None)


@dataclass(frozen=True, slots=True)
class Desk:
    """What the domain may know of its tenant."""

    id: UUID
    slug: str
    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)


class NoDesk(RuntimeError):
    """No tenant was entered before this code ran."""


def current() -> Desk:
    """The help desk of this request, task or socket message. Raises NoDesk where the door was not used."""
    desk = _current.get()
    if desk is None:
        raise NoDesk(NoDesk.__doc__)
    return desk


@contextmanager
def at(desk: Desk | None) -> Iterator[None]:
    """Make `desk` the current one inside the block. Called by the door alone."""
    token = _current.set(desk)
    try:
        yield
    finally:
        _current.reset(token)


def is_entered() -> bool:
    """Did this request name a tenant?"""
    return _current.get() is not None
