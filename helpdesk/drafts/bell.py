"""Who is told after a commit that a draft changed: its writer's other devices. Nothing is lost with a lost call.

Rooms above hang a listener on it in their AppConfig.ready(), as on `events.bell`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog

from helpdesk.vocabulary import DraftKind


@dataclass(frozen=True, slots=True)
class DraftChange:
    """A draft was saved, or is gone (`version` is None). What stands in it is nobody's on the way."""

    tenant_id: UUID
    person_id: UUID
    ticket_id: UUID
    kind: DraftKind
    version: int | None
    at: datetime


Listener = Callable[[DraftChange], None]
"""Must return at once: it stands between COMMIT and the answer."""

_listeners: list[Listener] = []
_log = structlog.get_logger(__name__)


def on_draft_changed(listener: Listener) -> None:
    """Call `listener` after each commit that changed a draft, in the thread that committed."""
    if listener not in _listeners:
        _listeners.append(listener)


def tell(change: DraftChange) -> None:
    """Tell every listener. A listener that fails is logged and costs the others nothing."""
    for listener in _listeners:
        try:
            listener(change)
        except Exception:
            _log.exception("draft_listener_failed", tenant=str(change.tenant_id))
