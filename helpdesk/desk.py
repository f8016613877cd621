"""Which help desk this code works for: set by the door in `tenants.context`, only read here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings

_current: ContextVar[Desk | None] = ContextVar("helpdesk_desk", default=None)
_memo: ContextVar[dict[str, object] | None] = ContextVar("helpdesk_desk_memo", default=None)


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
    token, remembered = _current.set(desk), _memo.set({})
    try:
        yield
    finally:
        _memo.reset(remembered)
        _current.reset(token)


def memo() -> dict[str, object]:
    """What was looked up since the desk was entered, to be looked up once. Raises NoDesk."""
    found = _memo.get()
    if found is None:
        raise NoDesk(NoDesk.__doc__)
    return found


def desk_url(slug: str) -> str:
    """Where a desk is for its people: its slug before the public address's host."""
    public = urlsplit(settings.HUB_PUBLIC_URL)
    return f"{public.scheme}://{slug}.{public.netloc}"


def is_entered() -> bool:
    """Did this request name a tenant?"""
    return _current.get() is not None
