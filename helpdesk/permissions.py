"""Who may do what: the one table. Its keys are the OpenAPI document's operation ids.

The API's door reads it before anything of the body; `require` holds actions to it that are called from
elsewhere. What somebody may do to one object or one field stands in the features' rules. A person's own
sign-in has every scope of their role; an API key those that it was given.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Protocol

from helpdesk.errors import Forbidden
from helpdesk.vocabulary import Role

ANYBODY: frozenset[Role] | None = None
"""Signed in or not."""
PEOPLE = frozenset({Role.REQUESTER, Role.AGENT, Role.ADMIN})
STAFF = frozenset({Role.AGENT, Role.ADMIN})
ADMINS = frozenset({Role.ADMIN})
PLATFORM = frozenset({Role.PLATFORM_ADMIN})


@dataclass(frozen=True, slots=True)
class Allowed:
    """Who may do an operation: people of these roles; with an API key only one that has the scope.

    `scope` is a thing and what is done to it, as in `tickets:read`; None: any key will do.
    """

    roles: frozenset[Role] | None
    scope: str | None = None


IN_PERSON = "in person"
"""Instead of a scope: only somebody who signed in themselves, never an API key."""

OPERATIONS: dict[str, Allowed] = {
    "health": Allowed(ANYBODY),
    "healthLive": Allowed(ANYBODY),
    "healthReady": Allowed(ANYBODY),
    "register": Allowed(ANYBODY),
    "signup": Allowed(ANYBODY),
    "login": Allowed(ANYBODY),
    "refresh": Allowed(ANYBODY),
    "acceptInvitation": Allowed(ANYBODY),
    "forgotPassword": Allowed(ANYBODY),
    "resetPassword": Allowed(ANYBODY),
    "confirmAddress": Allowed(ANYBODY),
    "getMe": Allowed(PEOPLE | PLATFORM),
    "logout": Allowed(PEOPLE | PLATFORM, IN_PERSON),
    "listTickets": Allowed(PEOPLE, "tickets:read"),
    "createTicket": Allowed(PEOPLE, "tickets:write"),
    "getTicket": Allowed(PEOPLE, "tickets:read"),
    "updateTicket": Allowed(PEOPLE, "tickets:write"),
    "patchTicket": Allowed(PEOPLE, "tickets:write"),
    "deleteTicket": Allowed(ADMINS, "tickets:delete"),
    "bulkTickets": Allowed(STAFF, "tickets:write"),
    "takeNextTicket": Allowed(STAFF, "tickets:write"),
    "listTicketRelations": Allowed(STAFF, "tickets:read"),
    "relateTicket": Allowed(STAFF, "tickets:write"),
    "unrelateTicket": Allowed(STAFF, "tickets:write"),
    "listTicketMerges": Allowed(STAFF, "tickets:read"),
    "mergeTicket": Allowed(STAFF, "tickets:write"),
    "unmergeTicket": Allowed(STAFF, "tickets:write"),
    "splitTicket": Allowed(STAFF, "tickets:write"),
    "getTicketTimeline": Allowed(PEOPLE, "tickets:read"),
    "listTicketComments": Allowed(PEOPLE, "tickets:read"),
    "addTicketComment": Allowed(PEOPLE, "comments:write"),
    "updateTicketComment": Allowed(PEOPLE, "comments:write"),
    "patchTicketComment": Allowed(PEOPLE, "comments:write"),
    "deleteTicketComment": Allowed(PEOPLE, "comments:write"),
    "listDrafts": Allowed(PEOPLE, "drafts:read"),
    "listTicketDrafts": Allowed(PEOPLE, "drafts:read"),
    "saveDraft": Allowed(PEOPLE, "drafts:write"),
    "deleteDraft": Allowed(PEOPLE, "drafts:write"),
    "search": Allowed(PEOPLE, "tickets:read"),
    "listEvents": Allowed(PEOPLE, "tickets:read"),
    "listComments": Allowed(PEOPLE, "tickets:read"),
    "addComment": Allowed(PEOPLE, "comments:write"),
    "updateComment": Allowed(PEOPLE, "comments:write"),
    "patchComment": Allowed(PEOPLE, "comments:write"),
    "deleteComment": Allowed(PEOPLE, "comments:write"),
    "createUploadUrl": Allowed(PEOPLE, "attachments:write"),
    "registerAttachment": Allowed(PEOPLE, "attachments:write"),
    "listAttachments": Allowed(PEOPLE, "tickets:read"),
    "deleteAttachment": Allowed(PEOPLE, "attachments:write"),
    "downloadAttachment": Allowed(PEOPLE, "tickets:read"),
    "listNotifications": Allowed(PEOPLE, "notifications:read"),
    "readNotification": Allowed(PEOPLE, "notifications:write"),
    "readAllNotifications": Allowed(PEOPLE, "notifications:write"),
    "deleteNotification": Allowed(PEOPLE, "notifications:write"),
    "listNotificationPreferences": Allowed(PEOPLE, "notifications:read"),
    "updateNotificationPreferences": Allowed(PEOPLE, "notifications:write"),
    "listUsers": Allowed(STAFF, "users:read"),
    "createUser": Allowed(ADMINS, "users:write"),
    "inviteUser": Allowed(ADMINS, "users:write"),
    "sendConfirmation": Allowed(PEOPLE, IN_PERSON),
    "listApiKeys": Allowed(STAFF, IN_PERSON),
    "createApiKey": Allowed(STAFF, IN_PERSON),
    "patchApiKey": Allowed(STAFF, IN_PERSON),
    "deleteApiKey": Allowed(STAFF, IN_PERSON),
    "getUser": Allowed(PEOPLE, "users:read"),
    "updateUser": Allowed(ADMINS, "users:write"),
    "patchUser": Allowed(ADMINS, "users:write"),
    "signOutUser": Allowed(ADMINS, IN_PERSON),
    "eraseUser": Allowed(ADMINS, IN_PERSON),
    "updateProfile": Allowed(PEOPLE, IN_PERSON),
    "setOwnAway": Allowed(STAFF, IN_PERSON),
    "setUserAway": Allowed(ADMINS, "users:write"),
    "signOutEverywhere": Allowed(PEOPLE, IN_PERSON),
    "changePassword": Allowed(PEOPLE, IN_PERSON),
    "listTeams": Allowed(STAFF, "teams:read"),
    "createTeam": Allowed(ADMINS, "teams:write"),
    "getTeam": Allowed(STAFF, "teams:read"),
    "getTeamLoad": Allowed(STAFF, "teams:read"),
    "updateTeam": Allowed(ADMINS, "teams:write"),
    "patchTeam": Allowed(ADMINS, "teams:write"),
    "deleteTeam": Allowed(ADMINS, "teams:write"),
    "addTeamMember": Allowed(ADMINS, "teams:write"),
    "removeTeamMember": Allowed(ADMINS, "teams:write"),
    "listViews": Allowed(STAFF, "views:read"),
    "createView": Allowed(STAFF, "views:write"),
    "countViews": Allowed(STAFF, "views:read"),
    "getView": Allowed(STAFF, "views:read"),
    "updateView": Allowed(STAFF, "views:write"),
    "patchView": Allowed(STAFF, "views:write"),
    "deleteView": Allowed(STAFF, "views:write"),
    # Requesters get the fields that are shown to them, to read and fill in their forms.
    "listCustomFields": Allowed(PEOPLE, "fields:read"),
    "createCustomField": Allowed(ADMINS, "fields:write"),
    "getCustomField": Allowed(PEOPLE, "fields:read"),
    "updateCustomField": Allowed(ADMINS, "fields:write"),
    "patchCustomField": Allowed(ADMINS, "fields:write"),
    "deleteCustomField": Allowed(ADMINS, "fields:write"),
    "listMacros": Allowed(STAFF, "macros:read"),
    "createMacro": Allowed(STAFF, "macros:write"),
    "getMacro": Allowed(STAFF, "macros:read"),
    "updateMacro": Allowed(STAFF, "macros:write"),
    "patchMacro": Allowed(STAFF, "macros:write"),
    "deleteMacro": Allowed(STAFF, "macros:write"),
    "previewMacro": Allowed(STAFF, "macros:read"),
    # Whoever applies one needs the right to what it does besides.
    "applyMacro": Allowed(STAFF, "tickets:write"),
    "listTicketTemplates": Allowed(STAFF, "templates:read"),
    "createTicketTemplate": Allowed(STAFF, "templates:write"),
    "getTicketTemplate": Allowed(STAFF, "templates:read"),
    "updateTicketTemplate": Allowed(STAFF, "templates:write"),
    "patchTicketTemplate": Allowed(STAFF, "templates:write"),
    "deleteTicketTemplate": Allowed(STAFF, "templates:write"),
    "openFromTemplate": Allowed(STAFF, "tickets:write"),
    "listTags": Allowed(STAFF, "tags:read"),
    "renameTags": Allowed(ADMINS, "tags:write"),
    "listSlaPolicies": Allowed(STAFF, "sla:read"),
    "createSlaPolicy": Allowed(ADMINS, "sla:write"),
    "orderSlaPolicies": Allowed(ADMINS, "sla:write"),
    "getSlaPolicy": Allowed(STAFF, "sla:read"),
    "updateSlaPolicy": Allowed(ADMINS, "sla:write"),
    "patchSlaPolicy": Allowed(ADMINS, "sla:write"),
    "deleteSlaPolicy": Allowed(ADMINS, "sla:write"),
    "applySlaPolicies": Allowed(ADMINS, "sla:write"),
    "listHolidayCountries": Allowed(STAFF, "sla:read"),
    "getTicketSla": Allowed(STAFF, "tickets:read"),
    "getAnalyticsOverview": Allowed(STAFF, "analytics:read"),
    "getAnalyticsSeries": Allowed(STAFF, "analytics:read"),
    "getAnalyticsBacklog": Allowed(STAFF, "analytics:read"),
    "listAnalyticsGroups": Allowed(STAFF, "analytics:read"),
    # Requesters take what they see in their lists: their own tickets, without what is the staff's.
    "exportTickets": Allowed(PEOPLE, "tickets:read"),
    "exportTicket": Allowed(PEOPLE, "tickets:read"),
    "exportAudit": Allowed(ADMINS, "audit:read"),
    "exportAnalytics": Allowed(STAFF, "analytics:read"),
    # A file that is made in the background needs the right to what is in it besides, then and when it is fetched.
    "listExports": Allowed(STAFF, "exports:read"),
    "createExport": Allowed(STAFF, "exports:write"),
    "getExport": Allowed(STAFF, "exports:read"),
    "deleteExport": Allowed(STAFF, "exports:write"),
    "downloadExport": Allowed(STAFF, "exports:read"),
    "listWebhooks": Allowed(STAFF, "webhooks:read"),
    "createWebhook": Allowed(STAFF, "webhooks:write"),
    "getWebhook": Allowed(STAFF, "webhooks:read"),
    "updateWebhook": Allowed(STAFF, "webhooks:write"),
    "patchWebhook": Allowed(STAFF, "webhooks:write"),
    "deleteWebhook": Allowed(STAFF, "webhooks:write"),
    "rotateWebhookSecret": Allowed(STAFF, "webhooks:write"),
    "pingWebhook": Allowed(STAFF, "webhooks:write"),
    "replayWebhook": Allowed(STAFF, "webhooks:write"),
    "listWebhookDeliveries": Allowed(STAFF, "webhooks:read"),
    "getWebhookDelivery": Allowed(STAFF, "webhooks:read"),
    "redeliverWebhook": Allowed(STAFF, "webhooks:write"),
    "listMails": Allowed(STAFF, "mails:read"),
    "listUndeliverableAddresses": Allowed(STAFF, "mails:read"),
    "clearUndeliverableAddress": Allowed(ADMINS, "mails:write"),
    "listMailTemplates": Allowed(ADMINS, "settings:read"),
    "updateMailTemplate": Allowed(ADMINS, "settings:write"),
    "deleteMailTemplate": Allowed(ADMINS, "settings:write"),
    "previewMailTemplate": Allowed(ADMINS, "settings:read"),
    "listAccessLog": Allowed(ADMINS, "access-log:read"),
    "listAudit": Allowed(ADMINS, "audit:read"),
    "verifyLog": Allowed(ADMINS, "audit:read"),
    "listTenants": Allowed(PLATFORM, "tenants:read"),
    "createTenant": Allowed(PLATFORM, "tenants:write"),
    "getTenant": Allowed(PLATFORM | ADMINS, "settings:read"),
    "updateTenant": Allowed(PLATFORM | ADMINS, "settings:write"),
    "patchTenant": Allowed(PLATFORM | ADMINS, "settings:write"),
    "deleteTenant": Allowed(PLATFORM, "tenants:write"),
}


class KeyMayNot(Forbidden):
    """This is for people who sign in themselves, not for an API key."""

    reason = "api_key"


class ScopeMissing(Forbidden):
    """This API key has no scope for this."""

    reason = "scope"


class HasRole(Protocol):
    """Whoever acts."""

    @property
    def role(self) -> str: ...


def may(role: Role, operation: str) -> bool:
    """Does the table let this role do that at all?"""
    allowed = OPERATIONS[operation].roles
    return allowed is None or role in allowed


def require(actor: HasRole, operation: str) -> None:
    """Raise Forbidden unless the table lets the actor's role do that, and the scopes of the key that acts for them."""
    if not may(Role(actor.role), operation):
        raise Forbidden
    held: frozenset[str] | None = getattr(actor, "held_scopes", None)
    if held is not None:
        _require_scope(Role(actor.role), operation, held)


