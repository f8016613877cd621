"""Reading notifications: one's own, and nobody else's."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from helpdesk.clock import rfc3339
from helpdesk.comments.queries import comments_visible_to
from helpdesk.errors import NotFound
from helpdesk.events.queries import LogRow
from helpdesk.notifications.models import Notification, NotificationPreference
from helpdesk.notifications.rules import Told, excerpt, mentions_in, names_of, team_it_came_to, who_is_told
from helpdesk.paging import Order, Page, PageQuery, paginate, read_moment
from helpdesk.people.models import Person
from helpdesk.teams.queries import is_shared_out, list_member_ids
from helpdesk.tickets.queries import tickets_visible_to
from helpdesk.vocabulary import NotificationKind, Role

NEWEST_FIRST = Order("createdAt", F("created_at"), lambda row: row.created_at, read_moment, descending=True)


class NotificationNotFound(NotFound):
    """There is no such notification of yours."""


def notifications_visible_to(person: Person) -> QuerySet[Notification]:
    """One's own, of tickets that one may still see."""
    own = Notification.objects.filter(person_id=person.id)
    if person.is_staff:
        return own
    return own.filter(ticket_id__in=tickets_visible_to(person).values("id"))


def get_notification(person: Person, notification_id: UUID) -> Notification:
    """One of one's own, or NotificationNotFound."""
    notification = notifications_visible_to(person).filter(id=notification_id).first()
    if notification is None:
        raise NotificationNotFound
    return notification


def list_notifications(person: Person, query: PageQuery, *, unread_only: bool) -> Page[Notification]:
    """One page, newest first."""
    rows = notifications_visible_to(person)
    return paginate(rows.filter(is_read=False) if unread_only else rows, query, NEWEST_FIRST)


def count_unread(person: Person) -> int:
    """How many wait."""
    return notifications_visible_to(person).filter(is_read=False).count()


def shapes_for(person: Person, notifications: list[Notification]) -> list[dict[str, Any]]:
    """Their JSON. `message` is the comment as it stands now: empty when it was deleted."""
    wanted = {row.comment_id for row in notifications if row.comment_id}
    comments = comments_visible_to(person).filter(id__in=wanted) if wanted else []
    texts: dict[UUID | None, str] = {comment.id: excerpt(comment.content) for comment in comments}
    return [notification_shape(row, message=texts.get(row.comment_id, "")) for row in notifications]


def notification_shape(row: Notification, *, message: str) -> dict[str, Any]:
    """The contract's Notification."""
    data = {"ticketId": row.ticket_id, "commentId": row.comment_id, "actorId": row.actor_id}
    return {
        "id": str(row.id),
        "type": row.kind,
        "userId": str(row.person_id),
        "title": row.title,
        "message": message,
        "data": {name: str(value) for name, value in data.items() if value},
        "isRead": row.is_read,
        "createdAt": rfc3339(row.created_at),
    }


def list_preferences(person: Person) -> dict[NotificationKind, tuple[bool, bool]]:
    """For each kind: (in the app, by mail). True where nothing was chosen."""
    chosen = {
        NotificationKind(row.kind): (row.in_app, row.by_mail)
        for row in NotificationPreference.objects.filter(person_id=person.id)
    }
    return {kind: chosen.get(kind, (True, True)) for kind in NotificationKind}


def list_told(row: LogRow, payload: dict[str, Any]) -> list[Told]:
    """Whom an event of a ticket concerns, and why; what they are told of it is their preferences' to say."""
    mentioned = _mentioned(row, payload)
    came_to = team_it_came_to(row.type, payload)
    team = list_member_ids(came_to) if came_to and not is_shared_out(came_to) else []
    return list(who_is_told(type_=row.type, payload=payload, actor_id=row.actor, mentioned=mentioned, team=team))


def _mentioned(row: LogRow, payload: dict[str, Any]) -> frozenset[UUID]:
    """Staff, and on public replies the requester, whom the text names. A name that fits two people names both."""
    comment = payload["data"].get("comment")
    names = set(mentions_in(comment["content"])) if row.type == "comment.added" and comment else set()
    if not names:
        return frozenset()
    people = Person.objects.filter(is_active=True, role__in=[Role.AGENT.value, Role.ADMIN.value])
    reachable = list(people.only("id", "email", "first_name", "last_name"))
    if not comment["isInternal"]:
        reachable += Person.objects.filter(is_active=True, id=payload["data"]["ticket"]["requesterId"])
    return frozenset(
        person.id
        for person in reachable
        if names & names_of(email=person.email, first_name=person.first_name, last_name=person.last_name)
    )
