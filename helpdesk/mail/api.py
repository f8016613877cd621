"""`/mails`, `/undeliverable-addresses` and `/mail-templates`: what was mailed, to whom none goes, how mails read."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from django.http import HttpResponse
from ninja import Body, Query, Router

from helpdesk.answers import answer, no_content
from helpdesk.mail import queries
from helpdesk.mail.actions import reports
from helpdesk.mail.actions import templates as actions
from helpdesk.mail.schemas import (
    ChangeMailTemplate,
    MailList,
    MailListQuery,
    MailPreview,
    MailTemplateList,
    MailTemplatePayload,
    PreviewMailTemplate,
    UndeliverableAddressList,
)
from helpdesk.paging import PageQuery
from helpdesk.people.requests import PersonRequest
from helpdesk.vocabulary import MailKind

router = Router()


@router.get("/mails", operation_id="listMails", response=MailList, summary="What was mailed, and what came of it")
def list_mails(request: PersonRequest, query: Query[MailListQuery]) -> HttpResponse:
    """Newest first; of one ticket with `ticketId`, in one state with `state`."""
    page = queries.list_mails(request.auth, query, ticket_id=query.ticket_id, state=query.state)
    dead = queries.undeliverable_among({mail.person.email for mail in page.rows})
    rows = [queries.mail_payload(mail, is_undeliverable=mail.person.email in dead) for mail in page.rows]
    return answer({"data": [row.model_dump(mode="json", by_alias=True) for row in rows], "meta": page.meta})


@router.get(
    "/undeliverable-addresses",
    operation_id="listUndeliverableAddresses",
    response=UndeliverableAddressList,
    summary="Addresses that get no mail",
)
def list_undeliverable_addresses(request: PersonRequest, query: Query[PageQuery]) -> HttpResponse:
    """After a complaint, or the third bounce of a month. Newest first."""
    page = queries.list_undeliverable(query)
    rows = [queries.address_payload(row).model_dump(mode="json", by_alias=True) for row in page.rows]
    return answer({"data": rows, "meta": page.meta})


@router.delete(
    "/undeliverable-addresses/{address_id}",
    operation_id="clearUndeliverableAddress",
    response={204: None},
    summary="Mail an address again",
)
def clear_undeliverable_address(request: PersonRequest, address_id: UUID) -> HttpResponse:
    """The next bounce of the same month marks it anew."""
    reports.clear_address(request.auth, address_id)
    return no_content()


@router.get(
    "/mail-templates", operation_id="listMailTemplates", response=MailTemplateList, summary="How mails are written"
)
def list_mail_templates(request: PersonRequest) -> HttpResponse:
    """Every kind's template in force, with the placeholders that it may have."""
    rows = [_template(kind).model_dump(mode="json", by_alias=True) for kind in MailKind]
    meta = {"page": 1, "limit": len(rows), "total": len(rows), "totalPages": 1}
    return answer({"data": rows, "meta": meta | {"hasNextPage": False, "hasPreviousPage": False}})


@router.put(
    "/mail-templates/{kind}",
    operation_id="updateMailTemplate",
    response=MailTemplatePayload,
    summary="Write a mail's template",
)
def update_mail_template(request: PersonRequest, kind: MailKind, body: Body[ChangeMailTemplate]) -> HttpResponse:
    """An unknown placeholder, or anything that is not one: 400 with the field and `unknown_placeholder` or
    `template_syntax`. The html is sanitised when a mail is written."""
    actions.change_template(request.auth, kind, fields=body.given())
    return answer(_template(kind))


@router.delete(
    "/mail-templates/{kind}",
    operation_id="deleteMailTemplate",
    response={204: None},
    summary="Back to the default template",
)
def delete_mail_template(request: PersonRequest, kind: MailKind) -> HttpResponse:
    """However often."""
    actions.delete_template(request.auth, kind)
    return no_content()


@router.post(
    "/mail-templates/{kind}/preview",
    operation_id="previewMailTemplate",
    response=MailPreview,
    summary="See a mail before it is sent",
)
def preview_mail_template(request: PersonRequest, kind: MailKind, body: Body[PreviewMailTemplate]) -> HttpResponse:
    """With sample data, as the recipient would get it. Nothing is stored or sent."""
    return answer(MailPreview(**asdict(actions.preview_template(request.auth, kind, fields=body.given()))))


def _template(kind: MailKind) -> MailTemplatePayload:
    row = queries.stored_templates().get(kind)
    return queries.template_payload(kind, queries.get_templates()[kind], row)
