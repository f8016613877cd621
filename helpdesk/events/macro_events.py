"""The events of macros and ticket templates: told to those who may see them, as views are."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from helpdesk.events.payloads import Changes
from helpdesk.shapes import Moment, Shape
from helpdesk.vocabulary import ViewVisibility


class MacroComment(Shape):
    """What a macro says; `content` holds placeholders."""

    content: str
    is_internal: bool


class _SharedPayload(Shape):
    id: UUID
    name: str
    description: str
    visibility: ViewVisibility
    team_id: UUID | None
    """Of the team whose it is."""
    owner_id: UUID | None
    is_archived: bool
    usage_count: int
    last_used_at: Moment | None
    version: int
    created_at: Moment
    updated_at: Moment


class MacroPayload(_SharedPayload):
    """A prepared reply or note, and what is done with it. `set` holds fields of the ticket, `me` is
    whoever applies it.
    """

    comment: MacroComment | None
    set_: dict[str, Any] = Field(alias="set")
    add_tags: list[str]
    remove_tags: list[str]


class TicketTemplatePayload(_SharedPayload):
    """What a new ticket begins with. `ticket` holds its fields; `me` is whoever opens it."""

    ticket: dict[str, Any]


class MacroCreated(Shape):
    """Told to those who may see it from now on, who could not before."""

    type: Literal["macro.created"] = "macro.created"
    macro: MacroPayload
    people: list[UUID]
    """Its owner, and the members of its team."""


class MacroUpdated(Shape):
    type: Literal["macro.updated"] = "macro.updated"
    macro: MacroPayload
    people: list[UUID]
    changes: Changes


class MacroDeleted(Shape):
    """Told to those who could see it: it is gone, or not theirs to see any more."""

    type: Literal["macro.deleted"] = "macro.deleted"
    macro_id: UUID
    name: str
    visibility: ViewVisibility
    people: list[UUID]


class TicketTemplateCreated(Shape):
    """Told to those who may see it from now on, who could not before."""

    type: Literal["ticket_template.created"] = "ticket_template.created"
    ticket_template: TicketTemplatePayload
    people: list[UUID]


class TicketTemplateUpdated(Shape):
    type: Literal["ticket_template.updated"] = "ticket_template.updated"
    ticket_template: TicketTemplatePayload
    people: list[UUID]
    changes: Changes


class TicketTemplateDeleted(Shape):
    """Told to those who could see it: it is gone, or not theirs to see any more."""

    type: Literal["ticket_template.deleted"] = "ticket_template.deleted"
    ticket_template_id: UUID
    name: str
    visibility: ViewVisibility
    people: list[UUID]


MacroEvent = (
    MacroCreated | MacroUpdated | MacroDeleted | TicketTemplateCreated | TicketTemplateUpdated | TicketTemplateDeleted
)
