"""What the endpoints of ticket templates take and give."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from helpdesk.events.macro_events import TicketTemplatePayload
from helpdesk.paging import PageMeta
from helpdesk.shapes import Input, Shape
from helpdesk.sharing.schemas import ChangeShared, CreateShared, Me
from helpdesk.tickets.filter import AnyPriority, AnyStatus
from helpdesk.tickets.schemas import Description, SmallObject, Tags, Title
from helpdesk.vocabulary import TicketPriority, TicketStatus


class TicketOfTemplate(Input):
    """The fields of new tickets; `me` is whoever opens one."""

    title: Title = ""
    description: Description = ""
    status: AnyStatus = TicketStatus.OPEN
    priority: AnyPriority = TicketPriority.MEDIUM
    assigned_to_id: UUID | Me | None = None
    team_id: UUID | None = None
    tags: Tags = Field(default_factory=list)
    custom_fields: SmallObject = Field(default_factory=dict)


class CreateTicketTemplate(CreateShared):
    """A new template."""

    ticket: TicketOfTemplate


class ChangeTicketTemplate(ChangeShared):
    """The fields to change; those left out stay. `ticket` is replaced whole."""

    ticket: TicketOfTemplate = Field(default_factory=TicketOfTemplate)


class TicketTemplateList(Shape):
    data: list[TicketTemplatePayload]
    meta: PageMeta


class OpenFromTemplate(Input):
    """What the new ticket has instead of the template's own; of `customFields` those that it names."""

    title: Title = ""
    description: Description = ""
    status: AnyStatus = TicketStatus.OPEN
    priority: AnyPriority = TicketPriority.MEDIUM
    requester_id: UUID | None = None
    assigned_to_id: UUID | None = None
    team_id: UUID | None = None
    tags: Tags = Field(default_factory=list)
    custom_fields: SmallObject = Field(default_factory=dict)
    metadata: SmallObject = Field(default_factory=dict)
