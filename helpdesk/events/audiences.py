"""Who sees an event, and in whose timeline it stands: one exhaustive match, so that a new event must be placed."""

from __future__ import annotations

from typing import assert_never
from uuid import UUID

from helpdesk.events.catalogue import (
    HIDDEN_FROM_REQUESTERS,
    AccountLinkSent,
    ApiKeyCreated,
    ApiKeyRevoked,
    ApiKeyUpdated,
    AttachmentAdded,
    AttachmentDeleted,
    AttachmentScanned,
    CommentAdded,
    CommentDeleted,
    CommentUpdated,
    Event,
    NotificationCreated,
    TeamCreated,
    TeamDeleted,
    TeamUpdated,
    TicketAssigned,
    TicketClosed,
    TicketCreated,
    TicketDeleted,
    TicketPriorityChanged,
    TicketRemoved,
    TicketStatusChanged,
    TicketUpdated,
    UserCreated,
    UserErased,
    UserSignedOut,
    UserUpdated,
    WebhookCreated,
    WebhookDeleted,
    WebhookPaused,
    WebhookUpdated,
)
from helpdesk.events.desk_events import DeskResumed, DeskSettingsChanged, DeskSuspended, DeskUpdated
from helpdesk.events.export_events import ExportCreated, ExportDeleted, ExportDownloaded, ExportFinished, ExportStreamed
from helpdesk.events.field_events import CustomFieldCreated, CustomFieldDeleted, CustomFieldUpdated, TagsRenamed
from helpdesk.events.macro_events import (
    MacroCreated,
    MacroDeleted,
    MacroEvent,
    MacroUpdated,
    TicketTemplateCreated,
    TicketTemplateDeleted,
    TicketTemplateUpdated,
)
from helpdesk.events.payloads import AttachmentPayload, CommentPayload
from helpdesk.events.people_events import UserAwayChanged
from helpdesk.events.relation_events import (
    TicketLinked,
    TicketMerged,
    TicketSplit,
    TicketUnlinked,
    TicketUnmerged,
)
from helpdesk.events.rules import Audience
from helpdesk.events.sla_events import (
    SlaBreached,
    SlaChanged,
    SlaPoliciesApplied,
    SlaPolicyCreated,
    SlaPolicyDeleted,
    SlaPolicyUpdated,
    SlaWarned,
)
from helpdesk.events.view_events import ViewChange, ViewCreated, ViewDeleted, ViewUpdated
from helpdesk.vocabulary import Floor, ViewVisibility


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
        case TicketUpdated() | TicketAssigned() if _is_for_staff(event):
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
            | TicketMerged(ticket=ticket)
            | TicketUnmerged(ticket=ticket)
            | TicketSplit(ticket=ticket)
        ):
            return Audience(Floor.AGENT, (ticket.requester_id,))
        case NotificationCreated(notification=notification):
            return Audience(Floor.NOBODY, (notification.user_id,))
        case (
            TeamCreated()
            | TeamUpdated()
            | TeamDeleted()
            | UserAwayChanged()
            | TicketLinked()
            | TicketUnlinked()
            | DeskUpdated()
            | DeskSuspended()
            | DeskResumed()
            | CustomFieldCreated()
            | CustomFieldUpdated()
            | CustomFieldDeleted()
            | TagsRenamed()
            | SlaChanged()
            | SlaWarned()
            | SlaBreached()
            | SlaPolicyCreated()
            | SlaPolicyUpdated()
            | SlaPolicyDeleted()
            | SlaPoliciesApplied()
        ):
            return Audience(Floor.AGENT)
        case (
            ViewCreated()
            | ViewUpdated()
            | ViewDeleted()
            | MacroCreated()
            | MacroUpdated()
            | MacroDeleted()
            | TicketTemplateCreated()
            | TicketTemplateUpdated()
            | TicketTemplateDeleted()
        ):
            return _audience_of_shared(event)
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
        case UserCreated() | UserUpdated() | UserSignedOut() | UserErased() | UserAwayChanged() | AccountLinkSent():
            return None
        case TeamCreated() | TeamUpdated() | TeamDeleted() | ApiKeyCreated() | ApiKeyUpdated() | ApiKeyRevoked():
            return None
        case (
            ViewCreated()
            | ViewUpdated()
            | ViewDeleted()
            | MacroCreated()
            | MacroUpdated()
            | MacroDeleted()
            | TicketTemplateCreated()
            | TicketTemplateUpdated()
            | TicketTemplateDeleted()
        ):
            return None
        case DeskUpdated() | DeskSuspended() | DeskResumed() | DeskSettingsChanged():
            return None
        case (
            CustomFieldCreated()
            | CustomFieldUpdated()
            | CustomFieldDeleted()
            | TagsRenamed()
            | SlaPolicyCreated()
            | SlaPolicyUpdated()
            | SlaPolicyDeleted()
            | SlaPoliciesApplied()
        ):
            return None
        case WebhookCreated() | WebhookUpdated() | WebhookPaused() | WebhookDeleted():
            return None
        case ExportCreated() | ExportFinished() | ExportStreamed() | ExportDownloaded() | ExportDeleted():
            return None
        case _:
            return event.ticket.id


def _is_for_staff(event: TicketUpdated | TicketAssigned) -> bool:
    """Has nothing changed but what requesters do not get?"""
    before, after = event.changes.get("customFields", ({}, {}))
    changed = {key for key in {*before, *after} if before.get(key) != after.get(key)}
    hidden = HIDDEN_FROM_REQUESTERS | ({"customFields"} if changed <= set(event.ticket.hidden_fields) else set())
    return hidden.issuperset(event.changes)


def _audience_of_shared(event: ViewChange | MacroEvent) -> Audience:
    """Admins see everything that is shared."""
    match _visibility_of(event):
        case ViewVisibility.PRIVATE:
            return Audience(Floor.NOBODY, tuple(event.people))
        case ViewVisibility.TEAM:
            return Audience(Floor.ADMIN, tuple(event.people))
        case ViewVisibility.ALL:
            return Audience(Floor.AGENT)


def _visibility_of(event: ViewChange | MacroEvent) -> ViewVisibility:
    match event:
        case ViewDeleted() | MacroDeleted() | TicketTemplateDeleted():
            return event.visibility
        case ViewCreated() | ViewUpdated():
            return event.view.visibility
        case MacroCreated() | MacroUpdated():
            return event.macro.visibility
        case _:
            return event.ticket_template.visibility
