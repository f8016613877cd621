"""Writing the access log. It is no part of the event log: nobody is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import connection

from helpdesk.access_log.models import AccessEntry
from helpdesk.access_log.rules import LONGEST_CLIENT, LONGEST_OPERATION, Access, Times, hour_of
from helpdesk.clock import now
from helpdesk.ids import new_id
from helpdesk.people.models import Person
from helpdesk.retention import kept_since
from helpdesk.vocabulary import AccessKind

_COUNT = (
    "INSERT INTO access_log"
    " (id, hour, kind, subject, client, operation, person_id, count, first_at, last_at)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
    " ON CONFLICT (hour, kind, subject, client, operation) DO UPDATE SET count = access_log.count + excluded.count,"
    " first_at = least(access_log.first_at, excluded.first_at),"
    " last_at = greatest(access_log.last_at, excluded.last_at)"
)


def record_sign_in(person: Person, *, operation: str, client: str) -> None:
    """Somebody has signed in: in the transaction that makes their session, so neither is there without the other."""
    moment = now()
    access = Access(AccessKind.SIGNED_IN, hour_of(moment), operation, client, person.id)
    record_accesses({access: Times(moment, moment)})


def record_accesses(counted: Mapping[Access, Times]) -> None:
    """Add these to what the hours hold already."""
    # In one order everywhere: two processes that write the same rows wait for each other, and never in a circle.
    rows = sorted(counted.items(), key=lambda item: _place(item[0]))
    with connection.cursor() as cursor:
        cursor.executemany(
            _COUNT,
            [
                [new_id(), *_place(one), one.person_id, times.count, times.first_at, times.last_at]
                for one, times in rows
            ],
        )


def forget_old_accesses() -> int:
    """Remove what is older than is kept; says how many rows."""
    oldest = kept_since("accessLog")
    return AccessEntry.objects.filter(last_at__lt=oldest).delete()[0] if oldest else 0


def _place(one: Access) -> tuple[datetime, str, str, str, str]:
    return one.hour, one.kind.value, one.subject, one.client[:LONGEST_CLIENT], one.operation[:LONGEST_OPERATION]
