"""Allowing an upload, registering what was uploaded, taking it away again.

Registering takes three steps, because the store is asked in the middle and never inside a transaction:
`begin_registration`, `checking.check_upload`, `register_attachment`. Killed between them it leaves rows that are swept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from helpdesk import desk
from helpdesk.attachments.kinds import DEFAULT_TYPES, is_dangerous_name
from helpdesk.attachments.models import Attachment, Upload
from helpdesk.attachments.queries import AttachmentNotFound, count_open_uploads, get_attachment, uploads_of
from helpdesk.attachments.rules import (
    CHECKING_LASTS,
    MOST_OPEN_UPLOADS,
    REGISTERED_WITHIN,
    UPLOAD_LASTS,
    require_removable,
)
from helpdesk.attachments.scans import awaiting_scan
from helpdesk.attachments.shapes import attachment_payload, file_url
from helpdesk.clock import now
from helpdesk.comments.models import Comment
from helpdesk.comments.queries import comments_visible_to
from helpdesk.errors import Conflict, Unavailable, ValidationFailed
from helpdesk.events import catalogue
from helpdesk.events.log import record, redact_attachment
from helpdesk.events.payloads import AttachmentPayload
from helpdesk.ids import new_id
from helpdesk.moves.queries import places_of_attachment
from helpdesk.objects import store
from helpdesk.objects.actions import expect_object, hold_object, remove_object
from helpdesk.objects.rules import key_of
from helpdesk.people.models import Person
from helpdesk.permissions import require
from helpdesk.tickets.actions import touch_ticket
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import lock_place, lock_ticket
from helpdesk.tickets.shapes import ticket_payload
from helpdesk.vocabulary import Role


class TooManyUploads(Conflict):
    """You have many uploads open that you did not register: register them, or wait until they expire."""

    reason = "too_many_uploads"


class AlreadyRegistered(Conflict):
    """This upload is an attachment already."""

    reason = "already_registered"


@dataclass(frozen=True, slots=True)
class UploadOffer:
    """Where to put a file, and how to name it afterwards."""

    upload_url: str
    headers: dict[str, str]
    key: str
    file_url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Registration:
    """An upload that is being looked at; `copy_key` is where its copy goes."""

    upload_id: UUID
    key: str
    copy_key: str
    mime_type: str
    size: int


def offer_upload(actor: Person, ticket_id: UUID, *, filename: str, mime_type: str, size: int | None) -> UploadOffer:
    """Let somebody put one file into the store, for a while."""
    require(actor, "createUploadUrl")
    ticket = lock_place(actor, ticket_id)
    _require_allowed(filename, mime_type, size)
    if count_open_uploads(actor) >= MOST_OPEN_UPLOADS:
        raise TooManyUploads
    upload_id, begun = new_id(), now()
    put_until, expires_at = begun + UPLOAD_LASTS, begun + REGISTERED_WITHIN
    key = key_of(desk.current().id, ticket_id=ticket.id, object_id=upload_id)
    Upload.objects.create(
        id=upload_id,
        ticket=ticket,
        person=actor,
        filename=filename,
        mime_type=mime_type,
        size=size,
        key=key,
        expires_at=expires_at,
    )
    expect_object(key, ticket_id=ticket.id, put_until=put_until, remove_at=expires_at)
    return UploadOffer(
        upload_url=store.address_to_put(key, mime_type=mime_type, size=size, lasts=UPLOAD_LASTS),
        headers={"Content-Type": mime_type},
        key=key,
        file_url=file_url(ticket.id, upload_id),
        expires_at=put_until,
    )


def begin_registration(
    actor: Person,
    ticket_id: UUID,
    *,
    key: str | None,
    named_file_url: str | None,
    filename: str,
    mime_type: str,
    size: int,
    comment_id: UUID | None,
) -> Registration:
    """Find the upload, and make ready for a copy that nobody can change any more."""
    require(actor, "registerAttachment")
    ticket = lock_place(actor, ticket_id)
    upload = _named_upload(actor, (ticket_id, ticket.id), key=key, named_file_url=named_file_url)
    _require_allowed(filename, mime_type, size)
    if mime_type != upload.mime_type:
        raise ValidationFailed.of("mimeType", "This is not the type that the upload was for.", "type_differs")
    if upload.size is not None and size != upload.size:
        raise ValidationFailed.of("fileSize", "This is not the size that the upload was for.", "size_differs")
    if comment_id is not None:
        _own_comment(actor, ticket, comment_id)
    moment = now()
    copy_key = f"{upload.key}.{new_id().hex}"
    expect_object(copy_key, ticket_id=ticket.id, put_until=moment, remove_at=moment + CHECKING_LASTS)
    return Registration(upload.id, upload.key, copy_key, mime_type, size)


def give_up_registration(registration: Registration) -> None:
    """It is no attachment: the copy goes now, so that trying again and again fills nothing."""
    remove_object(registration.copy_key)


def register_attachment(
    actor: Person,
    ticket_id: UUID,
    registration: Registration,
    *,
    sha256: bytes,
    filename: str,
    comment_id: UUID | None,
) -> AttachmentPayload:
    """Make the checked copy an attachment of the ticket, or of one's own comment on it."""
    require(actor, "registerAttachment")
    ticket = lock_place(actor, ticket_id)
    upload = uploads_of(actor).filter(id=registration.upload_id, ticket__in=(ticket_id, ticket.id)).first()
    if upload is None:
        raise AlreadyRegistered  # by another request, while this one looked at the file
    comment = _own_comment(actor, ticket, comment_id) if comment_id else None
    if not hold_object(registration.copy_key, comment_id=comment_id):
        raise Unavailable("Looking at this file took too long. Try again in a moment.")
    attachment = Attachment.objects.create(
        id=upload.id,
        ticket=ticket,
        comment=comment,
        uploader=actor,
        filename=filename,
        key=registration.copy_key,
        size=registration.size,
        mime_type=registration.mime_type,
        sha256=sha256,
        is_internal=comment is not None and comment.is_internal,
        **awaiting_scan(),
    )
    upload.delete()
    remove_object(registration.key)
    if not attachment.is_internal:
        touch_ticket(ticket)
    payload = attachment_payload(attachment)
    record(actor, catalogue.AttachmentAdded(ticket=ticket_payload(ticket), attachment=payload))
    return payload


