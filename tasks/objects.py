"""The doors to the object store: what is due is removed there, for desks that are and for those that were."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from celery import shared_task
from django.db import connection, transaction

from helpdesk.attachments.actions import forget_expired_uploads
from helpdesk.clock import now
from helpdesk.objects import store
from helpdesk.objects.actions import WAKEUP, claim_due_objects, note_removed, note_store_away
from helpdesk.objects.queries import next_due
from helpdesk.objects.rules import prefix_of
from helpdesk.wakeups import settle
from helpdesk.work import unit_of_work
from tasks.wakeups import go_on, tenant_of
from tenants import context
from tenants.actions import EMPTY_PREFIX, EMPTY_PREFIX_LAST

MOST_CLAIMS = 10
"""After so many a job ends and another goes on behind the others."""
WHILE_AWAY = timedelta(minutes=1)


@shared_task(name="tasks.deliver_removals")
def remove_objects(tenant_id: str) -> int:
    """Remove a desk's files that nobody needs any more; says how many. Idempotent; several at once do not harm."""
    tenant = tenant_of(tenant_id)
    if tenant is None:
        return 0
    with context.tenant(tenant):
        removed, is_done = _work_off()
    if not is_done:
        go_on(remove_objects, tenant_id)
    return removed


@shared_task(name="tasks.deliver_emptying")
def empty_prefix(tenant_id: str) -> int:
    """A desk was deleted: so is all that it had in the store. Says how many files. Idempotent."""
    return _empty(UUID(tenant_id), EMPTY_PREFIX)


@shared_task(name="tasks.deliver_last_emptying")
def empty_prefix_last(tenant_id: str) -> int:
    """The same, once no upload that was allowed before can arrive any more."""
    return _empty(UUID(tenant_id), EMPTY_PREFIX_LAST)


def _work_off() -> tuple[int, bool]:
    """How many files were removed, and whether nothing more is due."""
    removed = 0
    for _ in range(MOST_CLAIMS):
        with unit_of_work():
            forget_expired_uploads()
            keys = claim_due_objects()
        if not keys:
            with unit_of_work():
                settle(WAKEUP, next_due)
            return removed, True
        if not _removed(keys):
            return removed, True
        removed += len(keys)
    return removed, False


def _removed(keys: list[str]) -> bool:
    try:
        store.remove(keys)  # outside any transaction
    except store.StoreAway:
        with unit_of_work():
            note_store_away(keys)
            settle(WAKEUP, next_due)
        return False
    with unit_of_work():
        note_removed(keys)
    return True


def _empty(tenant_id: UUID, kind: str) -> int:
    count, after = 0, ""
    try:
        while store.is_set() and (keys := store.list_keys(prefix_of(tenant_id), after=after)):
            # Looked at after the list: whatever lies there has had its row before, if this tenant is here again.
            unwanted = sorted(set(keys) - _with_rows(tenant_id, keys))
            if unwanted:
                store.remove(unwanted)
            count, after = count + len(unwanted), keys[-1]
    except store.StoreAway:
        _execute("UPDATE wakeup SET due_at = %s, due_since = %s", [later := now() + WHILE_AWAY, later], tenant_id, kind)
        return count
    _execute("DELETE FROM wakeup", [], tenant_id, kind)
    return count


def _with_rows(tenant_id: UUID, keys: list[str]) -> set[str]:
    """Those that a row stands for: a tenant that was deleted has been imported again, or is being."""
    table = f'"{context.schema_name_of(tenant_id)}".stored_object'
    with context.platform(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [table])
        if cursor.fetchone()[0] is None:
            return set()
        cursor.execute(f"SELECT key FROM {table} WHERE key = ANY(%s)", [keys])
        return {key for (key,) in cursor.fetchall()}


def _execute(statement: str, given: list[Any], tenant_id: UUID, kind: str) -> None:
    with context.platform(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{statement} WHERE tenant_id = %s AND kind = %s", [*given, tenant_id, kind])
