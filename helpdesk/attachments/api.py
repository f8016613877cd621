"""`/tickets/{id}/attachments`. Files never pass through here: they go to the store and come from there."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from ninja import Body, Query, Router

from helpdesk.answers import answer, no_content
from helpdesk.attachments import actions, queries
from helpdesk.attachments.checking import check_upload
from helpdesk.attachments.rules import DOWNLOAD_LASTS, disposition_of
from helpdesk.attachments.schemas import (
    AttachmentList,
    AttachmentListQuery,
    CreateUploadUrl,
    RegisterAttachment,
    UploadUrl,
)
from helpdesk.attachments.shapes import attachment_for
from helpdesk.errors import HelpdeskError
from helpdesk.events.payloads import AttachmentPayload
from helpdesk.objects import store
from helpdesk.people.requests import NetworkRequest, PersonRequest
from helpdesk.scanning import clamd
from helpdesk.scanning.rules import require_fetchable
from helpdesk.tickets.queries import get_ticket
from helpdesk.vocabulary import ScanState
from helpdesk.work import unit_of_work

router = Router()


@router.post(
    "/{ticket_id}/attachments/upload-url",
    operation_id="createUploadUrl",
    response=UploadUrl,
    summary="Ask where to upload a file",
)
def create_upload_url(request: PersonRequest, ticket_id: UUID, body: Body[CreateUploadUrl]) -> HttpResponse:
    """An address of the object store that takes one file for 15 minutes. Register it afterwards."""
    store.require_reachable()
    with unit_of_work():
        offer = actions.offer_upload(
            request.auth, ticket_id, filename=body.filename, mime_type=body.mime_type, size=body.file_size
        )
    shown = UploadUrl(
        upload_url=offer.upload_url,
        headers=offer.headers,
        key=offer.key,
        file_url=offer.file_url,
        expires_at=offer.expires_at,
    )
    return answer(shown)


@router.post(
    "/{ticket_id}/attachments",
    operation_id="registerAttachment",
    response={201: AttachmentPayload},
    summary="Attach what was uploaded",
)
def register_attachment(request: NetworkRequest, ticket_id: UUID, body: Body[RegisterAttachment]) -> HttpResponse:
    """Only what one's own upload address for this ticket was used for. The file is read and its type checked."""
    with unit_of_work():
        registration = actions.begin_registration(
            request.auth,
            ticket_id,
            key=body.key,
            named_file_url=body.file_url,
            filename=body.filename,
            mime_type=body.mime_type,
            size=body.file_size,
            comment_id=body.comment_id,
        )
    try:
        store.require_reachable()
        sha256 = check_upload(registration)
    except HelpdeskError:
        with unit_of_work():
            actions.give_up_registration(registration)
        raise

    def register() -> HttpResponse:
        attachment = actions.register_attachment(
            request.auth,
            ticket_id,
            registration,
            sha256=sha256,
            filename=body.filename,
            comment_id=body.comment_id,
        )
        return answer(attachment_for(request.auth, attachment), status=201)

    return request.conclude(register)


@router.get(
    "/{ticket_id}/attachments", operation_id="listAttachments", response=AttachmentList, summary="List attachments"
)
def list_attachments(request: PersonRequest, ticket_id: UUID, query: Query[AttachmentListQuery]) -> HttpResponse:
    """Oldest first."""
    with unit_of_work():
        page = queries.list_attachments(request.auth, get_ticket(request.auth, ticket_id), query)
        return answer({"data": [attachment_for(request.auth, one) for one in page.rows], "meta": page.meta})


@router.delete(
    "/{ticket_id}/attachments/{attachment_id}",
    operation_id="deleteAttachment",
    response={204: None},
    summary="Take an attachment away",
)
def delete_attachment(request: PersonRequest, ticket_id: UUID, attachment_id: UUID) -> HttpResponse:
    """One's own; admins any. The file goes too."""
    with unit_of_work():
        actions.delete_attachment(request.auth, attachment_id, ticket_id=ticket_id)
    return no_content()


@router.get(
    "/{ticket_id}/attachments/{attachment_id}/file",
    operation_id="downloadAttachment",
    response={302: None},
    summary="Fetch the file",
)
def download_attachment(request: PersonRequest, ticket_id: UUID, attachment_id: UUID) -> HttpResponse:
    """Leads to the object store, by an address that lasts a minute. Whoever asks is looked at each time.

    Where the hub has a virus scanner, only what it found clean is given out: 409 while it has not looked yet, 403 for
    good where it found something, or could not look.
    """
    with unit_of_work():
        found = queries.get_attachment(request.auth, attachment_id, ticket_id=ticket_id)
    require_fetchable(ScanState(found.scan), is_scanning=clamd.is_set(), only_clean=settings.CLAMAV_ONLY_CLEAN)
    store.require_reachable()
    address = store.address_to_get(
        found.key, mime_type=found.mime_type, disposition=disposition_of(found.filename), lasts=DOWNLOAD_LASTS
    )
    return HttpResponseRedirect(address, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
