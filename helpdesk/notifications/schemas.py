"""What the notifications' endpoints take and give."""

from __future__ import annotations

from pydantic import StrictBool

from helpdesk.events.payloads import NotificationPayload
from helpdesk.paging import PageMeta, PageQuery
from helpdesk.shapes import Input, Shape
from helpdesk.vocabulary import NotificationKind


class NotificationListQuery(PageQuery):
    unread_only: bool = False


class NotificationMeta(PageMeta):
    unread_count: int


class NotificationList(Shape):
    data: list[NotificationPayload]
    meta: NotificationMeta


class AllRead(Shape):
    """How many had not been read."""

    updated: int


class Choice(Input):
    """How somebody is told of one kind."""

    kind: NotificationKind
    in_app: StrictBool
    by_mail: StrictBool


class Choices(Input):
    """The kinds that are left out stay as they are."""

    preferences: list[Choice]
