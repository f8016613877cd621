"""Tells somebody's devices that a draft of theirs changed: here at once, elsewhere through the channel layer.

Called between COMMIT and the answer, so a thread of its own does what may take time. What is lost is found by the
next device when it reads its drafts over REST.
"""

from __future__ import annotations

import os
from typing import Any
from uuid import UUID

from channels.layers import get_channel_layer

from helpdesk.clock import rfc3339
from helpdesk.drafts.bell import DraftChange
from realtime.bell import Ringer
from realtime.hearing import DRAFT_CHANGED, GROUP, this_process
from realtime.hub import tell_draft_local
from realtime.protocol import DraftFrame

MOST_WAITING = 10_000
"""Of a tenant, while Redis does not answer; what is more is not told elsewhere."""

Key = tuple[UUID, UUID, str]
"""Person, ticket, kind: of each only the newest change is told."""


class DraftRinger(Ringer):
    """Keeps the newest change of each draft for its thread."""

    thread_name = "draft-ringer"

    def __init__(self) -> None:
        super().__init__()
        self._changes: dict[UUID, dict[Key, DraftFrame]] = {}

    def tell(self, change: DraftChange) -> None:
        """Takes microseconds."""
        frame = frame_of_change(change)
        tell_draft_local(change.tenant_id, change.person_id, frame)
        with self._some:
            waiting = self._changes.setdefault(change.tenant_id, {})
            if len(waiting) < MOST_WAITING:
                waiting[change.person_id, change.ticket_id, change.kind.value] = frame
        self.ring(change.tenant_id, 0)

    async def _ring_far(self, tenant_id: UUID, seq: int) -> None:
        layer: Any = get_channel_layer()
        with self._some:
            changes = self._changes.pop(tenant_id, {})
        for (person_id, _, _), frame in changes.items():
            if layer is not None:
                await layer.group_send(GROUP, _message(tenant_id, person_id, frame))


def frame_of_change(change: DraftChange) -> DraftFrame:
    """What the person's sockets are sent."""
    if change.version is None:
        return DraftFrame(ticket_id=change.ticket_id, kind=change.kind.value, removed=True)
    at = rfc3339(change.at)
    return DraftFrame(ticket_id=change.ticket_id, kind=change.kind.value, version=change.version, updated_at=at)


def _message(tenant_id: UUID, person_id: UUID, frame: DraftFrame) -> dict[str, Any]:
    shape = frame.model_dump(mode="json", by_alias=True, exclude_none=True)
    who = {"tenant": str(tenant_id), "person": str(person_id)}
    return {"type": DRAFT_CHANGED, **who, "frame": shape, "from": this_process()}


_ringer = DraftRinger()


def tell(change: DraftChange) -> None:
    """The listener on `helpdesk.drafts.bell`."""
    _ringer.tell(change)


def _begin_anew() -> None:
    global _ringer
    _ringer = DraftRinger()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)
