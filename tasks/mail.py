"""The door to a desk's outbox: what is due is claimed, carried and written down, until nothing more is due."""

from __future__ import annotations

import threading
from uuid import UUID

from celery import shared_task

from helpdesk.mail.actions.outbox import claim_mails, record_outcome
from helpdesk.mail.carrier import Carrier
from helpdesk.mail.queries import next_due
from helpdesk.wakeups import settle
from helpdesk.work import unit_of_work
from tasks.wakeups import forget
from tenants import context
from tenants.resolve import tenant_by_id

MOST_JOBS = 4
"""At once in a process, of eight threads: a mail server that hangs leaves the others to everything else."""
MOST_CLAIMS = 20
"""After so many a job ends and another goes on, so that no desk keeps a thread from the others."""

_slots = threading.BoundedSemaphore(MOST_JOBS)


@shared_task(name="tasks.deliver_mail")
def deliver_mail(tenant_id: str) -> int:
    """Send a desk's due mails; says how many rows it took. Several at once do not harm, and tries are rows.

    Where no slot is free the job ends: the lease of its wake-up brings it back. A suspended desk is
    delivered what had happened before, as its log is dispatched.
    """
    tenant = tenant_by_id(UUID(tenant_id))
    if tenant is None:
        forget(UUID(tenant_id))
        return 0
    if not _slots.acquire(blocking=False):
        return 0
    try:
        with context.tenant(tenant):
            taken, is_done = _work_off()
    finally:
        _slots.release()
    if not is_done:
        deliver_mail.delay(tenant_id)
    return taken


def _work_off() -> tuple[int, bool]:
    """How many rows were taken, and whether nothing more is due."""
    taken = 0
    for _ in range(MOST_CLAIMS):
        count = _one_claim()
        taken += count
        if count == 0:
            with unit_of_work():
                settle("mail", next_due)
            return taken, True
    return taken, False


def _one_claim() -> int:
    with unit_of_work():
        claim = claim_mails()
    with Carrier() as carrier:
        for letter in claim.letters:
            outcome = carrier.carry(letter)  # outside any transaction
            with unit_of_work():
                record_outcome(letter, outcome)
    return claim.count
