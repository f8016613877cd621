"""The shapes that REST, events and webhooks share. As stored: what an agent sees (see projection.py)."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from helpdesk.shapes import Moment, Shape
from helpdesk.vocabulary import (
    AssignmentMode,
    ClockKind,
    ExportFormat,
    ExportKind,
    ExportProblem,
    ExportStatus,
    NotificationKind,
    ScanState,
    SlaState,
    TicketPriority,
    TicketStatus,
    ViewVisibility,
)

Changes = dict[str, tuple[Any, Any]]
"""`{field: [before, after]}`, camelCase fields, JSON values."""


class DeskPayload(Shape):
    """The desk itself. `domains`: its own hosts, beside `<slug>.<base domain>`."""

    id: UUID
    name: str
    slug: str
    domains: list[str]
    is_active: bool


class PersonPayload(Shape):
    """Somebody as an author, requester or assignee. Requesters do not get other people's `email`."""

    id: UUID
    email: str | None = None
    first_name: str
    last_name: str
    name: str


class TeamReference(Shape):
    """A team, as tickets name it."""

    id: UUID
    name: str


class TeamPayload(Shape):
    """A team with those who are in it: active agents and admins."""

    id: UUID
    name: str
    description: str
    members: list[PersonPayload]
    is_active: bool
    assignment: AssignmentMode = AssignmentMode.MANUAL
    capacity: int | None = None
    """As many tickets to work on has one of it at most when a ticket is shared out; null: any number."""
    created_at: Moment
    updated_at: Moment


class ViewPayload(Shape):
    """A saved view. `filter` holds fields of `GET /tickets`; `ownerId` null: it came with the desk."""

    id: UUID
    name: str
    filter: dict[str, Any]
    sort_by: str
    sort_order: Literal["asc", "desc"]
    columns: list[str]
    visibility: ViewVisibility
    team_id: UUID | None
    owner_id: UUID | None
    position: int
    version: int
    created_at: Moment
    updated_at: Moment


class SlaPayload(Shape):
    """What is promised next on a ticket. `clock` and `dueAt` are null while nothing is due: it is paused, or done."""

    policy_id: UUID
    clock: ClockKind | None
    due_at: Moment | None
    state: SlaState
    breached: bool
    """Is it late, and still waited for?"""


class TicketPayload(Shape):
    """A ticket. Requesters do not get `metadata`, the team, what is promised (`sla`), or the `hiddenFields`."""

    id: UUID
    number: int
    title: str
    description: str
    status: TicketStatus
    priority: TicketPriority
    requester_id: UUID
    requester: PersonPayload
    created_by_id: UUID
    created_by: PersonPayload
    assigned_to_id: UUID | None
    assigned_to: PersonPayload | None
    team_id: UUID | None = None
    team: TeamReference | None = None
    merged_into_id: UUID | None = None
    """The ticket that its conversation was taken to. Requesters are told by `GET /tickets/{id}`, if that is theirs."""
    tags: list[str]
    custom_fields: dict[str, Any]
    hidden_fields: list[str] = Field(default_factory=list)
    """Keys of `customFields` that requesters do not get."""
    metadata: dict[str, Any] | None = None
    sla: SlaPayload | None = None
    version: int
    last_activity_at: Moment
    created_at: Moment
    updated_at: Moment


class CommentPayload(Shape):
    """A public reply or an internal note."""

    id: UUID
    ticket_id: UUID
    author_id: UUID
    author_name: str
    author: PersonPayload
    content: str
    is_internal: bool
    version: int
    created_at: Moment
    updated_at: Moment
    edited_at: Moment | None


class AttachmentPayload(Shape):
    """A file of a ticket or of one of its comments. `fileUrl` leads to it, for those who may see it."""

    id: UUID
    ticket_id: UUID
    comment_id: UUID | None
    uploader_id: UUID
    uploader: PersonPayload
    filename: str
    file_url: str
    file_size: int
    mime_type: str
    is_internal: bool
    scan: ScanState = ScanState.UNSCANNED
    threat: str = ""
    """What the virus scanner has found in it."""
    created_at: Moment


class NotificationPayload(Shape):
    """Something told to one person. `message` is the beginning of the comment; empty once that is deleted."""

    id: UUID
    type: NotificationKind
    user_id: UUID
    title: str
    message: str
    data: dict[str, str]
    is_read: bool
    created_at: Moment


class WebhookPayload(Shape):
    """An endpoint, without its secret. `seq`: up to where the log has become its deliveries."""

    id: UUID
    tenant_id: UUID
    url: str
    events: list[str]
    description: str
    is_active: bool
    include_internal: bool
    paused_reason: Literal["failing", "gone"] | None
    failing_since: Moment | None
    seq: int
    created_at: Moment
    updated_at: Moment


class ApiKeyPayload(Shape):
    """A key with which a program acts for a person, without its text."""

    id: UUID
    user_id: UUID
    name: str
    last_four: str
    scopes: list[str]
    expires_at: Moment | None
    last_used_at: Moment | None
    """To the minute."""
    created_at: Moment


class UserPayload(Shape):
    """A person with what administration needs to know."""

    id: UUID
    email: str
    first_name: str
    last_name: str
    name: str
    role: str
    roles: list[str]
    scopes: list[str]
    tenant_id: UUID | None
    enabled: bool
    is_active: bool
    email_confirmed: bool = False
    invited_at: Moment | None = None
    """When they were last invited, until they accept."""
    away_since: Moment | None = None
    """Since when no ticket is shared out to them."""
    created_at: Moment
    updated_at: Moment


class ExportPayload(Shape):
    """Somebody took something out of the hub as a file, or has it made. `query`: what they asked for.

    `rowsExpected` is null until they were counted; `problem` says why it has failed.
    """

    id: UUID
    user_id: UUID
    what: ExportKind
    format: ExportFormat
    query: dict[str, Any]
    status: ExportStatus
    rows_done: int
    rows_expected: int | None
    problem: ExportProblem | None
    filename: str
    file_size: int | None
    created_at: Moment
    started_at: Moment | None
    finished_at: Moment | None
    expires_at: Moment
