"""What people were told, read or unread as they left it."""

from __future__ import annotations

from collections.abc import Sequence

from helpdesk.comments.models import Comment
from helpdesk.importing.rules.notifications import NewNotification
from helpdesk.importing.rules.values import made_id
from helpdesk.notifications.models import Notification


def take_notifications(found: Sequence[NewNotification]) -> None:
    """Make them. No event tells of it: they were told there."""
    named = {one.comment_id for one in found if one.comment_id}
    comments = set(Comment.objects.filter(id__in=named).values_list("id", flat=True))
    Notification.objects.bulk_create(
        Notification(
            id=one.id,
            person_id=one.person_id,
            event_id=made_id(one.id, "notification"),
            kind=one.kind,
            title=one.title,
            ticket_id=one.ticket_id,
            comment_id=one.comment_id if one.comment_id in comments else None,
            actor_id=one.actor_id,
            is_read=one.is_read,
            created_at=one.created_at,
        )
        for one in found
    )
