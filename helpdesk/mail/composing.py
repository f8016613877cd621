"""Writing a mail at the moment it is sent, from ticket and comment as they stand and as its reader may see them.

What was deleted or hidden since is not in it; where nothing is left to say, it is not sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import orjson
from django.conf import settings

from helpdesk import desk
from helpdesk.clock import now
from helpdesk.comments.models import Comment
from helpdesk.comments.queries import comments_visible_to
from helpdesk.desk import desk_url
from helpdesk.events.queries import get_row_by_id
from helpdesk.mail.headers import mailbox, sender_name
from helpdesk.mail.models import Mail
from helpdesk.mail.page import html_page, text_page
from helpdesk.mail.queries import undeliverable_among
from helpdesk.mail.rules import MOST_RECEIPTS_AN_HOUR, PREFERENCES, TO_REQUESTERS, TOO_OLD, WITH_LINK
from helpdesk.mail.templates import Template, fill
from helpdesk.mail.tokens import Unsubscription, message_id_of, reply_token, thread_id_of, unsubscribe_token
from helpdesk.notifications.queries import list_preferences
from helpdesk.people.links import get_living_link, token_of
from helpdesk.people.models import AccountLink, Person
from helpdesk.sealing import derived_key, signing_keys
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import tickets_visible_to
from helpdesk.vocabulary import MailKind, Role


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it goes to its carrier, on one try."""

    mail_id: UUID
    attempt: int
    sender: str
    to: str
    reply_to: str
    subject: str
    text: str
    html: str
    headers: Mapping[str, str]
    metadata: Mapping[str, str]
    """What a carrier gives back with its reports."""


PAUSED = {
    "failing": "This webhook has answered none of our deliveries for five days.",
    "gone": "This webhook answered 410 (Gone).",
}


class NotToBeSent(Exception):
    """There is nothing left to say, or nobody to say it to. The message says why."""


def compose(mail: Mail, templates: Mapping[MailKind, Template]) -> Letter:
    """The letter for this try; raises NotToBeSent. Fills in where it goes and what its subject is."""
    kind, person, here = MailKind(mail.kind), mail.person, desk.current()
    _require_wanted(mail, person, kind)
    about = _about(mail, kind)
    filled = fill(templates[kind], about.values)
    unsubscribe_url = unsubscribe_address(person.id, kind)
    mail.address, mail.subject = person.email, filled.subject
    return Letter(
        mail_id=mail.id,
        attempt=mail.attempts,
        sender=mailbox(sender_name(actor=about.sender, desk=here.name), settings.MAIL_FROM),
        to=mailbox(person.name, person.email),
        reply_to=about.reply_to,
        subject=filled.subject,
        text=text_page(filled.text, unsubscribe_url=unsubscribe_url),
        html=html_page(filled.html, desk=here.name, unsubscribe_url=unsubscribe_url),
        headers=_headers(mail, unsubscribe_url),
        metadata={"tenant_id": str(here.id), "mail_id": str(mail.id)},
    )


def values_of(ticket: Ticket, comment: Comment | None, *, actor: Person | None, recipient: Person) -> dict[str, str]:
    """What the placeholders stand for."""
    here = desk.current()
    return {
        "ticket.number": str(ticket.number),
        "ticket.title": ticket.title,
        "ticket.description": ticket.description,
        "ticket.status": ticket.status.replace("_", " "),
        "ticket.priority": ticket.priority_word().value,
        "ticket.url": f"{desk_url(here.slug)}/#/tickets/{ticket.id}",
        "comment.content": comment.content if comment else "",
        "actor.name": (actor.name if actor else "") or here.name,
        "recipient.name": recipient.name,
        "desk.name": here.name,
    }


def values_of_sla(*, clock: str, due: datetime) -> dict[str, str]:
    """The same for a promise; `due` is told in UTC, since nobody knows where its reader is."""
    return {"sla.clock": clock.replace("_", " "), "sla.due": f"{due.astimezone(UTC):%d %B %Y, %H:%M} UTC"}


def values_of_webhook(webhook: Mapping[str, Any], *, recipient: Person) -> dict[str, str]:
    """The same for a webhook's payload."""
    return {
        "webhook.url": _origin(webhook["url"]),
        "webhook.description": webhook["description"],
        "webhook.reason": PAUSED[webhook["pausedReason"]],
        "recipient.name": recipient.name,
        "desk.name": desk.current().name,
    }


def values_of_link(*, url: str, ends: datetime, actor: Person | None, recipient: Person) -> dict[str, str]:
    """The same for a link; `ends` is told in UTC, since nobody knows where its reader is."""
    return {
        "link.url": url,
        "link.ends": f"{ends.astimezone(UTC):%d %B %Y, %H:%M} UTC",
        "actor.name": (actor.name if actor else "") or desk.current().name,
        "recipient.name": recipient.name,
        "desk.name": desk.current().name,
    }


def link_address(link: AccountLink) -> str:
    """The page for it. The token stands behind `#`, which browsers send to nobody."""
    return f"{desk_url(desk.current().slug)}/account/{link.purpose}#token={token_of(link)}"


