"""What admins do with their desk's templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from helpdesk import desk
from helpdesk.clock import now
from helpdesk.comments.models import Comment
from helpdesk.errors import Detail, ValidationFailed
from helpdesk.mail.composing import values_of, values_of_link, values_of_sla, values_of_webhook
from helpdesk.mail.models import MailTemplate
from helpdesk.mail.page import html_page, text_page
from helpdesk.mail.queries import get_templates
from helpdesk.mail.rules import PREFERENCES
from helpdesk.mail.templates import Template, fill, flaws_in
from helpdesk.people.models import Person
from helpdesk.permissions import require
from helpdesk.tickets.models import Ticket
from helpdesk.vocabulary import MailKind, TicketStatus


def change_template(actor: Person, kind: MailKind, *, fields: Mapping[str, str]) -> None:
    """Write some of `subject`, `text`, `html`; what is left out stays as it is."""
    require(actor, "updateMailTemplate")
    template = _with(kind, fields)
    MailTemplate.objects.update_or_create(
        kind=kind.value,
        defaults={
            "subject": template.subject,
            "text": template.text,
            "html": template.html,
            "updated_at": now(),
        },
    )


def delete_template(actor: Person, kind: MailKind) -> None:
    """Back to the default."""
    require(actor, "deleteMailTemplate")
    MailTemplate.objects.filter(kind=kind.value).delete()


def preview_template(actor: Person, kind: MailKind, *, fields: Mapping[str, str]) -> Template:
    """The whole mail, with sample data, as it would be with these fields; nothing is stored."""
    require(actor, "previewMailTemplate")
    filled = fill(_with(kind, fields), _sample(actor))
    unsubscribe_url = f"{desk.desk_url(desk.current().slug)}/mail/unsubscribe/sample" if PREFERENCES[kind] else ""
    return Template(
        subject=filled.subject,
        text=text_page(filled.text, unsubscribe_url=unsubscribe_url),
        html=html_page(filled.html, desk=desk.current().name, unsubscribe_url=unsubscribe_url),
    )


def _with(kind: MailKind, fields: Mapping[str, str]) -> Template:
    if flaws := flaws_in(kind, fields):
        raise ValidationFailed(details=[Detail(flaw.field, flaw.message, flaw.code) for flaw in flaws])
    return replace(get_templates()[kind], **fields)


def _sample(recipient: Person) -> dict[str, str]:
    somebody = Person(first_name="Grace", last_name="Hopper", email="grace@example.com")
    ticket = Ticket(
        number=42,
        title="The VPN drops <every ten minutes>",
        description="Since this morning.\nOn two laptops.",
        status=TicketStatus.IN_PROGRESS.value,
    )
    comment = Comment(content="Which client do you use?\nVersion 7 & later should hold.")
    webhook = {"url": "https://erp.example.com/hooks", "description": "The ERP", "pausedReason": "failing"}
    on_tickets = values_of(ticket, comment, actor=somebody, recipient=recipient)
    link = f"{desk.desk_url(desk.current().slug)}/account/sample#token=sample"
    on_links = values_of_link(url=link, ends=now() + timedelta(days=7), actor=somebody, recipient=recipient)
    on_tickets |= values_of_sla(clock="first_response", due=now() + timedelta(hours=1))
    return on_tickets | values_of_webhook(webhook, recipient=recipient) | on_links
