"""What is still to be erased from the log."""

from __future__ import annotations

from datetime import datetime

from helpdesk.clock import now
from helpdesk.erasing.models import Erasure


def next_due() -> datetime | None:
    """At once, while there is something; None where nothing is left."""
    return now() if Erasure.objects.exists() else None
