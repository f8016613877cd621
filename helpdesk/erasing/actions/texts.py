"""What somebody wrote: erased where it stands, and whoever has it on the screen is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection

from helpdesk.attachments.models import Attachment
from helpdesk.clock import now
from helpdesk.comments.actions import index_comments
from helpdesk.comments.models import Comment
from helpdesk.comments.shapes import comment_payload
from helpdesk.erasing.rules import TEXT
from helpdesk.events import catalogue
from helpdesk.events.log import record
from helpdesk.objects.actions import remove_object
from helpdesk.people.models import Person
from helpdesk.tickets.actions import delete_locked_tickets, index_tickets
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.shapes import ticket_payload
from helpdesk.tickets.words import document_of
from helpdesk.words.documents import Document


@dataclass(slots=True)
class Written:
    """What was found of theirs: the words of it, and the tickets whose titles stand elsewhere, too."""

    words: set[str]
    tickets: set[UUID] = field(default_factory=set)
    changes: dict[str, tuple[None, str]] = field(default_factory=dict)
    """What is new in each of their tickets; what was before is not said."""


def erase_tickets(actor: Person | None, person: Person, written: Written) -> None:
    """Those that they are the requester of, with everything on them."""
    tickets = _locked_tickets(person)
    for ticket in tickets:
        _note(ticket, written)
    comments = Comment.objects.filter(ticket__in=[ticket.id for ticket in tickets])
    for content in comments.values_list("content", flat=True).iterator():
        written.words |= Document.of([("D", content)]).words()
    delete_locked_tickets(actor, tickets)


def erase_texts(actor: Person | None, person: Person, written: Written) -> None:
    """Title, description and fields of their tickets, their comments everywhere, and their files."""
    tickets = _locked_tickets(person)
    for ticket in tickets:
        _note(ticket, written)
        ticket.title, ticket.description, ticket.custom_fields, ticket.metadata = TEXT, "", {}, {}
        ticket.save(update_fields=["title", "description", "custom_fields", "metadata"])
    index_tickets(tickets)
    written.changes = {"title": (None, TEXT), "description": (None, "")}
    # After the tickets: what is told of these tells of their tickets as they are now.
    _erase_files(actor, person)
    _erase_comments(actor, person, written)


def tell_of_tickets(actor: Person | None, person: Person, written: Written) -> None:
    """Everybody who sees one of their tickets gets it anew."""
    for ticket in _locked_tickets(person):
        ticket.version += 1
        ticket.updated_at = now()
        ticket.save(update_fields=["version", "updated_at"])
        payload = ticket_payload(ticket)
        changes = dict(written.changes) | {
            "requester": (None, payload.requester.model_dump(mode="json", by_alias=True))
        }
        record(actor, catalogue.TicketUpdated(ticket=payload, changes=changes))


def _erase_files(actor: Person | None, person: Person) -> None:
    files = Attachment.objects.filter(uploader=person).select_related("ticket").select_for_update(of=["self"])
    for file in files.order_by("id"):
        event = catalogue.AttachmentDeleted(
            ticket=ticket_payload(file.ticket),
            attachment_id=file.id,
            comment_id=file.comment_id,
            is_internal=file.is_internal,
        )
        remove_object(file.key)
        file.delete()
        record(actor, event)


def _erase_comments(actor: Person | None, person: Person, written: Written) -> None:
    comments = list(Comment.objects.filter(author=person).select_related("ticket").select_for_update(of=["self"]))
    for comment in comments:
        written.words |= Document.of([("D", comment.content)]).words()
        comment.content, comment.version = TEXT, comment.version + 1
        comment.updated_at = comment.edited_at = now()
        comment.save(force_update=True)
        record(actor, catalogue.CommentUpdated(ticket=ticket_payload(comment.ticket), comment=comment_payload(comment)))
    index_comments(comments)


def _locked_tickets(person: Person) -> list[Ticket]:
    return list(Ticket.objects.select_for_update(of=["self"]).filter(requester=person).order_by("id"))


def _note(ticket: Ticket, written: Written) -> None:
    written.tickets.add(ticket.id)
    written.words |= document_of(ticket).words()
    with connection.cursor() as cursor:
        # Titles stand in what others were told, and in the subjects of mails.
        cursor.execute("UPDATE mail SET subject = '' WHERE ticket_id = %s", [ticket.id])
        cursor.execute(
            "UPDATE notification SET title = replace(title, %s, %s) WHERE ticket_id = %s",
            [ticket.title, TEXT, ticket.id],
        )
