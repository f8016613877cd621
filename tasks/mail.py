"""The door to a desk's outbox: what is due is claimed, carried and written down, until nothing more is due."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from celery import shared_task
from django.conf import settings

from helpdesk.clock import now
from helpdesk.mail.actions.outbox import claim_mails, postpone_all, record_outcome
from helpdesk.mail.carrier import Carrier
from helpdesk.mail.queries import next_due
from helpdesk.meters import MAILS
from helpdesk.wakeups import note_progress, settle, wake
from helpdesk.work import unit_of_work
from tasks.wakeups import go_on, tenant_of
from tenants import context

MOST_JOBS = 4
"""At once in a process, of eight threads: a mail server that hangs leaves the others to everything else."""
MOST_CLAIMS = 3
"""After so many a job ends and another goes on behind the others, so that no desk keeps a thread from them."""
NO_SLOT_S = 2.0

_slots = threading.BoundedSemaphore(MOST_JOBS)
_lock = threading.Lock()
_desks: set[str] = set()


@shared_task(name="tasks.deliver_mail")
def deliver_mail(tenant_id: str) -> int:
    """Send a desk's due mails; says how many rows it took. Several at once do not harm, and tries are rows.

    Where no slot is free the job ends: the lease of its wake-up brings it back. A suspended desk is
    delivered what had happened before, as its log is dispatched.
    """
    tenant = tenant_of(tenant_id)
    if tenant is None:
        return 0
    with _one_at_a_time(tenant_id) as is_ours:
        if not is_ours or not _slots.acquire(blocking=False):
            with context.tenant(tenant), unit_of_work():
                wake("mail", now() + timedelta(seconds=NO_SLOT_S))
            return 0
        try:
            with context.tenant(tenant):
                taken, is_done = _work_off()
        finally:
            _slots.release()
    if not is_done:
        go_on(deliver_mail, tenant_id)
    return taken


@contextmanager
def _one_at_a_time(tenant_id: str) -> Iterator[bool]:
    """One job a desk in a process: a backlog of one must not take every slot."""
    with _lock:
        is_ours = tenant_id not in _desks
        _desks.add(tenant_id)
    try:
        yield is_ours
    finally:
        if is_ours:
            with _lock:
                _desks.discard(tenant_id)


def _work_off() -> tuple[int, bool]:
    """How many rows were taken, and whether nothing more is due."""
    if not settings.MAIL_BACKEND:
        with unit_of_work():
            postpone_all("No mail server is set (MAIL_BACKEND).")
        return 0, True
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
        note_progress("mail")
    with Carrier() as carrier:
        for letter in claim.letters:
            outcome = carrier.carry(letter)  # outside any transaction
            MAILS.labels(type(outcome).__name__.lower()).inc()
            with unit_of_work():
                record_outcome(letter, outcome)
    return claim.count
