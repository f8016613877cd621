"""What retention does to the audit: the origins of old events are forgotten, the events stay."""

from __future__ import annotations

from helpdesk.audit.rules import ORIGINS_KEPT
from helpdesk.clock import now
from helpdesk.events.log import forget_origins
from helpdesk.events.queries import seq_before


def forget_old_origins() -> int:
    """How many events lost theirs. Idempotent."""
    return forget_origins(upto=seq_before(now() - ORIGINS_KEPT))
