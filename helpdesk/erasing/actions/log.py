"""The log forgets what it says of somebody: rows lose their payload, as a deleted comment's do. The chain stays whole.

In stretches, each a transaction: killed anywhere, it goes on from there. At the end the erasure is recorded, and
whoever holds rows in memory reads them anew.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from helpdesk.clock import now
from helpdesk.erasing.models import Erasure
from helpdesk.erasing.queries import next_due
from helpdesk.erasing.rules import ROWS_AT_ONCE, address_of
from helpdesk.events import catalogue
from helpdesk.events.log import record, redact_person
from helpdesk.events.queries import get_head
from helpdesk.people.models import Person
from helpdesk.wakeups import settle, wake

WAKEUP = "erasures"


@dataclass(frozen=True, slots=True)
class Stretch:
    """How far one erasure has come."""

    done_seq: int
    last_seq: int
    redacted: int
    is_done: bool


def begin_with_the_log(actor: Person | None, person: Person) -> None:
    """From the first row that there is."""
    Erasure.objects.create(person_id=person.id, actor_id=actor.id if actor else None, done_seq=get_head().anchor_seq)
    wake(WAKEUP, now())


def erase_from_log() -> Stretch | None:
    """The next stretch of the oldest erasure; None where nothing is left, or others are at it."""
    erasure = Erasure.objects.select_for_update(skip_locked=True).order_by("created_at").first()
    if erasure is None:
        settle(WAKEUP, next_due)
        return None
    last = get_head().last_seq
    upto = min(erasure.done_seq + ROWS_AT_ONCE, last)
    redacted = redact_person(
        erasure.person_id, known_now=address_of(erasure.person_id), after=erasure.done_seq, upto=upto
    )
    _forget_answers(redacted)
    erasure.done_seq = upto
    if upto < last:
        erasure.save()
        return Stretch(upto, last, len(redacted), is_done=False)
    person_id = erasure.person_id
    erasure.delete()
    actor = Person.objects.filter(id=erasure.actor_id).first() if erasure.actor_id else None
    record(actor, catalogue.UserErased(user_id=person_id))
    return Stretch(upto, last, len(redacted), is_done=True)


def _forget_answers(seqs: list[int]) -> None:
    """A receiver's answer may repeat what it was sent."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE webhook_attempt a SET answer = '' FROM webhook_delivery d"
            " WHERE a.delivery_id = d.id AND a.answer <> '' AND d.seq = ANY(%s)",
            [seqs],
        )
