"""What may be drafted, by whom, and for how long it is kept. Pure."""

from __future__ import annotations

from datetime import timedelta

from helpdesk.errors import FieldForbidden, ValidationFailed
from helpdesk.vocabulary import DraftKind, Role

KEPT_FOR = timedelta(days=90)
"""After its last change."""


def require_may_draft(role: Role, kind: DraftKind) -> None:
    """Notes are the agents' and admins' own, drafted too."""
    if kind is DraftKind.NOTE and not role.is_staff:
        raise FieldForbidden.of(["draftKind"])


def require_same(*, is_same: bool) -> None:
    """A comment is sent from the draft of its own ticket and kind."""
    if not is_same:
        raise ValidationFailed.of("draftId", "This draft is of another ticket or kind.", "another_draft")


def is_empty(content: str) -> bool:
    """Is there nothing to keep?"""
    return not content.strip()
