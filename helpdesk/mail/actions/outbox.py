"""The outbox: a mail is a row, claimed with a lease, carried outside any transaction, and its outcome written down.

A worker killed anywhere leaves a row that is due again when its lease ends: so a mail is sent at least
once, each time with the same Message-ID.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import structlog
from django.db import OperationalError, transaction

from helpdesk.clock import now
from helpdesk.events.queries import LogRow
from helpdesk.mail.actions.reports import note_bounce
from helpdesk.mail.carrier import Away, Delayed, Outcome, Refused, Sent, Untried
from helpdesk.mail.composing import Letter, NotToBeSent, compose
from helpdesk.mail.models import KeptMail, Mail
from helpdesk.mail.queries import get_templates, next_due
from helpdesk.mail.rules import LEASE, MOST_ATTEMPTS, PREFERENCES, WITH_LINK, Due, pause_after, who_is_mailed
from helpdesk.mail.templates import Template
from helpdesk.notifications.queries import list_preferences, list_told
from helpdesk.people.models import Person
from helpdesk.people.queries import list_admins
from helpdesk.retention import kept_since
from helpdesk.vocabulary import LinkPurpose, MailKind, MailState
from helpdesk.wakeups import settle, wake

MOST_A_CLAIM = 10
WHILE_AWAY = timedelta(minutes=1)
UNTIL_IT_IS_SET = timedelta(minutes=5)
WAKEUP = "mail"
MOST_KEPT_LOCALLY = 1000
_STATUS_TYPES = frozenset({"ticket.status_changed", "ticket.closed"})

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Claim:
    """`count` rows were due; `letters` are those of them that are to be sent."""

    count: int
    letters: list[Letter]


def queue_mail(row: LogRow) -> int:
    """A reader of the log: put down who is to be mailed about an event. Idempotent; says how many are new."""
    payload: dict[str, Any] = orjson.loads(row.payload)
    if payload.get("redacted"):
        return 0
    due = _whom(row, payload)
    people = {person.id: person for person in Person.objects.filter(id__in=[d.person_id for d in due], is_active=True)}
    queued = sum(_queue(row, payload, one, people[one.person_id]) for one in due if one.person_id in people)
    if queued:
        wake(WAKEUP, now())
    return queued


def claim_mails() -> Claim:
    """Take what is due, each for a lease, and write it. Counted first: who kills a worker must not do so for ever."""
    moment = now()
    due = Mail.objects.filter(state=MailState.PENDING.value, due_at__lte=moment).order_by("due_at", "id")
    mails = list(due.select_related("person").select_for_update(skip_locked=True, of=("self",))[:MOST_A_CLAIM])
    templates = get_templates() if mails else {}
    letters = [letter for mail in mails if (letter := _take(mail, templates, moment))]
    return Claim(len(mails), letters)


def postpone_all(reason: str) -> datetime | None:
    """Nobody is there who could carry them: what is due waits a while. Says when to look again."""
    moment = now()
    later = moment + UNTIL_IT_IS_SET
    due = Mail.objects.filter(state=MailState.PENDING.value, due_at__lte=moment)
    due.update(due_at=later, last_error=reason)
    return settle(WAKEUP, next_due)


def record_outcome(letter: Letter, outcome: Outcome) -> None:
    """What came of a try. An outcome that comes after its lease tells only of success: others have it now."""
    waiting = Mail.objects.filter(id=letter.mail_id, state=MailState.PENDING.value)
    mail = waiting.select_for_update().first()
    if mail is None or (mail.attempts != letter.attempt and not isinstance(outcome, Sent)):
        return
    match outcome:
        case Sent(carrier_id=carrier_id):
            mail.state, mail.sent_at, mail.carrier_id, mail.last_error = MailState.SENT.value, now(), carrier_id, ""
            mail.due_at = None
        case Refused(reason=reason, is_bounce=is_bounce):
            _end(mail, MailState.FAILED, reason)
            if is_bounce:
                note_bounce(mail, reason=reason)
        case Delayed(reason=reason):
            _delay(mail, reason)
        case Untried():
            mail.attempts, mail.due_at = mail.attempts - 1, now()
        case Away(reason=reason):
            mail.attempts, mail.due_at, mail.last_error = mail.attempts - 1, now() + WHILE_AWAY, reason
    mail.save()


def forget_old_mails() -> int:
    """Remove what was sent, failed or dropped long ago, and all but the newest of the local store."""
    oldest = kept_since("mails")
    old = Mail.objects.filter(created_at__lte=oldest).exclude(state=MailState.PENDING.value) if oldest else None
    newest = KeptMail.objects.order_by("-created_at", "-id").values("id")[:MOST_KEPT_LOCALLY]
    kept = KeptMail.objects.exclude(id__in=newest)
    if oldest:
        kept = KeptMail.objects.exclude(id__in=newest, created_at__gt=oldest)
    return (old.delete()[0] if old is not None else 0) + kept.delete()[0]


def _whom(row: LogRow, payload: dict[str, Any]) -> list[Due]:
    if row.type == "webhook.paused":
        return [Due(person.id, MailKind.WEBHOOK_PAUSED) for person in list_admins()]
    if row.type == "account_link.sent":
        told = payload["data"]
        return [Due(UUID(told["userId"]), WITH_LINK[LinkPurpose(told["purpose"])])]
    if "ticket" not in payload["data"]:
        return []
    return list(who_is_mailed(type_=row.type, payload=payload, told=list_told(row, payload)))


def _queue(row: LogRow, payload: dict[str, Any], due: Due, person: Person) -> int:
    preference = PREFERENCES[due.kind]
    if preference is not None and not list_preferences(person)[preference][1]:
        return 0
    is_about_status = due.kind is MailKind.STATUS_CHANGED and row.type in _STATUS_TYPES
    made = Mail.objects.get_or_create(
        event_id=row.id,
        person=person,
        defaults={
            "kind": due.kind.value,
            "ticket_id": row.ticket,
            "comment_id": (payload["data"].get("comment") or {}).get("id"),
            "actor_id": row.actor,
            "ticket_status": payload["data"]["ticket"]["status"] if is_about_status else "",
        },
    )[1]
    return int(made)


def _take(mail: Mail, templates: Mapping[MailKind, Template], moment: datetime) -> Letter | None:
    mail.attempts, mail.due_at = mail.attempts + 1, moment + LEASE
    letter = None
    if mail.attempts > MOST_ATTEMPTS:
        _end(mail, MailState.FAILED, mail.last_error or "Every worker that tried it was lost.")
    else:
        letter = _written(mail, templates)
    mail.save()
    return letter


def _written(mail: Mail, templates: Mapping[MailKind, Template]) -> Letter | None:
    try:
        with transaction.atomic():
            return compose(mail, templates)
    except NotToBeSent as why:
        mail.attempts -= 1
        _end(mail, MailState.DROPPED, str(why))
    except OperationalError:
        raise
    except Exception as error:
        _log.exception("mail_not_written", mail=str(mail.id))
        _delay(mail, f"It could not be written ({type(error).__name__}).")
    return None


def _delay(mail: Mail, reason: str) -> None:
    pause = pause_after(mail.attempts)
    if pause is None:
        _end(mail, MailState.FAILED, reason)
    else:
        mail.due_at, mail.last_error = now() + pause, reason


def _end(mail: Mail, state: MailState, reason: str) -> None:
    mail.state, mail.due_at, mail.last_error = state.value, None, reason
