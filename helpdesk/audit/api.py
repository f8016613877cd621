"""`/audit`: who did what, when, from where, before and after; and whether the log is what was written."""

from __future__ import annotations

from django.http import HttpResponse
from ninja import Query, Router

from helpdesk.answers import answer
from helpdesk.audit import queries
from helpdesk.audit.schemas import AuditPage, AuditQuery, FaultShape, Verification, VerificationQuery
from helpdesk.events.verify import verify_part
from helpdesk.people.requests import PersonRequest

router = Router()
ROWS_AT_ONCE = 5_000
"""About a third of a second of work: a long log is looked at in stretches."""


@router.get(
    "", operation_id="listAudit", response=AuditPage, summary="Who did what, when, from where, before and after"
)
def list_audit(request: PersonRequest, query: Query[AuditQuery]) -> HttpResponse:
    """The log and the access log in one list, the newest first."""
    return answer(queries.list_audit(query).model_dump(mode="json", by_alias=True))


@router.get("/verification", operation_id="verifyLog", response=Verification, summary="Is the log what was written?")
def verify_log(request: PersonRequest, query: Query[VerificationQuery]) -> HttpResponse:
    """One stretch of the chain, at most 5,000 rows; ask on with `after` = `upto` until `isDone`."""
    part = verify_part(after=query.after, limit=ROWS_AT_ONCE)
    told = Verification(
        after=part.after,
        upto=part.upto,
        last_seq=part.last_seq,
        rows=part.rows,
        is_done=part.is_done,
        is_whole=not part.faults,
        faults=[FaultShape(seq=fault.seq, what=fault.what) for fault in part.faults[:100]],
    )
    return answer(told.model_dump(mode="json", by_alias=True))
