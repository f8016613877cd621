"""The door to the virus scanner: what is due is looked at, and nothing is clean that it has not called clean."""

from __future__ import annotations

import structlog
from celery import shared_task

from helpdesk.attachments.scans import Claim, claim_scans, note_away, note_verdict, rest
from helpdesk.meters import SCANS
from helpdesk.objects import store
from helpdesk.scanning import clamd
from helpdesk.scanning.rules import ScannerAway
from helpdesk.work import unit_of_work
from tasks.wakeups import go_on, tenant_of
from tenants import context

_log = structlog.get_logger(__name__)


@shared_task(name="tasks.deliver_scans")
def scan_files(tenant_id: str) -> int:
    """Have some of a desk's files looked at; says how many were. Idempotent; several at once do not harm.

    Where more are due another job goes on behind the others.
    """
    tenant = tenant_of(tenant_id)
    if tenant is None:
        return 0
    with context.tenant(tenant):
        with unit_of_work():
            claims = claim_scans()
        scanned = _scan(claims)
        if scanned < len(claims) or not claims:
            with unit_of_work():
                rest()
    if claims and scanned == len(claims):
        go_on(scan_files, tenant_id)
    return scanned


def _scan(claims: list[Claim]) -> int:
    """How many of them could be asked about; the rest waits."""
    for done, claim in enumerate(claims):
        try:
            verdict = clamd.scan(store.read(claim.key))  # outside any transaction
        except (ScannerAway, store.StoreAway) as error:
            SCANS.labels("away").inc()
            _log.warning(
                "file_not_scanned", attachment=str(claim.attachment_id), error=f"{type(error).__name__}: {error}"[:200]
            )
            with unit_of_work():
                note_away(claims[done:])
            return done
        SCANS.labels(verdict.state.value).inc()
        with unit_of_work():
            note_verdict(claim, verdict)
    return len(claims)
