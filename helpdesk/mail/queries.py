"""Reading mails and templates. Mails are the staff's to see; the outbox reads what is due."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, Min, QuerySet

from helpdesk.errors import NotFound
from helpdesk.mail.defaults import DEFAULTS
from helpdesk.mail.models import Mail, MailTemplate, UndeliverableAddress
from helpdesk.mail.schemas import MailPayload, MailTemplatePayload, UndeliverableAddressPayload
from helpdesk.mail.templates import Template, placeholders_of
from helpdesk.paging import Order, Page, PageQuery, paginate, read_moment
from helpdesk.people.models import Person
from helpdesk.people.shapes import person_payload
from helpdesk.tickets.queries import get_ticket
from helpdesk.vocabulary import MailKind, MailState

NEWEST_FIRST = Order("createdAt", F("created_at"), lambda row: row.created_at, read_moment, descending=True)


class AddressNotFound(NotFound):
    """There is no such undeliverable address."""


def mails_visible_to(person: Person) -> QuerySet[Mail]:
    """All of them for agents and admins, none for anybody else."""
    mails = Mail.objects.select_related("person")
    return mails if person.is_staff else mails.none()


def list_mails(person: Person, query: PageQuery, *, ticket_id: UUID | None, state: MailState | None) -> Page[Mail]:
    """One page, newest first; of one ticket, where one is named."""
    mails = mails_visible_to(person)
    if ticket_id is not None:
        mails = mails.filter(ticket_id=get_ticket(person, ticket_id).id)
    if state is not None:
        mails = mails.filter(state=state.value)
    return paginate(mails, query, NEWEST_FIRST)


def list_undeliverable(query: PageQuery) -> Page[UndeliverableAddress]:
    """One page of the addresses that get no mail, newest first."""
    return paginate(UndeliverableAddress.objects.all(), query, NEWEST_FIRST)


def undeliverable_among(addresses: set[str]) -> set[str]:
    """Those of them that get no mail."""
    return set(UndeliverableAddress.objects.filter(address__in=addresses).values_list("address", flat=True))


def stored_templates() -> dict[MailKind, MailTemplate]:
    """What this desk has written itself."""
    return {MailKind(row.kind): row for row in MailTemplate.objects.all()}


def template_of(row: MailTemplate) -> Template:
    return Template(subject=row.subject, text=row.text, html=row.html)


def get_templates() -> Mapping[MailKind, Template]:
    """Every kind's, the desk's own or the default."""
    return {**DEFAULTS, **{kind: template_of(row) for kind, row in stored_templates().items()}}


def next_due() -> datetime | None:
    """When the next mail is to be tried; None where none waits."""
    due: datetime | None = Mail.objects.filter(state=MailState.PENDING.value).aggregate(due=Min("due_at"))["due"]
    return due


def count_mails() -> dict[MailState, int]:
    """How many there are in each state, of those that are kept."""
    counted = Mail.objects.order_by().values_list("state").annotate(count=Count("id"))
    return {MailState(state): count for state, count in counted}


def mail_payload(mail: Mail, *, is_undeliverable: bool) -> MailPayload:
    """A mail as agents see it. Reads the person, so select it with the row."""
    return MailPayload(
        id=mail.id,
        kind=MailKind(mail.kind),
        state=MailState(mail.state),
        ticket_id=mail.ticket_id,
        comment_id=mail.comment_id,
        recipient=person_payload(mail.person),
        subject=mail.subject,
        attempts=mail.attempts,
        error=mail.last_error,
        due_at=mail.due_at,
        sent_at=mail.sent_at,
        bounced_at=mail.bounced_at,
        bounce_reason=mail.bounce_reason,
        is_undeliverable=is_undeliverable,
        created_at=mail.created_at,
    )


def address_payload(row: UndeliverableAddress) -> UndeliverableAddressPayload:
    return UndeliverableAddressPayload(id=row.id, address=row.address, reason=row.reason, created_at=row.created_at)


def template_payload(kind: MailKind, template: Template, row: MailTemplate | None) -> MailTemplatePayload:
    """`row` is what the desk has written; None where the default stands."""
    return MailTemplatePayload(
        kind=kind,
        subject=template.subject,
        text=template.text,
        html=template.html,
        is_default=row is None,
        placeholders=list(placeholders_of(kind)),
        updated_at=row.updated_at if row else None,
    )
