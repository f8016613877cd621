"""Who may do what: the one table. Its keys are the OpenAPI document's operation ids.

The API's door reads it before anything of the body; `require` holds actions to it that are called from
elsewhere. What somebody may do to one object or one field stands in the features' rules.
"""

from __future__ import annotations

from typing import Protocol

from helpdesk.errors import Forbidden
from helpdesk.vocabulary import Role

ANYBODY: frozenset[Role] | None = None
"""Signed in or not."""
PEOPLE = frozenset({Role.REQUESTER, Role.AGENT, Role.ADMIN})
STAFF = frozenset({Role.AGENT, Role.ADMIN})
ADMINS = frozenset({Role.ADMIN})
PLATFORM = frozenset({Role.PLATFORM_ADMIN})

OPERATIONS: dict[str, frozenset[Role] | None] = {
    "health": ANYBODY,
    "healthLive": ANYBODY,
    "healthReady": ANYBODY,
    "register": ANYBODY,
    "signup": ANYBODY,
    "login": ANYBODY,
    "refresh": ANYBODY,
    "getMe": PEOPLE | PLATFORM,
    "logout": PEOPLE | PLATFORM,
    "listTickets": PEOPLE,
    "createTicket": PEOPLE,
    "getTicket": PEOPLE,
    "updateTicket": PEOPLE,
    "patchTicket": PEOPLE,
    "deleteTicket": ADMINS,
    "getTicketTimeline": PEOPLE,
    "listTicketComments": PEOPLE,
    "addTicketComment": PEOPLE,
    "updateTicketComment": PEOPLE,
    "patchTicketComment": PEOPLE,
    "deleteTicketComment": PEOPLE,
    "listComments": PEOPLE,
    "addComment": PEOPLE,
    "updateComment": PEOPLE,
    "patchComment": PEOPLE,
    "deleteComment": PEOPLE,
    "listNotifications": PEOPLE,
    "readNotification": PEOPLE,
    "readAllNotifications": PEOPLE,
    "deleteNotification": PEOPLE,
    "listNotificationPreferences": PEOPLE,
    "updateNotificationPreferences": PEOPLE,
    "listUsers": STAFF,
    "getUser": PEOPLE,
    "updateUser": ADMINS,
    "patchUser": ADMINS,
    "signOutUser": ADMINS,
    "updateProfile": PEOPLE,
    "signOutEverywhere": PEOPLE,
    "changePassword": PEOPLE,
    "listWebhooks": STAFF,
    "createWebhook": STAFF,
    "getWebhook": STAFF,
    "updateWebhook": STAFF,
    "patchWebhook": STAFF,
    "deleteWebhook": STAFF,
    "rotateWebhookSecret": STAFF,
    "pingWebhook": STAFF,
    "replayWebhook": STAFF,
    "listWebhookDeliveries": STAFF,
    "getWebhookDelivery": STAFF,
    "redeliverWebhook": STAFF,
    "listMails": STAFF,
    "listUndeliverableAddresses": STAFF,
    "clearUndeliverableAddress": ADMINS,
    "listMailTemplates": ADMINS,
    "updateMailTemplate": ADMINS,
    "deleteMailTemplate": ADMINS,
    "previewMailTemplate": ADMINS,
    "listTenants": PLATFORM,
    "createTenant": PLATFORM,
    "getTenant": PLATFORM | ADMINS,
    "updateTenant": PLATFORM | ADMINS,
    "patchTenant": PLATFORM | ADMINS,
    "deleteTenant": PLATFORM,
}


class HasRole(Protocol):
    """Whoever acts."""

    @property
    def role(self) -> str: ...


def may(role: Role, operation: str) -> bool:
    """Does the table let this role do that at all?"""
    allowed = OPERATIONS[operation]
    return allowed is None or role in allowed


def require(actor: HasRole, operation: str) -> None:
    """Raise Forbidden unless the table lets the actor's role do that."""
    if not may(Role(actor.role), operation):
        raise Forbidden
