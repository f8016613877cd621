"""The templates of a desk that has none of its own. Pure; held to the same rules by a test."""

from __future__ import annotations

from collections.abc import Mapping

from helpdesk.mail.templates import Template
from helpdesk.vocabulary import MailKind

_SUBJECT = "[#{{ ticket.number }}] {{ ticket.title }}"
_ANSWER = "To answer, open the ticket."
_BUTTON = (
    "display:inline-block;padding:10px 18px;border-radius:8px;background-color:#4f46e5;color:#ffffff;"
    "font-weight:600;text-decoration:none"
)
_QUOTE = "margin:0 0 20px;padding:2px 0 2px 14px;border-left:3px solid #c7c9d1"


def _template(*, lead: str, html_lead: str, quote: str = "", end: str = _ANSWER) -> Template:
    quoted = f"{{{{ {quote} }}}}\n\n" if quote else ""
    block = f'<blockquote style="{_QUOTE}">{{{{ {quote} }}}}</blockquote>\n' if quote else ""
    return Template(
        subject=_SUBJECT,
        text=(
            f"Hello {{{{ recipient.name }}}},\n\n{lead}\n\n{quoted}{end}\n{{{{ ticket.url }}}}\n\n{{{{ desk.name }}}}\n"
        ),
        html=(
            f'<p style="margin:0 0 16px">Hello {{{{ recipient.name }}}},</p>\n'
            f'<p style="margin:0 0 20px">{html_lead}</p>\n'
            f"{block}"
            f'<p style="margin:0 0 20px"><a href="{{{{ ticket.url }}}}" style="{_BUTTON}">Open the ticket</a></p>\n'
            f'<p style="margin:0;font-size:13px;opacity:.75">{end}</p>\n'
        ),
    )


_TICKET, _HTML_TICKET = (
    "#{{ ticket.number }} {{ ticket.title }}",
    "<strong>#{{ ticket.number }} {{ ticket.title }}</strong>",
)

_WEBHOOK_PAUSED = Template(
    subject="Webhook paused: {{ webhook.description }} {{ webhook.url }}",
    text=(
        "Hello {{ recipient.name }},\n\n{{ webhook.reason }} We have stopped sending to it:\n\n"
        "{{ webhook.description }}\n{{ webhook.url }}\n\n"
        "Nothing is lost: activate it again, and everything that it missed is delivered.\n\n{{ desk.name }}\n"
    ),
    html=(
        '<p style="margin:0 0 16px">Hello {{ recipient.name }},</p>\n'
        '<p style="margin:0 0 20px">{{ webhook.reason }} We have stopped sending to it:</p>\n'
        f'<blockquote style="{_QUOTE}">{{{{ webhook.description }}}}<br>{{{{ webhook.url }}}}</blockquote>\n'
        '<p style="margin:0">Nothing is lost: activate it again, and everything that it missed is delivered.</p>\n'
    ),
)


def _with_link(*, subject: str, lead: str, button: str, end: str) -> Template:
    return Template(
        subject=subject,
        text=(
            f"Hello {{{{ recipient.name }}}},\n\n{lead}\n\n{{{{ link.url }}}}\n\n"
            f"The link works once, until {{{{ link.ends }}}}. {end}\n\n{{{{ desk.name }}}}\n"
        ),
        html=(
            '<p style="margin:0 0 16px">Hello {{ recipient.name }},</p>\n'
            f'<p style="margin:0 0 20px">{lead}</p>\n'
            f'<p style="margin:0 0 20px"><a href="{{{{ link.url }}}}" style="{_BUTTON}">{button}</a></p>\n'
            '<p style="margin:0;font-size:13px;opacity:.75">'
            f"The link works once, until {{{{ link.ends }}}}. {end}</p>\n"
        ),
    )


DEFAULTS: Mapping[MailKind, Template] = {
    MailKind.TICKET_RECEIVED: _template(
        lead=f"we have received your request and will get back to you:\n\n{_TICKET}",
        html_lead=f"we have received your request and will get back to you:<br>{_HTML_TICKET}",
        quote="ticket.description",
        end="To add something, open the ticket.",
    ),
    MailKind.PUBLIC_REPLY: _template(
        lead=f"{{{{ actor.name }}}} replied to your request {_TICKET}:",
        html_lead=f"{{{{ actor.name }}}} replied to your request {_HTML_TICKET}:",
        quote="comment.content",
    ),
    MailKind.STATUS_CHANGED: _template(
        lead=f"your request {_TICKET} is now: {{{{ ticket.status }}}}.",
        html_lead=f"your request {_HTML_TICKET} is now <strong>{{{{ ticket.status }}}}</strong>.",
        end="Is something still missing? Open the ticket and tell us.",
    ),
    MailKind.ASSIGNED: _template(
        lead=f"{{{{ actor.name }}}} assigned you {_TICKET} ({{{{ ticket.priority }}}})",
        html_lead=f"{{{{ actor.name }}}} assigned you {_HTML_TICKET} ({{{{ ticket.priority }}}})",
        quote="ticket.description",
    ),
    MailKind.MENTIONED: _template(
        lead=f"{{{{ actor.name }}}} mentioned you on {_TICKET}:",
        html_lead=f"{{{{ actor.name }}}} mentioned you on {_HTML_TICKET}:",
        quote="comment.content",
    ),
    MailKind.SLA_WARNED: _template(
        lead=f"the {{{{ sla.clock }}}} on {_TICKET} is due soon: {{{{ sla.due }}}}.",
        html_lead=f"the {{{{ sla.clock }}}} on {_HTML_TICKET} is due soon: <strong>{{{{ sla.due }}}}</strong>.",
    ),
    MailKind.SLA_BREACHED: _template(
        lead=f"the {{{{ sla.clock }}}} on {_TICKET} is late. It was due: {{{{ sla.due }}}}.",
        html_lead=f"the {{{{ sla.clock }}}} on {_HTML_TICKET} is late. It was due: <strong>{{{{ sla.due }}}}</strong>.",
    ),
    MailKind.WEBHOOK_PAUSED: _WEBHOOK_PAUSED,
    MailKind.INVITATION: _with_link(
        subject="{{ desk.name }} invites you",
        lead="{{ actor.name }} invites you to {{ desk.name }}. Choose a password, and you are in.",
        button="Accept the invitation",
        end="If you expected no invitation, you need do nothing.",
    ),
    MailKind.PASSWORD_RESET: _with_link(
        subject="Choose a new password for {{ desk.name }}",
        lead="somebody, most likely you, asked for a new password for {{ desk.name }}.",
        button="Choose a new password",
        end="If it was not you, you need do nothing: your password stays as it is.",
    ),
    MailKind.ADDRESS_CONFIRMATION: _with_link(
        subject="Confirm your address for {{ desk.name }}",
        lead="is this your address? Confirm it, so that {{ desk.name }} knows that its mails reach you.",
        button="Confirm the address",
        end="If you did not register, you need do nothing.",
    ),
}
