"""What retention does to the audit: the origins of old events are forgotten, the events stay."""

from __future__ import annotations

from helpdesk.events.log import forget_origins
from helpdesk.events.queries import seq_before
from helpdesk.retention import kept_since


def forget_old_origins() -> int:
    """How many events lost theirs. Idempotent."""
    oldest = kept_since("origins")
    return forget_origins(upto=seq_before(oldest)) if oldest else 0
