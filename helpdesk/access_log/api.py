"""`/access-log`: who came in, and who was refused."""

from __future__ import annotations

from django.http import HttpResponse
from ninja import Query, Router

from helpdesk.access_log import queries
from helpdesk.access_log.schemas import AccessLog, AccessLogQuery, AccessPayload
from helpdesk.answers import answer
from helpdesk.people.requests import PersonRequest

router = Router()


@router.get("", operation_id="listAccessLog", response=AccessLog, summary="Who came in, and who was refused")
def list_access_log(request: PersonRequest, query: Query[AccessLogQuery]) -> HttpResponse:
    """Counted by the hour, the latest first. Refusals appear after about a second."""
    page = queries.list_accesses(query)
    rows = [AccessPayload.of(row).model_dump(mode="json", by_alias=True) for row in page.rows]
    return answer({"data": rows, "meta": page.meta})
