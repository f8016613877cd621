"""The templates' language: text with `{{ ticket.title }}`, and nothing else. Pure.

There are no loops, no conditions and no attributes: a placeholder is one of a list, or the template is
refused when it is saved. What is filled in is never read as a template again.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from helpdesk.mail.headers import one_line
from helpdesk.vocabulary import MailKind

MOST_PLACEHOLDERS = 50
"""In one field: it bounds how long a mail becomes."""
_PLACEHOLDER = re.compile(r"\{\{([^{}]*)\}\}")
_LEFTOVER = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}")
_WORD = re.compile(r"[\w.]{1,40}")

_EVERYWHERE = ("recipient.name", "desk.name")
_ON_TICKETS = ("ticket.number", "ticket.title", "ticket.status", "ticket.priority", "ticket.url", "actor.name")
_ON_WEBHOOKS = ("webhook.url", "webhook.description", "webhook.reason")
_ON_LINKS = ("link.ends",)
_LINK = "link.url"
"""Whoever has it may use it, and subjects are shown to agents: so it stands in the text alone, and must stand there."""
_LONG = {
    MailKind.TICKET_RECEIVED: ("ticket.description",),
    MailKind.PUBLIC_REPLY: ("comment.content",),
    MailKind.STATUS_CHANGED: (),
    MailKind.ASSIGNED: ("ticket.description",),
    MailKind.MENTIONED: ("comment.content",),
    MailKind.SLA_WARNED: ("sla.clock", "sla.due"),
    MailKind.SLA_BREACHED: ("sla.clock", "sla.due"),
    MailKind.WEBHOOK_PAUSED: (),
    MailKind.INVITATION: (_LINK, "actor.name"),
    MailKind.PASSWORD_RESET: (_LINK,),
    MailKind.ADDRESS_CONFIRMATION: (_LINK,),
}
"""What people wrote at length, and links: that does not go into subjects."""


@dataclass(frozen=True, slots=True)
class Template:
    """The three parts of a mail. `html` is a fragment: the page around it is ours."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why a template is refused."""

    field: str
    message: str
    code: str


def placeholders_of(kind: MailKind) -> tuple[str, ...]:
    """What may stand in the text and the html of this kind, without the braces."""
    return _short_ones(kind) + _LONG[kind]


def flaws_in(kind: MailKind, fields: Mapping[str, str]) -> list[Flaw]:
    """Everything that is wrong with these fields (`subject`, `text`, `html`); empty where nothing is."""
    return [flaw for field, source in fields.items() for flaw in _flaws(kind, field, source)]


def fill(template: Template, values: Mapping[str, str]) -> Template:
    """The parts with the values in them: as they are in the text, escaped in the html, in one line in the subject."""
    return Template(
        subject=one_line(_filled(template.subject, values)),
        text=_filled(template.text, values),
        html=_filled(template.html, {name: _in_html(value) for name, value in values.items()}),
    )


def _short_ones(kind: MailKind) -> tuple[str, ...]:
    if kind is MailKind.WEBHOOK_PAUSED:
        return _ON_WEBHOOKS + _EVERYWHERE
    return (_ON_LINKS if _LINK in _LONG[kind] else _ON_TICKETS) + _EVERYWHERE


def _filled(source: str, values: Mapping[str, str]) -> str:
    # One pass over the source: what a value brings along is not looked at.
    return _PLACEHOLDER.sub(lambda found: values.get(found[1].strip(), ""), source)


def _in_html(value: str) -> str:
    lines = html.escape(value).replace("\r\n", "\n").replace("\r", "\n")
    return lines.replace("\n", "<br>\n")


def _flaws(kind: MailKind, field: str, source: str) -> Iterator[Flaw]:
    names = [found.strip() for found in _PLACEHOLDER.findall(source)]
    allowed = _short_ones(kind) if field == "subject" else placeholders_of(kind)
    if field != "subject" and _LINK in _LONG[kind] and _LINK not in names:
        yield Flaw(field, f"This mail is for its link: {{{{ {_LINK} }}}} must stand in its {field}.", "missing_link")
    if len(names) > MOST_PLACEHOLDERS:
        yield Flaw(field, f"At most {MOST_PLACEHOLDERS} placeholders.", "too_many_placeholders")
    if _LEFTOVER.search(_PLACEHOLDER.sub(" ", source)) or "" in names:
        yield Flaw(field, "A placeholder is written {{ ticket.title }}; there is nothing else.", "template_syntax")
    for name in dict.fromkeys(name for name in names if name and name not in allowed):
        shown = f"{{{{ {name} }}}}" if _WORD.fullmatch(name) else "one of these"
        yield Flaw(field, f"There is no placeholder {shown} in this {field}.", "unknown_placeholder")
