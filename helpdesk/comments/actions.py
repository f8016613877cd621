"""What is said, corrected and taken back on tickets."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from helpdesk.clock import now
from helpdesk.comments.models import Comment, NoteWords, ReplyWords
from helpdesk.comments.queries import get_comment, list_unseen_replies
from helpdesk.comments.rules import require_deletable, require_editable, require_may_write, responds
from helpdesk.comments.shapes import comment_for, comment_payload
from helpdesk.drafts.actions import remove_sent_draft
from helpdesk.errors import Conflict
from helpdesk.events import catalogue
from helpdesk.events.log import record, redact
from helpdesk.events.payloads import CommentPayload
from helpdesk.moves.queries import places_of_comment
from helpdesk.objects.actions import remove_objects_of_comment
from helpdesk.people.models import Person
from helpdesk.permissions import require
from helpdesk.tickets.actions import touch_ticket
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import lock_place, lock_ticket
from helpdesk.tickets.shapes import ticket_payload
from helpdesk.versions import require_match
from helpdesk.vocabulary import DraftKind, Role
from helpdesk.words.actions import remember_words
from helpdesk.words.documents import Document


class UnseenReplies(Conflict):
    """Somebody replied while you were writing: read `data.unseen` first."""

    reason = "unseen_replies"


def add_comment(
    actor: Person,
    ticket_id: UUID,
    *,
    content: str,
    is_internal: bool,
    seen_seq: int | None = None,
    draft_id: UUID | None = None,
) -> CommentPayload:
    """Say something on a ticket. A public reply moves its `lastActivityAt`; a note leaves no trace there.

    The draft that it was written in goes with it. On a ticket that was merged it is said where that forwards to.
    """
    require(actor, "addTicketComment")
    ticket = lock_place(actor, ticket_id)
    require_may_write(Role(actor.role), is_internal=is_internal)
    if seen_seq is not None and not is_internal:
        _require_seen(actor, ticket, seen_seq)
    if draft_id is not None:
        kind = DraftKind.NOTE if is_internal else DraftKind.REPLY
        remove_sent_draft(actor, draft_id, ticket_id=ticket_id, kind=kind)
    return comment_on(actor, ticket, content=content, is_internal=is_internal)


def comment_on(actor: Person, ticket: Ticket, *, content: str, is_internal: bool) -> CommentPayload:
    """What every new comment comes to, alone or on many tickets. `ticket` is locked."""
    moment = now()
    comment = Comment.objects.create(
        ticket=ticket, author=actor, content=content, is_internal=is_internal, created_at=moment, updated_at=moment
    )
    index_comments([comment])
    if not is_internal:
        is_response = responds(Role(actor.role), own=ticket.requester_id == actor.id)
        touch_ticket(ticket, responded_at=moment if is_response else None)
    payload = comment_payload(comment)
    record(actor, catalogue.CommentAdded(ticket=ticket_payload(ticket), comment=payload))
    return payload


def change_comment(
    actor: Person,
    comment_id: UUID,
    *,
    ticket_id: UUID | None = None,
    content: str | None = None,
    is_internal: bool | None = None,
    if_match: str | None = None,
) -> CommentPayload:
    """Correct one's own comment."""
    require(actor, "updateTicketComment")
    ticket, comment = _lock(actor, comment_id, ticket_id)
    require_match(if_match, comment.version, lambda: comment_for(actor, comment))
    text_changes = content is not None and content != comment.content
    kind_changes = is_internal is not None and is_internal != comment.is_internal
    if not (text_changes or kind_changes):
        return comment_payload(comment)
    require_editable(own=comment.author_id == actor.id, changes_kind=kind_changes)
    comment.content = content or comment.content
    comment.updated_at = comment.edited_at = now()
    comment.version += 1
    comment.save(force_update=True)
    index_comments([comment])
    payload = comment_payload(comment)
    record(actor, catalogue.CommentUpdated(ticket=ticket_payload(ticket), comment=payload))
    return payload


def delete_comment(
    actor: Person, comment_id: UUID, *, ticket_id: UUID | None = None, if_match: str | None = None
) -> None:
    """Take a comment back; its text leaves the log too."""
    require(actor, "deleteTicketComment")
    ticket, comment = _lock(actor, comment_id, ticket_id)
    require_match(if_match, comment.version, lambda: comment_for(actor, comment))
    require_deletable(Role(actor.role), own=comment.author_id == actor.id)
    event = catalogue.CommentDeleted(
        ticket=ticket_payload(ticket), comment_id=comment.id, is_internal=comment.is_internal
    )
    redact(ticket_ids=places_of_comment(comment.id, now_on=ticket.id), comment_id=comment.id)
    remove_objects_of_comment(comment.id)
    comment.delete()
    record(actor, event)


def index_comments(comments: Sequence[Comment]) -> None:
    """Write what these comments are found by, in the transaction that changed them; notes apart from replies."""
    for model, is_internal in ((ReplyWords, False), (NoteWords, True)):
        documents = {
            comment.id: Document.of([("D", comment.content)])
            for comment in comments
            if comment.is_internal == is_internal
        }
        if not documents:
            continue
        model.objects.bulk_create(
            [model(comment_id=id_, vector=document.vector()) for id_, document in documents.items()],
            update_conflicts=True,
            unique_fields=["comment"],
            update_fields=["vector"],
        )
        remember_words((word for one in documents.values() for word in one.words()), public=not is_internal)


def _lock(actor: Person, comment_id: UUID, ticket_id: UUID | None) -> tuple[Ticket, Comment]:
    """The ticket's lock orders everything that is done to its comments; the comment is read under it."""
    seen = get_comment(actor, comment_id, ticket_id=ticket_id)
    ticket = lock_ticket(actor, seen.ticket_id)
    return ticket, get_comment(actor, comment_id, ticket_id=ticket.id)


def _require_seen(actor: Person, ticket: Ticket, seen_seq: int) -> None:
    if unseen := list_unseen_replies(actor, ticket, seen_seq=seen_seq):
        raise UnseenReplies(data={"unseen": [comment_for(actor, comment) for comment in unseen]})
