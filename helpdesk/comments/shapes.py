"""A comment row as its payload."""

from __future__ import annotations

from typing import Any

from helpdesk.comments.models import Comment
from helpdesk.events.payloads import CommentPayload
from helpdesk.events.projection import for_viewer
from helpdesk.people.models import Person
from helpdesk.people.queries import viewer_of
from helpdesk.people.shapes import person_payload


def comment_payload(comment: Comment) -> CommentPayload:
    """The agents' shape. Reads the author, so select it with the row."""
    return CommentPayload(
        id=comment.id,
        ticket_id=comment.ticket_id,
        author_id=comment.author_id,
        author_name=comment.author.name,
        author=person_payload(comment.author),
        content=comment.content,
        is_internal=comment.is_internal,
        version=comment.version,
        created_at=comment.created_at,
        updated_at=comment.updated_at,
        edited_at=comment.edited_at,
    )


def comment_for(person: Person, comment: Comment | CommentPayload) -> dict[str, Any]:
    """The comment's JSON as this person gets it."""
    payload = comment if isinstance(comment, CommentPayload) else comment_payload(comment)
    return for_viewer(payload.model_dump(mode="json", by_alias=True), viewer_of(person))
