"""Attachments for tests: as rows, made by the actions, and as something that lies in the object store."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID

from django.conf import settings

from helpdesk import desk
from helpdesk.attachments.actions import begin_registration, register_attachment
from helpdesk.attachments.models import Upload
from helpdesk.attachments.rules import UPLOAD_LASTS
from helpdesk.clock import now
from helpdesk.events.payloads import AttachmentPayload
from helpdesk.ids import new_id
from helpdesk.objects.actions import expect_object
from helpdesk.objects.rules import key_of
from helpdesk.people.models import Person
from tests.contracts.operations import UPLOADED
from tests.helpdesk.files import store


def put(key: str, content: bytes = UPLOADED) -> None:
    """Needs a store: `make test` starts one."""
    store().put_object(Bucket=settings.S3_BUCKET, Key=key, Body=content)


def expect_upload(person: Person, ticket_id: UUID, *, filename: str) -> Upload:
    """What asking for an upload address leaves, without an address."""
    moment, id_ = now(), new_id()
    key, expires_at = key_of(desk.current().id, ticket_id=ticket_id, object_id=id_), moment + UPLOAD_LASTS
    given = {"filename": filename, "mime_type": "text/plain", "key": key, "expires_at": expires_at}
    upload = Upload.objects.create(id=id_, ticket_id=ticket_id, person=person, **given)
    expect_object(key, ticket_id=ticket_id, put_until=expires_at, remove_at=expires_at)
    return upload


def attach(person: Person, ticket_id: UUID, *, filename: str, comment_id: UUID | None = None) -> AttachmentPayload:
    """An attachment as the actions make it; what lies in the store was not looked at."""
    upload = expect_upload(person, ticket_id, filename=filename)
    size = len(UPLOADED)
    registration = begin_registration(
        person,
        ticket_id,
        key=upload.key,
        named_file_url=None,
        filename=filename,
        mime_type="text/plain",
        size=size,
        comment_id=comment_id,
    )
    digest = sha256(UPLOADED).digest()
    return register_attachment(person, ticket_id, registration, sha256=digest, filename=filename, comment_id=comment_id)
