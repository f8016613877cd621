"""`/notifications`: what one has been told, and how one wants to be told."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from ninja import Body, Query, Router

from helpdesk.answers import answer, no_content
from helpdesk.events.payloads import NotificationPayload
from helpdesk.notifications import actions, queries
from helpdesk.notifications.schemas import AllRead, Choices, NotificationList, NotificationListQuery
from helpdesk.people.requests import PersonRequest

router = Router()


@router.get("", operation_id="listNotifications", response=NotificationList, summary="What you have been told")
def list_notifications(request: PersonRequest, query: Query[NotificationListQuery]) -> HttpResponse:
    """Newest first; `meta.unreadCount` counts all that wait."""
    page = queries.list_notifications(request.auth, query, unread_only=query.unread_only)
    meta = page.meta | {"unreadCount": queries.count_unread(request.auth)}
    return answer({"data": queries.shapes_for(request.auth, list(page.rows)), "meta": meta})


@router.put("/read-all", operation_id="readAllNotifications", response=AllRead, summary="All have been read")
def read_all(request: PersonRequest) -> HttpResponse:
    """Says how many had not."""
    return answer(AllRead(updated=actions.mark_all_read(request.auth)))


@router.get("/preferences", operation_id="listNotificationPreferences", response=Choices, summary="How you are told")
def list_preferences(request: PersonRequest) -> HttpResponse:
    """For every kind: in the app, and by mail."""
    return _preferences(request)


@router.put(
    "/preferences", operation_id="updateNotificationPreferences", response=Choices, summary="Choose how you are told"
)
def update_preferences(request: PersonRequest, body: Body[Choices]) -> HttpResponse:
    """The kinds that are left out stay as they are."""
    actions.choose(request.auth, choices={one.kind: (one.in_app, one.by_mail) for one in body.preferences})
    return _preferences(request)


@router.put(
    "/{notification_id}/read", operation_id="readNotification", response=NotificationPayload, summary="It has been read"
)
def read(request: PersonRequest, notification_id: UUID) -> HttpResponse:
    """Once is enough."""
    notification = actions.mark_read(request.auth, notification_id)
    return answer(queries.shapes_for(request.auth, [notification])[0])


@router.delete(
    "/{notification_id}", operation_id="deleteNotification", response={204: None}, summary="Take it off the list"
)
def delete(request: PersonRequest, notification_id: UUID) -> HttpResponse:
    """One's own."""
    actions.delete_notification(request.auth, notification_id)
    return no_content()


def _preferences(request: PersonRequest) -> HttpResponse:
    chosen = queries.list_preferences(request.auth)
    rows = [{"kind": kind.value, "inApp": app, "byMail": mail} for kind, (app, mail) in chosen.items()]
    return answer({"preferences": rows})
