"""One ticket with its conversation, as somebody may see it: read at once, printed outside any transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from helpdesk.attachments.queries import UPLOADER, attachments_visible_to
from helpdesk.attachments.shapes import attachment_for
from helpdesk.comments.models import Comment
from helpdesk.comments.queries import AUTHOR, comments_visible_to
from helpdesk.comments.shapes import comment_for
from helpdesk.errors import Detail
from helpdesk.people.models import Person
from helpdesk.people.queries import attach_people
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import get_ticket
from helpdesk.tickets.rules import FilterForbidden
from helpdesk.tickets.shapes import ticket_for

MOST_COMMENTS = 500
MOST_LETTERS = 100_000
"""About forty pages, and seconds of work. What is older is left out, and the document says so."""
LETTERS_OF_A_LINE = 5
"""What a line break costs beside letters."""
MOST_FILES = 500


@dataclass(frozen=True, slots=True)
class Conversation:
    """In the shapes of the API, as the reader gets them; comments oldest first."""

    ticket: dict[str, Any]
    comments: list[dict[str, Any]]
    files: list[dict[str, Any]]
    left_out: int
    """How many older comments there are."""
    with_notes: bool


def get_conversation(person: Person, ticket_id: UUID, *, notes: bool) -> Conversation:
    """Notes and their files only for who may see them and has asked for them."""
    if notes and not person.is_staff:
        raise FilterForbidden(details=[Detail("notes", FilterForbidden.__doc__ or "", "field")])
    ticket = get_ticket(person, ticket_id)
    comments, left_out = _comments(person, ticket, notes=notes)
    attachments = attachments_visible_to(person).select_related(None).filter(ticket=ticket)
    if not notes:
        attachments = attachments.filter(is_internal=False)
    files = list(attachments.order_by("created_at", "id")[:MOST_FILES])
    attach_people((comments, AUTHOR), (files, UPLOADER))
    return Conversation(
        ticket=ticket_for(person, ticket),
        comments=[comment_for(person, comment) for comment in comments],
        files=[attachment_for(person, file) for file in files],
        left_out=left_out,
        with_notes=notes,
    )


def _comments(person: Person, ticket: Ticket, *, notes: bool) -> tuple[list[Comment], int]:
    """The newest that fit, oldest first, and how many are left out."""
    comments = comments_visible_to(person).select_related(None).filter(ticket=ticket)
    if not notes:
        comments = comments.filter(is_internal=False)
    taken, letters = list[Comment](), 0
    for comment in comments.order_by("-created_at", "-id")[:MOST_COMMENTS]:
        letters += len(comment.content) + LETTERS_OF_A_LINE * comment.content.count("\n")
        if taken and letters > MOST_LETTERS:
            break
        taken.append(comment)
    return taken[::-1], comments.count() - len(taken)