def is_let(actor: HasRole, operation: str) -> bool:
    """Would `require` let the actor do that?"""
    try:
        require(actor, operation)
    except Forbidden:
        return False
    return True


def _require_scope(role: Role, operation: str, held: frozenset[str]) -> None:
    if OPERATIONS[operation].scope == IN_PERSON:
        raise KeyMayNot
    if not has_scope(role, operation, held=held):
        raise ScopeMissing(data={"scopes": list(scopes_for(operation))})


def has_scope(role: Role, operation: str, *, held: frozenset[str]) -> bool:
    """Do these scopes of a key let it do that, where its person has this role now?"""
    needed = OPERATIONS[operation].scope
    if needed is None or needed == IN_PERSON:
        return needed is None
    return any(scope in held for scope in scopes_for(operation) if scope in scopes_of(role))


@cache
def scopes_of(role: Role) -> tuple[str, ...]:
    """What a sign-in of this role holds, read off the table: `tickets:read:any`, or `…:own` for requesters."""
    reach = "own" if role is Role.REQUESTER else "any"
    things = {allowed.scope for operation, allowed in OPERATIONS.items() if may(role, operation)}
    return tuple(sorted(f"{thing}:{reach}" for thing in things - {None, IN_PERSON}))


def scopes_for(operation: str) -> tuple[str, ...]:
    """The scopes any one of which lets a key do that; empty where the table asks for none, or no key may."""
    allowed = OPERATIONS[operation]
    held = {scope for role in allowed.roles or () for scope in scopes_of(role)}
    return tuple(sorted(scope for scope in held if scope.rpartition(":")[0] == allowed.scope))
