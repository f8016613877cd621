"""Reading exports: everybody their own, and only until they expire."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import F, Min, QuerySet

from helpdesk.clock import now
from helpdesk.errors import NotFound
from helpdesk.exports.models import Export
from helpdesk.exports.schemas import ExportListQuery
from helpdesk.paging import Order, Page, paginate, read_moment
from helpdesk.people.models import Person

NEWEST_FIRST = Order("createdAt", F("created_at"), lambda export: export.created_at, read_moment, descending=True)


class ExportNotFound(NotFound):
    """There is no such export, or you may not see it, or it has expired."""


def exports_visible_to(person: Person) -> QuerySet[Export]:
    """One's own that have not expired."""
    return Export.objects.filter(person=person, expires_at__gt=now())


def get_export(person: Person, export_id: UUID, *, lock: bool = False) -> Export:
    """The export, or ExportNotFound. `lock`: nobody else changes it until the unit of work ends."""
    exports = exports_visible_to(person).filter(id=export_id)
    export = (exports.select_for_update() if lock else exports).first()
    if export is None:
        raise ExportNotFound
    return export


def list_exports(person: Person, query: ExportListQuery) -> Page[Export]:
    """One page, newest first."""
    return paginate(exports_visible_to(person), query, NEWEST_FIRST)


def count_under_way(person: Person) -> tuple[int, int]:
    """How many wait or are being made: the person's, and the whole desk's."""
    under_way = Export.objects.filter(due_at__isnull=False)
    return under_way.filter(person=person).count(), under_way.count()


def next_due() -> datetime | None:
    """When the next one is to be made, or taken up again."""
    due: datetime | None = Export.objects.aggregate(due=Min("due_at"))["due"]
    return due
