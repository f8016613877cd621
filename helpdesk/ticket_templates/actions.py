"""What is done to ticket templates, and opening a ticket from one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from helpdesk.custom_fields.queries import known_fields
from helpdesk.custom_fields.rules import patched
from helpdesk.errors import ValidationFailed
from helpdesk.events.payloads import TicketPayload
from helpdesk.people.models import Person
from helpdesk.permissions import require
from helpdesk.sharing.actions import Keeper
from helpdesk.sharing.queries import get_shared
from helpdesk.ticket_templates.models import TicketTemplate
from helpdesk.ticket_templates.schemas import TicketOfTemplate
from helpdesk.ticket_templates.shapes import TemplateTelling
from helpdesk.tickets.actions import create_ticket

TEMPLATES = Keeper(TicketTemplate, TemplateTelling())


def create_template(actor: Person, *, fields: Mapping[str, Any]) -> TicketTemplate:
    """A new template of the actor. `fields` by Python name, with every field there is."""
    require(actor, "createTicketTemplate")
    return TEMPLATES.create(actor, _columns_of(fields))


def change_template(
    actor: Person, template_id: UUID, *, fields: Mapping[str, Any], if_match: str | None = None
) -> TicketTemplate:
    """Set the given fields."""
    require(actor, "updateTicketTemplate")
    return TEMPLATES.change(actor, template_id, _columns_of(fields), if_match=if_match)


def delete_template(actor: Person, template_id: UUID, *, if_match: str | None = None) -> None:
    """Take it away. Tickets that were opened from it stay as they are."""
    require(actor, "deleteTicketTemplate")
    TEMPLATES.delete(actor, template_id, if_match=if_match)


def open_from_template(actor: Person, template_id: UUID, *, fields: Mapping[str, Any]) -> TicketPayload:
    """A new ticket with the template's fields, and instead of them with those that are given."""
    require(actor, "openFromTemplate")
    template = get_shared(TicketTemplate, actor, template_id)
    begun = TicketOfTemplate.model_validate(template.ticket).given()
    if begun.get("assigned_to_id") == "me":
        begun["assigned_to_id"] = actor.id
    wanted = begun | dict(fields)
    wanted["custom_fields"] = patched(begun.get("custom_fields", {}), fields.get("custom_fields", {}))
    if not wanted.get("title"):
        raise ValidationFailed.of("title", "Give a title: the template has none.", "missing")
    ticket = create_ticket(actor, fields=wanted)
    TEMPLATES.use(template)
    return ticket


def _columns_of(fields: Mapping[str, Any]) -> dict[str, Any]:
    columns = dict(fields)
    if "visibility" in columns:
        columns["visibility"] = columns["visibility"].value
    if "ticket" in columns:
        columns["ticket"] = columns["ticket"].model_dump(mode="json", by_alias=True, exclude_unset=True)
        given = columns["ticket"].get("customFields", {})
        known_fields().after({}, given, is_staff=True, within="ticket.customFields")
    return columns
