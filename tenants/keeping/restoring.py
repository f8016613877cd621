"""After the cluster was restored from a backup: what the rows cannot know by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from django.db import connection, transaction

from helpdesk.clock import now
from helpdesk.objects import store
from helpdesk.objects.rules import prefix_of
from helpdesk.people.directory import remember_everybody
from helpdesk.wakeups import wake
from tenants import context
from tenants.context import TenantRef
from tenants.keeping.due import DUE_AT_ONCE


def begin_anew(ref: TenantRef) -> None:
    """Another epoch of the log, which may be older than what readers have seen; all that may wait is looked for."""
    with context.tenant(ref), transaction.atomic():
        remember_everybody()
        moment = now()
        with connection.cursor() as cursor:
            cursor.execute("UPDATE event_head SET epoch = %s WHERE id = 1", [uuid4()])
        for kind in DUE_AT_ONCE:
            wake(kind, moment)


@dataclass(frozen=True, slots=True)
class Files:
    """`missing`: an attachment has them and the store has not. `strays`: the store has them, and no row is of them."""

    kept: int
    missing: list[str]
    strays: list[str]


def compare_files(ref: TenantRef) -> Files:
    """The store against the rows. The rows are read after the store: whatever lies there had its row before."""
    lying = set(store.all_keys(prefix_of(ref.id)))
    with context.tenant(ref), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT key FROM stored_object")
        known = {key for (key,) in cursor.fetchall()}
        cursor.execute("SELECT key FROM attachment")
        attached = {key for (key,) in cursor.fetchall()}
    return Files(len(attached), sorted(attached - lying), sorted(lying - known))
