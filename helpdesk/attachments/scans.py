"""Files that are to be looked at, each claimed by whoever asks the scanner, and what it said.

Nothing is given up: while the scanner is away the file waits, and nobody fetches it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Min, QuerySet

from helpdesk.attachments.models import Attachment
from helpdesk.attachments.shapes import attachment_payload
from helpdesk.clock import now
from helpdesk.events import catalogue
from helpdesk.events.log import record
from helpdesk.scanning import clamd
from helpdesk.scanning.rules import LEASE, Verdict, pause_after
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.shapes import ticket_payload
from helpdesk.vocabulary import ScanState
from helpdesk.wakeups import settle, wake

WAKEUP = "scans"
MOST_A_CLAIM = 5


@dataclass(frozen=True, slots=True)
class Claim:
    """One attempt at one file."""

    attachment_id: UUID
    ticket_id: UUID
    key: str
    attempt: int


def awaiting_scan() -> dict[str, Any]:
    """The fields of a new attachment's row; it is looked at soon, where there is a scanner."""
    if not clamd.is_set():
        return {}
    moment = now()
    wake(WAKEUP, moment)
    return _until_then() | {"scan_due_at": moment}


def scan_again(attachments: QuerySet[Attachment]) -> int:
    """Have these looked at (anew); says how many. Until then nobody fetches them, where so set."""
    moment = now()
    count = attachments.update(scan_due_at=moment, scan_attempts=0, **_until_then())
    if count:
        wake(WAKEUP, moment)
    return count


def claim_scans() -> list[Claim]:
    """Those that are due, left to whoever asks for a lease."""
    moment = now()
    due = Attachment.objects.filter(scan_due_at__lte=moment).order_by("scan_due_at")
    rows = list(due.select_for_update(skip_locked=True)[:MOST_A_CLAIM])
    for row in rows:
        row.scan_attempts, row.scan_due_at = row.scan_attempts + 1, moment + LEASE
    Attachment.objects.bulk_update(rows, ["scan_attempts", "scan_due_at"])
    return [Claim(row.id, row.ticket_id, row.key, row.scan_attempts) for row in rows]


def note_verdict(claim: Claim, verdict: Verdict) -> bool:
    """What the scanner said, in the row and in the log. False: the file has gone, or somebody else asked meanwhile."""
    # The ticket's row first, as everybody does.
    Ticket.objects.select_for_update().filter(id=claim.ticket_id).values("id").first()
    attachment = _claimed(claim).select_related("uploader").first()
    if attachment is None:
        return False
    attachment.scan, attachment.threat, attachment.scan_due_at = verdict.state.value, verdict.threat, None
    attachment.save(update_fields=["scan", "threat", "scan_due_at"])
    ticket = Ticket.objects.get(id=claim.ticket_id)
    record(None, catalogue.AttachmentScanned(ticket=ticket_payload(ticket), attachment=attachment_payload(attachment)))
    return True


def note_away(claims: list[Claim]) -> None:
    """It did not answer: later, and ever less often."""
    moment = now()
    for claim in claims:
        _claimed(claim).update(scan_due_at=moment + pause_after(claim.attempt))


def rest() -> datetime | None:
    """Nothing more is due now; when something is again."""
    return settle(WAKEUP, next_due)


def next_due() -> datetime | None:
    due: datetime | None = Attachment.objects.aggregate(due=Min("scan_due_at"))["due"]
    return due


def _until_then() -> dict[str, Any]:
    """What a file is that is about to be looked at: out of reach, unless the operator has chosen otherwise."""
    return {"scan": ScanState.PENDING.value} if settings.CLAMAV_ONLY_CLEAN else {}


def _claimed(claim: Claim) -> QuerySet[Attachment]:
    return Attachment.objects.filter(id=claim.attachment_id, scan_attempts=claim.attempt, scan_due_at__isnull=False)
