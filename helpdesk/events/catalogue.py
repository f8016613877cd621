"""Every event there is, as typed classes (who sees them: audiences.py); docs/events.schema.json is written from them.

Types are a tree by parent: naming `ticket.updated` selects `ticket.status_changed` and `ticket.closed`
too. The original service's names stay valid wherever a client names events.
"""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter

from helpdesk.events.desk_events import DeskEvent
from helpdesk.events.export_events import ExportEvent
from helpdesk.events.field_events import FieldEvent
from helpdesk.events.macro_events import MacroEvent
from helpdesk.events.payloads import (
    ApiKeyPayload,
    AttachmentPayload,
    Changes,
    CommentPayload,
    NotificationPayload,
    TeamPayload,
    TicketPayload,
    UserPayload,
    WebhookPayload,
)
from helpdesk.events.people_events import UserAwayChanged
from helpdesk.events.relation_events import MoveEvent, RelationEvent
from helpdesk.events.sla_events import SlaEvent, SlaPolicyEvent
from helpdesk.events.view_events import ViewChange
from helpdesk.shapes import Shape
from helpdesk.vocabulary import LinkPurpose

HIDDEN_FROM_REQUESTERS = frozenset({"metadata", "teamId", "team", "sla", "hiddenFields", "mergedIntoId", "otherTicket"})


class TicketCreated(Shape):
    type: Literal["ticket.created"] = "ticket.created"
    ticket: TicketPayload


class _TicketChange(Shape):
    ticket: TicketPayload
    changes: Changes


class TicketUpdated(_TicketChange):
    type: Literal["ticket.updated"] = "ticket.updated"


class TicketStatusChanged(_TicketChange):
    type: Literal["ticket.status_changed"] = "ticket.status_changed"


class TicketClosed(_TicketChange):
    type: Literal["ticket.closed"] = "ticket.closed"


class TicketAssigned(_TicketChange):
    type: Literal["ticket.assigned"] = "ticket.assigned"


class TicketPriorityChanged(_TicketChange):
    type: Literal["ticket.priority_changed"] = "ticket.priority_changed"


class TicketDeleted(Shape):
    type: Literal["ticket.deleted"] = "ticket.deleted"
    ticket_id: UUID
    number: int
    requester_id: UUID


class TicketRemoved(Shape):
    """Told to the one who is no longer its requester: take it off your screen."""

    type: Literal["ticket.removed"] = "ticket.removed"
    ticket_id: UUID
    requester_id: UUID
    """Who was its requester until now."""


class CommentAdded(Shape):
    type: Literal["comment.added"] = "comment.added"
    ticket: TicketPayload
    comment: CommentPayload


class CommentUpdated(Shape):
    type: Literal["comment.updated"] = "comment.updated"
    ticket: TicketPayload
    comment: CommentPayload


class CommentDeleted(Shape):
    type: Literal["comment.deleted"] = "comment.deleted"
    ticket: TicketPayload
    comment_id: UUID
    is_internal: bool


class AttachmentAdded(Shape):
    type: Literal["attachment.added"] = "attachment.added"
    ticket: TicketPayload
    attachment: AttachmentPayload


class AttachmentDeleted(Shape):
    """Taken away by itself. A deleted comment's files go with `comment.deleted`, a ticket's with `ticket.deleted`."""

    type: Literal["attachment.deleted"] = "attachment.deleted"
    ticket: TicketPayload
    attachment_id: UUID
    comment_id: UUID | None
    is_internal: bool


class AttachmentScanned(Shape):
    """The virus scanner has looked: `attachment.scan` says what is known now, `attachment.threat` what was found."""

    type: Literal["attachment.scanned"] = "attachment.scanned"
    ticket: TicketPayload
    attachment: AttachmentPayload


class NotificationCreated(Shape):
    """Told to one person, on their own stream."""

    type: Literal["notification.created"] = "notification.created"
    notification: NotificationPayload


class UserCreated(Shape):
    type: Literal["user.created"] = "user.created"
    user: UserPayload


class UserUpdated(Shape):
    type: Literal["user.updated"] = "user.updated"
    user: UserPayload
    changes: Changes


