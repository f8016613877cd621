"""Keeping account of keys. Removing is a row here, written with what it follows from; a job does it afterwards.

A process killed anywhere leaves a row that is due: nothing in the store is without one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from helpdesk.clock import now
from helpdesk.objects.models import StoredObject
from helpdesk.objects.rules import last_look, pause_after
from helpdesk.wakeups import wake

WAKEUP = "objects"
LEASE = timedelta(minutes=2)
MOST_A_CLAIM = 100


def expect_object(key: str, *, ticket_id: UUID | None, put_until: datetime, remove_at: datetime) -> None:
    """Something may come to lie there until `put_until`; unless it is held by then, it goes at `remove_at`."""
    StoredObject.objects.create(key=key, ticket_id=ticket_id, put_until=put_until, remove_at=remove_at)
    wake(WAKEUP, remove_at)


def hold_object(key: str, *, comment_id: UUID | None) -> bool:
    """An attachment keeps it from now on. False: its time was over, and it may be gone, or is being removed now."""
    expected = StoredObject.objects.filter(key=key, attempts=0, remove_at__gt=now())
    return bool(expected.update(remove_at=None, comment_id=comment_id))


def keep_object(key: str, *, until: datetime) -> bool:
    """It lies there now, and is removed at that moment. False: its time was over, as in `hold_object`."""
    expected = StoredObject.objects.filter(key=key, attempts=0, remove_at__gt=now())
    kept = bool(expected.update(remove_at=until))
    wake(WAKEUP, until)
    return kept


def move_objects(keys: Collection[str], *, ticket_id: UUID) -> None:
    """They belong to this ticket now."""
    StoredObject.objects.filter(key__in=keys).update(ticket_id=ticket_id)


def remove_object(key: str) -> None:
    """Nobody needs it any more."""
    _doom(StoredObject.objects.filter(key=key))


def remove_objects_of_tickets(ticket_ids: Collection[UUID]) -> None:
    """The tickets go, and every file of them."""
    _doom(StoredObject.objects.filter(ticket_id__in=ticket_ids))


def remove_objects_of_comment(comment_id: UUID) -> None:
    """The comment goes, and every file of it."""
    _doom(StoredObject.objects.filter(comment_id=comment_id))


def claim_due_objects() -> list[str]:
    """The keys to remove now, each left to whoever asks for a lease."""
    moment = now()
    due = StoredObject.objects.filter(remove_at__lte=moment).order_by("remove_at")
    rows = list(due.select_for_update(skip_locked=True)[:MOST_A_CLAIM])
    for row in rows:
        row.attempts, row.remove_at = row.attempts + 1, moment + LEASE
    StoredObject.objects.bulk_update(rows, ["attempts", "remove_at"])
    return [row.key for row in rows]


def note_removed(keys: Sequence[str]) -> None:
    """They are gone from the store. Where something can still arrive, somebody looks again when nothing can."""
    moment = now()
    for row in StoredObject.objects.filter(key__in=keys).select_for_update():
        last = last_look(row.put_until)
        if last <= moment:
            row.delete()
        else:
            row.remove_at, row.attempts = last, 1
            row.save(update_fields=["remove_at", "attempts"])


def note_store_away(keys: Sequence[str]) -> None:
    """It did not answer: later, and ever less often."""
    moment = now()
    for row in StoredObject.objects.filter(key__in=keys).select_for_update():
        row.remove_at = moment + pause_after(row.attempts)
        row.save(update_fields=["remove_at"])


def _doom(objects: QuerySet[StoredObject]) -> None:
    moment = now()
    if objects.update(remove_at=moment, attempts=0):
        wake(WAKEUP, moment)
