"""The bell: rung after a commit that wrote to the log. It carries no truth; a lost one costs latency.

Rooms above hang a listener on it in their AppConfig.ready(): the only upward call there is.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import structlog

Listener = Callable[[UUID, int], None]
"""Takes the tenant's id and the newest seq. Must return at once: it stands between COMMIT and the answer."""

_listeners: list[Listener] = []
_log = structlog.get_logger(__name__)


def on_recorded(listener: Listener) -> None:
    """Call `listener` after each commit with new events, in the thread that committed."""
    if listener not in _listeners:
        _listeners.append(listener)


def ring(tenant_id: UUID, seq: int) -> None:
    """Tell every listener. A listener that fails is logged and costs the others nothing."""
    for listener in _listeners:
        try:
            listener(tenant_id, seq)
        except Exception:
            _log.exception("bell_listener_failed", tenant=str(tenant_id))
