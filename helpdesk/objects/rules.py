"""Keys, and when a key is done with. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

STILL_ARRIVING = timedelta(hours=1)
"""How long after its address has expired an upload that began before may go on."""
LONGEST_PAUSE_S = 600


def prefix_of(tenant_id: UUID) -> str:
    """What every key of a tenant begins with."""
    return f"{tenant_id}/"


def key_of(tenant_id: UUID, *, ticket_id: UUID, object_id: UUID) -> str:
    """Made of ids alone: no word of a client stands in it."""
    return f"{prefix_of(tenant_id)}{ticket_id}/{object_id}"


def export_key_of(tenant_id: UUID, *, export_id: UUID, attempt: int) -> str:
    """Each attempt has a place of its own, so that none writes over what another one's reader was led to."""
    return f"{prefix_of(tenant_id)}exports/{export_id}/{attempt}"


def last_look(put_until: datetime) -> datetime:
    """From when on nothing can come to lie there any more."""
    return put_until + STILL_ARRIVING


def pause_after(attempts: int) -> timedelta:
    """How long to leave a store alone that did not answer."""
    return timedelta(seconds=min(2 ** min(attempts, 10), LONGEST_PAUSE_S))
