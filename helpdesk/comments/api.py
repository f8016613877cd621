"""`/tickets/{id}/comments`, and the same flat under `/comments`, as acme-ui calls it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Body, Query, Router

from helpdesk.answers import answer, no_content
from helpdesk.comments import actions, queries
from helpdesk.comments.schemas import (
    AddComment,
    AddCommentTo,
    ChangeComment,
    CommentList,
    CommentListQuery,
    FlatCommentListQuery,
)
from helpdesk.comments.shapes import comment_for
from helpdesk.events.payloads import CommentPayload
from helpdesk.events.queries import get_head
from helpdesk.people.models import Person
from helpdesk.people.requests import PersonRequest
from helpdesk.tickets.queries import get_ticket

router = Router()
flat_router = Router()


@router.get("/{ticket_id}/comments", operation_id="listTicketComments", response=CommentList, summary="List comments")
def list_ticket_comments(request: PersonRequest, ticket_id: UUID, query: Query[CommentListQuery]) -> HttpResponse:
    """Oldest first. `Hub-Seq` is what a reply gives as `seenSeq`."""
    return _list(request.auth, ticket_id, query)


@router.post(
    "/{ticket_id}/comments", operation_id="addTicketComment", response={201: CommentPayload}, summary="Add a comment"
)
def add_ticket_comment(request: PersonRequest, ticket_id: UUID, body: Body[AddComment]) -> HttpResponse:
    """A public reply, or with `isInternal` a note."""
    return _add(request.auth, ticket_id, body)


@router.put(
    "/{ticket_id}/comments/{comment_id}",
    operation_id="updateTicketComment",
    response=CommentPayload,
    summary="Correct a comment",
)
def update_ticket_comment(
    request: PersonRequest, ticket_id: UUID, comment_id: UUID, body: Body[ChangeComment]
) -> HttpResponse:
    """One's own."""
    return _change(request, comment_id, body, ticket_id=ticket_id)


@router.delete(
    "/{ticket_id}/comments/{comment_id}",
    operation_id="deleteTicketComment",
    response={204: None},
    summary="Take a comment back",
)
def delete_ticket_comment(request: PersonRequest, ticket_id: UUID, comment_id: UUID) -> HttpResponse:
    """One's own; admins any."""
    if_match = request.headers.get("If-Match")
    actions.delete_comment(request.auth, comment_id, ticket_id=ticket_id, if_match=if_match)
    return no_content()


@flat_router.get("", operation_id="listComments", response=CommentList, summary="List a ticket's comments")
def list_comments(request: PersonRequest, query: Query[FlatCommentListQuery]) -> HttpResponse:
    """As under the ticket."""
    return _list(request.auth, query.ticket_id, query)


@flat_router.post("", operation_id="addComment", response={201: CommentPayload}, summary="Add a comment")
def add_comment(request: PersonRequest, body: Body[AddCommentTo]) -> HttpResponse:
    """As under the ticket; the ticket stands in the body."""
    return _add(request.auth, body.ticket_id, body)


@flat_router.put("/{comment_id}", operation_id="updateComment", response=CommentPayload, summary="Correct a comment")
def update_comment(request: PersonRequest, comment_id: UUID, body: Body[ChangeComment]) -> HttpResponse:
    """As under the ticket."""
    return _change(request, comment_id, body)


@flat_router.delete("/{comment_id}", operation_id="deleteComment", response={204: None}, summary="Take it back")
def delete_comment(request: PersonRequest, comment_id: UUID) -> HttpResponse:
    """As under the ticket."""
    actions.delete_comment(request.auth, comment_id, if_match=request.headers.get("If-Match"))
    return no_content()


_patch: dict[str, Any] = {"response": CommentPayload, "summary": "Correct a comment"}
router.patch("/{ticket_id}/comments/{comment_id}", operation_id="patchTicketComment", **_patch)(update_ticket_comment)
flat_router.patch("/{comment_id}", operation_id="patchComment", **_patch)(update_comment)


def _list(person: Person, ticket_id: UUID, query: CommentListQuery) -> HttpResponse:
    seq = get_head().last_seq
    page = queries.list_comments(person, get_ticket(person, ticket_id), query)
    return answer({"data": [comment_for(person, comment) for comment in page.rows], "meta": page.meta}, seq=seq)


def _add(person: Person, ticket_id: UUID, body: AddComment) -> HttpResponse:
    comment = actions.add_comment(
        person,
        ticket_id,
        content=body.content,
        is_internal=body.is_internal,
        seen_seq=body.seen_seq,
        draft_id=body.draft_id,
    )
    return answer(comment_for(person, comment), status=201, version=comment.version)


def _change(
    request: PersonRequest, comment_id: UUID, body: ChangeComment, *, ticket_id: UUID | None = None
) -> HttpResponse:
    comment = actions.change_comment(
        request.auth,
        comment_id,
        ticket_id=ticket_id,
        content=body.content,
        is_internal=body.is_internal,
        if_match=request.headers.get("If-Match"),
    )
    return answer(comment_for(request.auth, comment), version=comment.version)
