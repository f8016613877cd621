"""What `/access-log` takes and gives."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from helpdesk.access_log.models import AccessEntry
from helpdesk.paging import PageMeta, PageQuery
from helpdesk.shapes import Moment, Shape
from helpdesk.vocabulary import AccessKind


class AccessLogQuery(PageQuery):
    """Entries that reach into the time from `from` up to `to`."""

    kind: AccessKind | None = None
    user_id: UUID | None = None
    from_: Moment | None = Field(None, alias="from")
    to: Moment | None = None


class AccessPayload(Shape):
    """How often within an hour. `addressDigest` stands for an address that nobody of this desk has (sha256)."""

    id: UUID
    kind: AccessKind
    user_id: UUID | None
    address_digest: str | None
    client: str
    operation: str
    count: int
    first_at: Moment
    last_at: Moment

    @classmethod
    def of(cls, row: AccessEntry) -> AccessPayload:
        return cls(
            id=row.id,
            kind=AccessKind(row.kind),
            user_id=row.person_id,
            address_digest=None if row.person_id else row.subject or None,
            client=row.client,
            operation=row.operation,
            count=row.count,
            first_at=row.first_at,
            last_at=row.last_at,
        )


class AccessLog(Shape):
    data: list[AccessPayload]
    meta: PageMeta
