"""Reading attachments, always from `attachments_visible_to`: a note's files are as internal as the note."""

from __future__ import annotations

from uuid import UUID

from django.db.models import F, QuerySet

from helpdesk.attachments.models import Attachment, Upload
from helpdesk.clock import now
from helpdesk.errors import NotFound
from helpdesk.moves.queries import stood_on
from helpdesk.paging import Order, Page, PageQuery, paginate, read_moment
from helpdesk.people.models import Person
from helpdesk.people.queries import attach_people
from helpdesk.tickets.models import Ticket

UPLOADER = ("uploader",)
OLDEST_FIRST = Order("createdAt", F("created_at"), lambda attachment: attachment.created_at, read_moment)


class AttachmentNotFound(NotFound):
    """There is no such attachment, or you may not see it."""


def attachments_visible_to(person: Person) -> QuerySet[Attachment]:
    """All of them for agents and admins; for requesters the public ones of their own tickets."""
    attachments = Attachment.objects.select_related("uploader")
    if person.is_staff:
        return attachments
    return attachments.filter(is_internal=False, ticket__requester_id=person.id)


def get_attachment(person: Person, attachment_id: UUID, *, ticket_id: UUID) -> Attachment:
    """The attachment of that ticket, or AttachmentNotFound. Where it stood before leads to it, too."""
    found = attachments_visible_to(person).filter(id=attachment_id).first()
    if found is None or (found.ticket_id != ticket_id and not stood_on(found.id, ticket_id)):
        raise AttachmentNotFound
    return found


def list_attachments(person: Person, ticket: Ticket, query: PageQuery) -> Page[Attachment]:
    """One page of a ticket's attachments, oldest first."""
    attachments = attachments_visible_to(person).select_related(None).filter(ticket=ticket)
    page = paginate(attachments, query, OLDEST_FIRST)
    attach_people((page.rows, UPLOADER))
    return page


def list_newest_attachments(person: Person, ticket: Ticket, *, limit: int) -> list[Attachment]:
    """The newest attachments of a ticket, oldest first; the caller attaches who uploaded them."""
    attachments = attachments_visible_to(person).select_related(None).filter(ticket=ticket)
    return list(reversed(attachments.order_by("-created_at", "-id")[:limit]))


def uploads_of(person: Person) -> QuerySet[Upload]:
    """What this person may upload and has not registered."""
    return Upload.objects.filter(person=person)


def count_open_uploads(person: Person) -> int:
    """How many of them can still be used."""
    return uploads_of(person).filter(expires_at__gt=now()).count()
