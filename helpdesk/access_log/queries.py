"""Reading the access log: all of the desk's, for its admins."""

from __future__ import annotations

from django.db.models import F

from helpdesk.access_log.models import AccessEntry
from helpdesk.access_log.schemas import AccessLogQuery
from helpdesk.paging import Order, Page, paginate, read_moment

NEWEST_FIRST = Order("lastAt", F("last_at"), lambda row: row.last_at, read_moment, descending=True)


def list_accesses(query: AccessLogQuery) -> Page[AccessEntry]:
    """One page, the latest first."""
    rows = AccessEntry.objects.all()
    if query.kind is not None:
        rows = rows.filter(kind=query.kind.value)
    if query.user_id is not None:
        rows = rows.filter(person_id=query.user_id)
    if query.from_ is not None:
        rows = rows.filter(last_at__gte=query.from_)
    if query.to is not None:
        rows = rows.filter(first_at__lt=query.to)
    return paginate(rows, query, NEWEST_FIRST)
