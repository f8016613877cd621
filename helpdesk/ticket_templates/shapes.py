"""A template as its payload."""

from __future__ import annotations

from typing import Any

from helpdesk.events import macro_events
from helpdesk.events.macro_events import TicketTemplatePayload
from helpdesk.sharing.queries import list_named
from helpdesk.ticket_templates.models import TicketTemplate
from helpdesk.vocabulary import ViewVisibility


def template_payload(template: TicketTemplate) -> TicketTemplatePayload:
    """The row's columns as the API names them."""
    return TicketTemplatePayload(
        id=template.id,
        name=template.name,
        description=template.description,
        visibility=ViewVisibility(template.visibility),
        team_id=template.team_id,
        owner_id=template.owner_id,
        is_archived=template.is_archived,
        usage_count=template.usage_count,
        last_used_at=template.last_used_at,
        version=template.version,
        created_at=template.created_at,
        updated_at=template.updated_at,
        ticket=template.ticket,
    )


class TemplateTelling:
    """The events of ticket templates."""

    def created(self, thing: TicketTemplate) -> macro_events.TicketTemplateCreated:
        return macro_events.TicketTemplateCreated(ticket_template=template_payload(thing), people=list_named(thing))

    def updated(self, thing: TicketTemplate, changes: dict[str, tuple[Any, Any]]) -> macro_events.TicketTemplateUpdated:
        return macro_events.TicketTemplateUpdated(
            ticket_template=template_payload(thing), people=list_named(thing), changes=changes
        )

    def deleted(self, thing: TicketTemplate) -> macro_events.TicketTemplateDeleted:
        visibility = ViewVisibility(thing.visibility)
        return macro_events.TicketTemplateDeleted(
            ticket_template_id=thing.id, name=thing.name, visibility=visibility, people=list_named(thing)
        )

    def shape(self, thing: TicketTemplate) -> dict[str, Any]:
        return template_payload(thing).model_dump(mode="json", by_alias=True)
