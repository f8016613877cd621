"""Reading comments, always from `comments_visible_to`: requesters never get a note, nor its count."""

from __future__ import annotations

from uuid import UUID

from django.db.models import F, QuerySet

from helpdesk.comments.models import Comment
from helpdesk.errors import NotFound
from helpdesk.events.queries import list_comments_added_after
from helpdesk.paging import Order, Page, PageQuery, paginate, read_moment
from helpdesk.people.models import Person
from helpdesk.people.queries import attach_people
from helpdesk.tickets.models import Ticket

AUTHOR = ("author",)
OLDEST_FIRST = Order("createdAt", F("created_at"), lambda comment: comment.created_at, read_moment)


class CommentNotFound(NotFound):
    """There is no such comment, or you may not see it."""


def comments_visible_to(person: Person) -> QuerySet[Comment]:
    """All comments for agents and admins; for requesters the public ones of their own tickets."""
    comments = Comment.objects.select_related("author")
    if person.is_staff:
        return comments
    return comments.filter(is_internal=False, ticket__requester_id=person.id)


def get_comment(person: Person, comment_id: UUID, *, ticket_id: UUID | None = None) -> Comment:
    """The comment (of that ticket, where one is named), or CommentNotFound."""
    comments = comments_visible_to(person).filter(id=comment_id)
    comment = (comments.filter(ticket_id=ticket_id) if ticket_id else comments).first()
    if comment is None:
        raise CommentNotFound
    return comment


def list_comments(person: Person, ticket: Ticket, query: PageQuery) -> Page[Comment]:
    """One page of a ticket's comments, oldest first."""
    comments = comments_visible_to(person).select_related(None).filter(ticket=ticket)
    page = paginate(comments, query, OLDEST_FIRST)
    attach_people((page.rows, AUTHOR))
    return page


def list_newest_comments(person: Person, ticket: Ticket, *, limit: int) -> list[Comment]:
    """The newest comments of a ticket, oldest first; the caller attaches their authors."""
    comments = comments_visible_to(person).select_related(None).filter(ticket=ticket)
    return list(reversed(comments.order_by("-created_at", "-id")[:limit]))


def list_unseen_replies(person: Person, ticket: Ticket, *, seen_seq: int) -> list[Comment]:
    """Other people's public comments that were added to the ticket after that seq of the log."""
    added = list_comments_added_after(ticket.id, seen_seq)
    replies = comments_visible_to(person).filter(id__in=added, ticket=ticket, is_internal=False)
    return list(replies.exclude(author_id=person.id).order_by("created_at", "id")[:100])
