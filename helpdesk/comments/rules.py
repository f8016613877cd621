"""Who may write, correct and take back a comment. Pure."""

from __future__ import annotations

from helpdesk.errors import FieldForbidden, Forbidden, ValidationFailed
from helpdesk.vocabulary import Role


class NotYourComment(Forbidden):
    """Only its author may change a comment; an admin may delete it."""

    reason = "not_author"


def require_may_write(role: Role, *, is_internal: bool) -> None:
    """Internal notes are the agents' and admins' own."""
    if is_internal and not role.is_staff:
        raise FieldForbidden.of(["isInternal"])


def responds(role: Role, *, own: bool) -> bool:
    """Is a public reply a response: staff's, and not on a ticket that is for themselves?"""
    return role.is_staff and not own


def require_editable(*, own: bool, changes_kind: bool) -> None:
    """Authors correct their own text; a reply never becomes a note, nor a note a reply."""
    if not own:
        raise NotYourComment
    if changes_kind:
        raise ValidationFailed.of("isInternal", "A comment stays what it is: public or internal.", "immutable")


def require_deletable(role: Role, *, own: bool) -> None:
    """Authors delete their own comments, admins any."""
    if not own and role is not Role.ADMIN:
        raise NotYourComment
