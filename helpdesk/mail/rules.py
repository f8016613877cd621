"""Whom an event is mailed to, when a mail is tried again, and what a report of its carrier means. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from helpdesk.notifications.rules import Told
from helpdesk.vocabulary import LinkPurpose, MailKind, NotificationKind

LEASE = timedelta(minutes=5)
"""How long a claimed mail is left to the worker that claimed it."""
PAUSES = (
    timedelta(seconds=30),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
    timedelta(hours=24),
)
"""Between one try and the next; after the last of them a mail has failed."""
MOST_ATTEMPTS = len(PAUSES) + 1
TOO_OLD = timedelta(days=7)
"""What could not leave for so long is of no use to anybody."""
MOST_RECEIPTS_AN_HOUR = 50
"""To one address that nobody has confirmed: whoever registers with somebody else's must not flood them."""
BOUNCES_OF_A_DEAD_ADDRESS = 3
BOUNCES_COUNT_FOR = timedelta(days=30)

PREFERENCES: Mapping[MailKind, NotificationKind | None] = {
    MailKind.TICKET_RECEIVED: None,
    MailKind.PUBLIC_REPLY: NotificationKind.COMMENT_ADDED,
    MailKind.STATUS_CHANGED: NotificationKind.STATUS_CHANGED,
    MailKind.ASSIGNED: NotificationKind.ASSIGNED,
    MailKind.MENTIONED: NotificationKind.MENTIONED,
    MailKind.SLA_WARNED: NotificationKind.SLA_WARNED,
    MailKind.SLA_BREACHED: NotificationKind.SLA_BREACHED,
    MailKind.WEBHOOK_PAUSED: None,
    MailKind.INVITATION: None,
    MailKind.PASSWORD_RESET: None,
    MailKind.ADDRESS_CONFIRMATION: None,
}
"""The preference that governs a kind. A receipt is the answer to what somebody did themselves: none governs it;
nor what somebody must know to mend it, nor the links without which nobody signs in."""
WITH_LINK: Mapping[LinkPurpose, MailKind] = {
    LinkPurpose.INVITATION: MailKind.INVITATION,
    LinkPurpose.RESET: MailKind.PASSWORD_RESET,
    LinkPurpose.CONFIRMATION: MailKind.ADDRESS_CONFIRMATION,
}
TO_REQUESTERS = frozenset({MailKind.TICKET_RECEIVED, MailKind.PUBLIC_REPLY, MailKind.STATUS_CHANGED})


@dataclass(frozen=True, slots=True)
class Due:
    """One person, and what they are to be mailed about an event."""

    person_id: UUID
    kind: MailKind


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a mail after it left us."""

    delivered: bool = False
    complained: bool = False
    reason: str = ""


def who_is_mailed(*, type_: str, payload: Mapping[str, Any], told: Iterable[Told]) -> Iterator[Due]:
    """Everybody who gets a mail about this event, with each reason; the first that they want is the one they get.

    `told` are those whom the event concerns (see `notifications.rules`), never the one who did it. The
    requester of a new ticket gets a receipt, whoever opened it. Agents are mailed what is put to them by
    name: an assignee who is told of replies and statuses reads of them in the app, a team of what came to it.
    """
    ticket = payload["data"]["ticket"]
    requester = UUID(ticket["requesterId"])
    if type_ == "ticket.created":
        yield Due(requester, MailKind.TICKET_RECEIVED)
    is_internal = (payload["data"].get("comment") or {}).get("isInternal", False)
    for one in told:
        kind = _kind(one, is_requester=one.person_id == requester, is_internal=is_internal)
        if kind:
            yield Due(one.person_id, kind)


def pause_after(attempt: int) -> timedelta | None:
    """How long to wait after this failed try (1 is the first); None: it was the last."""
    return PAUSES[attempt - 1] if attempt <= len(PAUSES) else None


def report_of(*, event_type: str, reject_reason: str | None, description: str) -> Report | None:
    """A carrier's event in anymail's words (Event tracking); None where it says nothing that we keep."""
    match event_type:
        case "delivered":
            return Report(delivered=True)
        case "complained":
            return Report(complained=True, reason=description or "reported as spam")
        case "bounced" | "rejected" | "failed":
            said = ": ".join(part for part in (reject_reason or event_type, description) if part)
            return Report(complained=reject_reason == "spam", reason=said)
        case _:
            return None


def _kind(told: Told, *, is_requester: bool, is_internal: bool) -> MailKind | None:
    match told.kind:
        case NotificationKind.ASSIGNED:
            return None if told.as_team else MailKind.ASSIGNED
        case NotificationKind.MENTIONED:
            return MailKind.PUBLIC_REPLY if is_requester and not is_internal else MailKind.MENTIONED
        case NotificationKind.COMMENT_ADDED:
            return MailKind.PUBLIC_REPLY if is_requester else None
        case NotificationKind.STATUS_CHANGED:
            return MailKind.STATUS_CHANGED if is_requester else None
        case NotificationKind.SLA_WARNED:
            return MailKind.SLA_WARNED
        case NotificationKind.SLA_BREACHED:
            return MailKind.SLA_BREACHED
        case NotificationKind.FILE_INFECTED:
            return None
