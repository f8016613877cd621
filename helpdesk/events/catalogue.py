"""Every event there is, as typed classes; docs/events.schema.json is written from them.

Types are a tree by parent: naming `ticket.updated` selects `ticket.status_changed` and `ticket.closed`
too. The original service's names stay valid wherever a client names events.
"""

from __future__ import annotations

from typing import Annotated, Literal, assert_never
from uuid import UUID

from pydantic import Field, TypeAdapter

from helpdesk.events.desk_events import DeskEvent, DeskResumed, DeskSettingsChanged, DeskSuspended, DeskUpdated
from helpdesk.events.export_events import (
    ExportCreated,
    ExportDeleted,
    ExportDownloaded,
    ExportEvent,
    ExportFinished,
    ExportStreamed,
)
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
from helpdesk.events.rules import Audience
from helpdesk.events.view_events import ViewChange, ViewCreated, ViewDeleted, ViewUpdated
from helpdesk.shapes import Shape
from helpdesk.vocabulary import Floor, LinkPurpose, ViewVisibility

HIDDEN_FROM_REQUESTERS = frozenset({"metadata", "teamId", "team"})


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


def audience_of(event: Event) -> Audience:
    """Who sees it, fixed for good when it is recorded."""
    match event:
        case TicketRemoved(requester_id=before):
            return Audience(Floor.NOBODY, (before,))
        case TicketDeleted(requester_id=requester):
            return Audience(Floor.AGENT, (requester,))
        case (
            CommentAdded(comment=CommentPayload(is_internal=True))
            | CommentUpdated(comment=CommentPayload(is_internal=True))
            | CommentDeleted(is_internal=True)
            | AttachmentAdded(attachment=AttachmentPayload(is_internal=True))
            | AttachmentScanned(attachment=AttachmentPayload(is_internal=True))
            | AttachmentDeleted(is_internal=True)
        ):
            return Audience(Floor.AGENT)
        case TicketUpdated(changes=changes) | TicketAssigned(changes=changes) if HIDDEN_FROM_REQUESTERS.issuperset(
            changes
        ):
            return Audience(Floor.AGENT)
        case (
            TicketCreated(ticket=ticket)
            | TicketUpdated(ticket=ticket)
            | TicketStatusChanged(ticket=ticket)
            | TicketClosed(ticket=ticket)
            | TicketAssigned(ticket=ticket)
            | TicketPriorityChanged(ticket=ticket)
            | CommentAdded(ticket=ticket)
            | CommentUpdated(ticket=ticket)
            | CommentDeleted(ticket=ticket)
            | AttachmentAdded(ticket=ticket)
            | AttachmentScanned(ticket=ticket)
            | AttachmentDeleted(ticket=ticket)
        ):
            return Audience(Floor.AGENT, (ticket.requester_id,))
        case NotificationCreated(notification=notification):
            return Audience(Floor.NOBODY, (notification.user_id,))
        case TeamCreated() | TeamUpdated() | TeamDeleted() | DeskUpdated() | DeskSuspended() | DeskResumed():
            return Audience(Floor.AGENT)
        case ViewCreated() | ViewUpdated() | ViewDeleted():
            return _audience_of_view(event)
        case (
            UserCreated()
            | UserUpdated()
            | UserSignedOut()
            | UserErased()
            | AccountLinkSent()
            | ApiKeyCreated()
            | ApiKeyUpdated()
            | ApiKeyRevoked()
            | WebhookCreated()
            | WebhookUpdated()
            | WebhookPaused()
            | WebhookDeleted()
            | ExportCreated()
            | ExportFinished()
            | ExportStreamed()
            | ExportDownloaded()
            | ExportDeleted()
            | DeskSettingsChanged()
        ):
            named = (event.export.user_id,) if isinstance(event, (ExportCreated, ExportFinished)) else ()
            return Audience(Floor.ADMIN, named)
        case _:
            assert_never(event)


def ticket_of(event: Event) -> UUID | None:
    """The ticket whose timeline the event stands in."""
    match event:
        case TicketDeleted(ticket_id=ticket_id) | TicketRemoved(ticket_id=ticket_id):
            return ticket_id
        case NotificationCreated(notification=notification):
            return UUID(notification.data["ticketId"])
        case UserCreated() | UserUpdated() | UserSignedOut() | UserErased() | AccountLinkSent():
            return None
        case TeamCreated() | TeamUpdated() | TeamDeleted() | ApiKeyCreated() | ApiKeyUpdated() | ApiKeyRevoked():
            return None
        case ViewCreated() | ViewUpdated() | ViewDeleted():
            return None
        case DeskUpdated() | DeskSuspended() | DeskResumed() | DeskSettingsChanged():
            return None
        case WebhookCreated() | WebhookUpdated() | WebhookPaused() | WebhookDeleted():
            return None
        case ExportCreated() | ExportFinished() | ExportStreamed() | ExportDownloaded() | ExportDeleted():
            return None
        case _:
            return event.ticket.id


def _audience_of_view(event: ViewChange) -> Audience:
    """Admins see every view that is shared."""
    visibility = event.visibility if isinstance(event, ViewDeleted) else event.view.visibility
    match visibility:
        case ViewVisibility.PRIVATE:
            return Audience(Floor.NOBODY, tuple(event.people))
        case ViewVisibility.TEAM:
            return Audience(Floor.ADMIN, tuple(event.people))
        case ViewVisibility.ALL:
            return Audience(Floor.AGENT)