def _origin(url: str) -> str:
    """Scheme and host: what stands behind them is often a secret, and mail is read by many."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def unsubscribe_address(person_id: UUID, kind: MailKind) -> str:
    """Where one click stops mails of this kind; empty for those that no preference governs."""
    if PREFERENCES[kind] is None:
        return ""
    here = desk.current()
    token = unsubscribe_token(Unsubscription(here.id, person_id, kind), key=unsubscribe_key())
    return f"{desk_url(here.slug)}/mail/unsubscribe/{token}"


@cache
def reply_key() -> bytes:
    return derived_key("mail reply address")


def unsubscribe_key() -> bytes:
    return unsubscribe_keys()[0]


def unsubscribe_keys() -> tuple[bytes, ...]:
    """The first signs; an address in an old mail is good with any."""
    return tuple(derived_key("mail unsubscribe", key) for key in signing_keys())


@dataclass(frozen=True, slots=True)
class _About:
    """What a mail is about. `sender` and `reply_to` may be empty: the desk, and nobody."""

    values: dict[str, str]
    sender: str = ""
    reply_to: str = ""


def _about(mail: Mail, kind: MailKind) -> _About:
    if kind is MailKind.WEBHOOK_PAUSED:
        return _a_webhook(mail)
    return _a_link(mail) if kind in WITH_LINK.values() else _a_ticket(mail, kind)


def _require_wanted(mail: Mail, person: Person, kind: MailKind) -> None:
    _require(person.is_active, "This person has been deactivated.")
    _require(not undeliverable_among({person.email}), "The address is marked as undeliverable.")
    _require(mail.created_at > now() - TOO_OLD, "It could not leave for a week.")
    preference = PREFERENCES[kind]
    _require(preference is None or list_preferences(person)[preference][1], "They want no mails of this kind.")


def _require_no_flood(mail: Mail) -> None:
    if mail.person.email_confirmed_at is not None:
        return
    hour = Mail.objects.filter(person=mail.person, kind=mail.kind, sent_at__gt=now() - timedelta(hours=1))
    _require(hour.count() < MOST_RECEIPTS_AN_HOUR, "This unconfirmed address got many receipts within an hour.")


def _a_ticket(mail: Mail, kind: MailKind) -> _About:
    """Ticket and comment as they stand, where the recipient may still read them."""
    person = mail.person
    ticket = tickets_visible_to(person).filter(id=mail.ticket_id).first()
    if ticket is None:
        raise NotToBeSent("The ticket has been deleted, or is no longer theirs to see.")
    _require(kind not in TO_REQUESTERS or ticket.requester_id == person.id, "The ticket has another requester now.")
    _require(kind is not MailKind.ASSIGNED or ticket.assigned_to_id == person.id, "It is assigned to somebody else.")
    _require(mail.ticket_status in ("", ticket.status), "The status has changed again.")
    if kind is MailKind.TICKET_RECEIVED:
        _require_no_flood(mail)
    comment = _comment(mail, kind)
    actor = _actor(mail, comment)
    sender = "" if kind is MailKind.TICKET_RECEIVED or actor is None else actor.name
    values = values_of(ticket, comment, actor=actor, recipient=person)
    if kind in (MailKind.SLA_WARNED, MailKind.SLA_BREACHED):
        values |= _promise(mail)
    return _About(values, sender, _reply_address(ticket, person))


def _promise(mail: Mail) -> dict[str, str]:
    """As it was when it was told: the event says it."""
    row = get_row_by_id(mail.event_id)
    told = orjson.loads(row.payload).get("data", {}) if row else {}
    if "clock" not in told:
        raise NotToBeSent("The event is not in the log any more.")
    return values_of_sla(clock=told["clock"], due=datetime.fromisoformat(told["dueAt"]))


def _a_webhook(mail: Mail) -> _About:
    """As it was when it was paused: the event says it."""
    row = get_row_by_id(mail.event_id)
    _require(mail.person.role == Role.ADMIN.value, "They are no admin any more.")
    if row is None:
        raise NotToBeSent("The event is not in the log any more.")
    return _About(values_of_webhook(orjson.loads(row.payload)["data"]["webhook"], recipient=mail.person))


def _a_link(mail: Mail) -> _About:
    """While it can be used: a newer one has a mail of its own."""
    row = get_row_by_id(mail.event_id)
    link = get_living_link(orjson.loads(row.payload)["data"]["linkId"]) if row else None
    if link is None or link.person_id != mail.person_id:
        raise NotToBeSent("The link was used, replaced, or has expired.")
    actor = _actor(mail, None)
    return _About(values_of_link(url=link_address(link), ends=link.expires_at, actor=actor, recipient=mail.person))


def _comment(mail: Mail, kind: MailKind) -> Comment | None:
    if mail.comment_id is None:
        return None
    comment = comments_visible_to(mail.person).filter(id=mail.comment_id).first()
    if comment is None or (comment.is_internal and kind in TO_REQUESTERS):
        raise NotToBeSent("The comment has been deleted, or is not theirs to see.")
    return comment


def _require(holds: bool, otherwise: str) -> None:  # noqa: FBT001
    if not holds:
        raise NotToBeSent(otherwise)


def _actor(mail: Mail, comment: Comment | None) -> Person | None:
    if comment is not None:
        return comment.author
    return Person.objects.filter(id=mail.actor_id).first() if mail.actor_id else None


def _reply_address(ticket: Ticket, person: Person) -> str:
    token = reply_token(ticket_number=ticket.number, person_id=person.id, tenant_id=desk.current().id, key=reply_key())
    return f"reply+{token}@{settings.MAIL_REPLY_DOMAIN}"


def _headers(mail: Mail, unsubscribe_url: str) -> dict[str, str]:
    """Threading (RFC 5322, 3.6.4), that a program sent it (RFC 3834, 5), and one-click unsubscribing (RFC 8058)."""
    tenant_id, domain = desk.current().id, settings.MAIL_REPLY_DOMAIN
    headers = {
        "Message-ID": message_id_of(mail.id, tenant_id=tenant_id, domain=domain),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    if mail.ticket_id:
        headers["In-Reply-To"] = headers["References"] = thread_id_of(
            mail.ticket_id, tenant_id=tenant_id, domain=domain
        )
    if unsubscribe_url:
        headers["List-Unsubscribe"] = f"<{unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers
