"""An attachment row as its payload."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from helpdesk import desk
from helpdesk.attachments.models import Attachment
from helpdesk.events.payloads import AttachmentPayload
from helpdesk.events.projection import for_viewer
from helpdesk.people.models import Person
from helpdesk.people.queries import viewer_of
from helpdesk.people.shapes import person_payload
from helpdesk.vocabulary import ScanState


def file_url(ticket_id: UUID, attachment_id: UUID) -> str:
    """The address that stays: it asks who wants the file, and leads to the store."""
    return f"{desk.desk_url(desk.current().slug)}/api/v1/tickets/{ticket_id}/attachments/{attachment_id}/file"


def attachment_payload(attachment: Attachment) -> AttachmentPayload:
    """The agents' shape. Reads the uploader, so select it with the row."""
    return AttachmentPayload(
        id=attachment.id,
        ticket_id=attachment.ticket_id,
        comment_id=attachment.comment_id,
        uploader_id=attachment.uploader_id,
        uploader=person_payload(attachment.uploader),
        filename=attachment.filename,
        file_url=file_url(attachment.ticket_id, attachment.id),
        file_size=attachment.size,
        mime_type=attachment.mime_type,
        is_internal=attachment.is_internal,
        scan=ScanState(attachment.scan),
        threat=attachment.threat,
        created_at=attachment.created_at,
    )


def attachment_for(person: Person, attachment: Attachment | AttachmentPayload) -> dict[str, Any]:
    """The attachment's JSON as this person gets it."""
    payload = attachment if isinstance(attachment, AttachmentPayload) else attachment_payload(attachment)
    return for_viewer(payload.model_dump(mode="json", by_alias=True), viewer_of(person))
