"""Telling people of events, and what they do with what they were told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson

from helpdesk.comments.models import Comment
from helpdesk.events import catalogue
from helpdesk.events.log import record
from helpdesk.events.payloads import NotificationPayload
from helpdesk.events.queries import LogRow
from helpdesk.notifications.models import Notification, NotificationPreference
from helpdesk.notifications.queries import (
    get_notification,
    list_preferences,
    list_told,
    notification_shape,
    notifications_visible_to,
)
from helpdesk.notifications.rules import Told, excerpt, title_of
from helpdesk.people.models import Person
from helpdesk.permissions import require
from helpdesk.retention import kept_since
from helpdesk.tickets.models import Ticket
from helpdesk.vocabulary import NotificationKind


def tell(row: LogRow) -> int:
    """Notify whoever an event concerns, as they prefer. Idempotent by event and person; says how many were told."""
    payload: dict[str, Any] = orjson.loads(row.payload)
    if payload.get("redacted") or row.ticket is None:
        return 0
    told = list_told(row, payload)
    people = {person.id: person for person in Person.objects.filter(id__in=[t.person_id for t in told], is_active=True)}
    return sum(_tell_one(row, payload, one, people[one.person_id]) for one in told if one.person_id in people)


def mark_read(actor: Person, notification_id: UUID) -> Notification:
    """It has been seen."""
    require(actor, "readNotification")
    notification = get_notification(actor, notification_id)
    if not notification.is_read:
        notification.is_read = True
        notification.save(update_fields=["is_read"])
    return notification


def mark_all_read(actor: Person) -> int:
    """All have been seen; says how many had not."""
    require(actor, "readAllNotifications")
    return notifications_visible_to(actor).filter(is_read=False).update(is_read=True)


def delete_notification(actor: Person, notification_id: UUID) -> None:
    """Take it off the list."""
    require(actor, "deleteNotification")
    get_notification(actor, notification_id).delete()


def choose(actor: Person, *, choices: Mapping[NotificationKind, tuple[bool, bool]]) -> None:
    """What to be told of, and how: (in the app, by mail) for each kind named."""
    require(actor, "updateNotificationPreferences")
    for kind, (in_app, by_mail) in choices.items():
        NotificationPreference.objects.update_or_create(
            person=actor, kind=kind.value, defaults={"in_app": in_app, "by_mail": by_mail}
        )


def stop_mails(person_id: UUID, kind: NotificationKind) -> bool:
    """No more mails of this kind to them; what they are told in the app stays. False: there is no such person.

    Whoever holds the signed address may ask for it, so nobody needs to be signed in.
    """
    person = Person.objects.filter(id=person_id).first()
    if person is None:
        return False
    NotificationPreference.objects.update_or_create(person=person, kind=kind.value, defaults={"by_mail": False})
    return True


def forget_old_notifications() -> int:
    """Remove what was told long ago, read or not; says how many."""
    oldest = kept_since("notifications")
    return Notification.objects.filter(created_at__lt=oldest).delete()[0] if oldest else 0


def _tell_one(row: LogRow, payload: dict[str, Any], told: Told, person: Person) -> int:
    if not _may_be_told(row, payload, person) or not list_preferences(person)[told.kind][0]:
        return 0
    ticket, comment = payload["data"]["ticket"], payload["data"].get("comment") or {}
    actor = (payload.get("actor") or {}).get("name") or "The hub"
    after = payload["data"].get("clock") or (payload.get("changes") or {}).get("status", ["", ""])[1]
    title = title_of(
        told.kind,
        actor=actor,
        number=ticket["number"],
        ticket_title=ticket["title"],
        after=after,
        team=ticket["team"]["name"] if told.as_team else "",
    )
    notification, made = Notification.objects.get_or_create(
        event_id=row.id,
        person=person,
        defaults={
            "kind": told.kind.value,
            "title": title,
            "ticket_id": row.ticket,
            "comment_id": comment.get("id"),
            "actor_id": row.actor,
        },
    )
    if made:
        shape = notification_shape(notification, message=excerpt(comment.get("content", "")))
        record(None, catalogue.NotificationCreated(notification=NotificationPayload.model_validate(shape)))
    return int(made)


def _may_be_told(row: LogRow, payload: dict[str, Any], person: Person) -> bool:
    """Ticket and comment may have gone since. A requester must be its requester still, and never hears of a note."""
    ticket = Ticket.objects.filter(id=row.ticket).only("requester_id").first()
    if ticket is None:
        return False
    comment = payload["data"].get("comment")
    if comment and not Comment.objects.filter(id=comment["id"]).exists():
        return False
    is_internal = any((payload["data"].get(name) or {}).get("isInternal") for name in ("comment", "attachment"))
    return person.is_staff or (ticket.requester_id == person.id and not is_internal)
