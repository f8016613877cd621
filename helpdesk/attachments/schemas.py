"""What the attachments' endpoints take and give."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from helpdesk.attachments.rules import LONGEST_NAME, MIME_TYPE, clean_filename
from helpdesk.events.payloads import AttachmentPayload
from helpdesk.paging import PageMeta, PageQuery
from helpdesk.shapes import Input, Moment, Shape


def _lowered(value: Any) -> Any:
    return value.lower().strip() if isinstance(value, str) else value


Filename = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME * 4), AfterValidator(clean_filename)]
MimeType = Annotated[str, BeforeValidator(_lowered), StringConstraints(pattern=MIME_TYPE, max_length=127)]
FileSize = Annotated[int, Field(ge=1, le=2**53 - 1)]


class CreateUploadUrl(Input):
    """With `fileSize` the address takes a file of this size only."""

    filename: Filename
    mime_type: MimeType
    file_size: FileSize | None = None


class UploadUrl(Shape):
    """Send the file there: `method`, with exactly `headers`, before `expiresAt`. Then register it, within a day."""

    upload_url: str
    method: Literal["PUT"] = "PUT"
    headers: dict[str, str]
    key: str
    file_url: str
    expires_at: Moment


class RegisterAttachment(Input):
    """What was uploaded, by the `key` or the `fileUrl` that came with its upload address.

    `commentId` is one of one's own comments on the ticket: a note's files are internal.
    """

    filename: Filename
    mime_type: MimeType
    file_size: FileSize
    key: Annotated[str, StringConstraints(max_length=2000)] | None = None
    file_url: Annotated[str, StringConstraints(max_length=2000)] | None = None
    comment_id: UUID | None = None

    @model_validator(mode="after")
    def _names_the_upload(self) -> RegisterAttachment:
        if self.key is None and self.file_url is None:
            raise ValueError("Name the upload: key or fileUrl.")
        return self


class AttachmentList(Shape):
    data: list[AttachmentPayload]
    meta: PageMeta


class AttachmentListQuery(PageQuery):
    """By default everything up to 100 at once."""

    limit: int = Field(100, ge=1, le=100)
