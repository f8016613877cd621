"""What the mails' endpoints take and give."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from helpdesk.events.payloads import PersonPayload
from helpdesk.paging import PageMeta, PageQuery
from helpdesk.shapes import Input, Moment, Seen, Shape
from helpdesk.vocabulary import MailKind, MailState

Subject = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), Seen]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000), Seen]
Html = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50_000)]


class MailListQuery(PageQuery):
    ticket_id: UUID | None = None
    state: MailState | None = None


class MailPayload(Shape):
    """A mail, without its text. `dueAt` is when it is tried next; `error` why it was not sent, or not yet."""

    id: UUID
    kind: MailKind
    state: MailState
    ticket_id: UUID | None
    comment_id: UUID | None
    recipient: PersonPayload
    subject: str
    attempts: int
    error: str
    due_at: Moment | None
    sent_at: Moment | None
    bounced_at: Moment | None
    bounce_reason: str
    is_undeliverable: bool
    """Its recipient's address gets no mail any more."""
    created_at: Moment


class MailList(Shape):
    data: list[MailPayload]
    meta: PageMeta


class UndeliverableAddressPayload(Shape):
    """An address that gets no mail, and why."""

    id: UUID
    address: str
    reason: str
    created_at: Moment


class UndeliverableAddressList(Shape):
    data: list[UndeliverableAddressPayload]
    meta: PageMeta


class MailTemplatePayload(Shape):
    """The template in force. `placeholders` may stand in `text` and `html`, the short ones in `subject` too."""

    kind: MailKind
    subject: str
    text: str
    html: str
    is_default: bool
    placeholders: list[str]
    updated_at: Moment | None


class MailTemplateList(Shape):
    data: list[MailTemplatePayload]
    meta: PageMeta


class ChangeMailTemplate(Input):
    """The parts to change, with placeholders such as `{{ ticket.title }}`; those left out stay."""

    subject: Subject = ""
    text: Text = ""
    html: Html = ""


class PreviewMailTemplate(ChangeMailTemplate):
    """The parts to look at; for those left out the template in force stands."""


class MailPreview(Shape):
    """The whole mail, with sample data."""

    subject: str
    text: str
    html: str