class UserSignedOut(Shape):
    """Of every device: their tokens are worth nothing any more."""

    type: Literal["user.signed_out"] = "user.signed_out"
    user_id: UUID


class UserErased(Shape):
    """For good, and out of the log too: whoever keeps a copy of what it said of them is to erase that as well."""

    type: Literal["user.erased"] = "user.erased"
    user_id: UUID


class TeamCreated(Shape):
    type: Literal["team.created"] = "team.created"
    team: TeamPayload


class TeamUpdated(Shape):
    type: Literal["team.updated"] = "team.updated"
    team: TeamPayload
    changes: Changes


class TeamDeleted(Shape):
    type: Literal["team.deleted"] = "team.deleted"
    team_id: UUID
    name: str


class AccountLinkSent(Shape):
    """A link is on its way to somebody's mailbox: to accept, to reset, to confirm. The link itself stands nowhere."""

    type: Literal["account_link.sent"] = "account_link.sent"
    link_id: UUID
    purpose: LinkPurpose
    user_id: UUID


class ApiKeyCreated(Shape):
    type: Literal["api_key.created"] = "api_key.created"
    api_key: ApiKeyPayload


class ApiKeyUpdated(Shape):
    type: Literal["api_key.updated"] = "api_key.updated"
    api_key: ApiKeyPayload
    changes: Changes


class ApiKeyRevoked(Shape):
    type: Literal["api_key.revoked"] = "api_key.revoked"
    api_key_id: UUID
    user_id: UUID
    """Whose it was."""
    name: str


class WebhookCreated(Shape):
    type: Literal["webhook.created"] = "webhook.created"
    webhook: WebhookPayload


class WebhookUpdated(Shape):
    """Somebody changed it. A changed secret shows as `***`."""

    type: Literal["webhook.updated"] = "webhook.updated"
    webhook: WebhookPayload
    changes: Changes


class WebhookPaused(Shape):
    """The hub stopped delivering to it; `pausedReason` says why."""

    type: Literal["webhook.paused"] = "webhook.paused"
    webhook: WebhookPayload


class WebhookDeleted(Shape):
    type: Literal["webhook.deleted"] = "webhook.deleted"
    webhook_id: UUID
    url: str


TicketChange = TicketUpdated | TicketStatusChanged | TicketClosed | TicketAssigned | TicketPriorityChanged
Event = (
    TicketCreated
    | TicketChange
    | TicketDeleted
    | TicketRemoved
    | RelationEvent
    | MoveEvent
    | CommentAdded
    | CommentUpdated
    | CommentDeleted
    | AttachmentAdded
    | AttachmentScanned
    | AttachmentDeleted
    | NotificationCreated
    | UserCreated
    | UserUpdated
    | UserSignedOut
    | UserErased
    | UserAwayChanged
    | TeamCreated
    | TeamUpdated
    | TeamDeleted
    | AccountLinkSent
    | ApiKeyCreated
    | ApiKeyUpdated
    | ApiKeyRevoked
    | ViewChange
    | ExportEvent
    | DeskEvent
    | FieldEvent
    | SlaEvent
    | SlaPolicyEvent
    | MacroEvent
    | WebhookCreated
    | WebhookUpdated
    | WebhookPaused
    | WebhookDeleted
)
EVENTS: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="type")])

PARENTS: dict[str, str] = {
    "ticket.closed": "ticket.status_changed",
    "ticket.status_changed": "ticket.updated",
    "ticket.assigned": "ticket.updated",
    "ticket.priority_changed": "ticket.updated",
    "ticket.merged": "ticket.updated",
    "ticket.unmerged": "ticket.updated",
    "sla.warned": "sla.changed",
    "sla.breached": "sla.changed",
    "desk.suspended": "desk.updated",
    "desk.resumed": "desk.updated",
    "desk.settings_changed": "desk.updated",
}
ORIGINAL_NAMES: dict[str, str] = {
    "TICKET_CREATED": "ticket.created",
    "TICKET_UPDATED": "ticket.updated",
    "TICKET_CLOSED": "ticket.closed",
    "COMMENT_ADDED": "comment.added",
}
