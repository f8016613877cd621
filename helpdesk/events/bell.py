"""The bell: rung after a commit that wrote to the log. A lost one costs latency, and what it brings is only an offer.

The knock beside it says that people may have lost their place without a row of the log: somebody signed
out, the desk was suspended. Rooms above hang listeners on both in their AppConfig.ready(): the only
upward calls there are.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import structlog

from helpdesk.events.offers import Offer

Listener = Callable[[UUID, int, Offer | None], None]
"""Takes the tenant's id, the newest seq, and the rows where they are offered.

Must return at once: it stands between COMMIT and the answer."""

KnockListener = Callable[[UUID], None]
"""Takes the tenant's id. Must return at once too."""

_listeners: list[Listener] = []
_knock_listeners: list[KnockListener] = []
_log = structlog.get_logger(__name__)


def on_recorded(listener: Listener) -> None:
    """Call `listener` after each commit with new events, in the thread that committed."""
    if listener not in _listeners:
        _listeners.append(listener)


def ring(tenant_id: UUID, seq: int, offer: Offer | None) -> None:
    """Tell every listener. A listener that fails is logged and costs the others nothing."""
    for listener in _listeners:
        try:
            listener(tenant_id, seq, offer)
        except Exception:
            _log.exception("bell_listener_failed", tenant=str(tenant_id))


def on_knock(listener: KnockListener) -> None:
    """Call `listener` after each commit that took somebody's place away."""
    if listener not in _knock_listeners:
        _knock_listeners.append(listener)


def knock(tenant_id: UUID) -> None:
    """Tell every listener: look who is still here. For after the commit, as `ring`."""
    for listener in _knock_listeners:
        try:
            listener(tenant_id)
        except Exception:
            _log.exception("knock_listener_failed", tenant=str(tenant_id))