def delete_attachment(actor: Person, attachment_id: UUID, *, ticket_id: UUID) -> None:
    """Take an attachment away; its name leaves the log, and its file the store."""
    require(actor, "deleteAttachment")
    # It stands elsewhere by now where a merge or a split has taken it there: that ticket tells of it.
    ticket = lock_ticket(actor, get_attachment(actor, attachment_id, ticket_id=ticket_id).ticket_id)
    attachment = get_attachment(actor, attachment_id, ticket_id=ticket.id)
    if attachment.ticket_id != ticket.id:
        raise AttachmentNotFound
    require_removable(Role(actor.role), own=attachment.uploader_id == actor.id)
    event = catalogue.AttachmentDeleted(
        ticket=ticket_payload(ticket),
        attachment_id=attachment.id,
        comment_id=attachment.comment_id,
        is_internal=attachment.is_internal,
    )
    redact_attachment(ticket_ids=places_of_attachment(attachment.id, now_on=ticket.id), attachment_id=attachment.id)
    remove_object(attachment.key)
    attachment.delete()
    record(actor, event)


def forget_expired_uploads() -> int:
    """Uploads that nobody registered in time; says how many. Their files are removed as every other."""
    return Upload.objects.filter(expires_at__lte=now()).delete()[0]


def _require_allowed(filename: str, mime_type: str, size: int | None) -> None:
    if mime_type not in (settings.ATTACHMENT_TYPES or DEFAULT_TYPES):
        raise ValidationFailed.of("mimeType", "Files of this type are not taken here.", "type_not_allowed")
    if is_dangerous_name(filename):
        raise ValidationFailed.of("filename", "Files with this ending are not taken here.", "name_not_allowed")
    if size is not None and size > settings.ATTACHMENT_MAX_BYTES:
        most = settings.ATTACHMENT_MAX_BYTES // (1024 * 1024)
        raise ValidationFailed.of("fileSize", f"A file has at most {most} MB here.", "too_large")


def _named_upload(
    actor: Person, ticket_ids: tuple[UUID, UUID], *, key: str | None, named_file_url: str | None
) -> Upload:
    """Only what was issued to this person for this ticket, or the one it forwards to.

    What is named is compared, never followed.
    """
    field = "key" if key is not None else "fileUrl"
    last = ((key if key is not None else named_file_url) or "").removesuffix("/file").rpartition("/")[2]
    upload_id = _uuid(last)
    upload = uploads_of(actor).filter(id=upload_id, ticket__in=ticket_ids).first() if upload_id else None
    if upload is None:
        if upload_id and Attachment.objects.filter(id=upload_id, ticket__in=ticket_ids, uploader=actor).exists():
            raise AlreadyRegistered
        raise ValidationFailed.of(field, "This is no upload of yours for this ticket.", "unknown_upload")
    wrong_key = key is not None and key != upload.key
    wrong_url = named_file_url is not None and named_file_url != file_url(upload.ticket_id, upload.id)
    if wrong_key or wrong_url:
        raise ValidationFailed.of(
            "key" if wrong_key else "fileUrl", "This is no upload of yours for this ticket.", "unknown_upload"
        )
    if upload.expires_at <= now():
        raise ValidationFailed.of(field, "This upload has expired: ask for a new address.", "upload_expired")
    return upload


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _own_comment(actor: Person, ticket: Ticket, comment_id: UUID) -> Comment:
    comment = comments_visible_to(actor).filter(id=comment_id, ticket=ticket, author_id=actor.id).first()
    if comment is None:
        raise ValidationFailed.of("commentId", "This is no comment of yours on this ticket.", "unknown_comment")
    return comment
