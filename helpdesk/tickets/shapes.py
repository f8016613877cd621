"""A ticket row as its payload: the one place where columns become the contract's fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpdesk.custom_fields.queries import hidden_keys
from helpdesk.events.payloads import SlaPayload, TicketPayload
from helpdesk.events.projection import for_viewer
from helpdesk.people.models import Person
from helpdesk.people.queries import viewer_of
from helpdesk.people.shapes import person_payload
from helpdesk.teams.shapes import team_reference
from helpdesk.tickets.models import Ticket
from helpdesk.vocabulary import ClockKind, SlaState, TicketStatus


def ticket_payload(ticket: Ticket, *, fields_before: Mapping[str, Any] | None = None) -> TicketPayload:
    """The agents' shape. Reads the related people and team, so select them with the row.

    `fields_before`: what stood in its custom fields, where that is told beside it.
    """
    assignee, team = ticket.assigned_to, ticket.team
    return TicketPayload(
        id=ticket.id,
        number=ticket.number,
        title=ticket.title,
        description=ticket.description,
        status=TicketStatus(ticket.status),
        priority=ticket.priority_word(),
        requester_id=ticket.requester_id,
        requester=person_payload(ticket.requester),
        created_by_id=ticket.created_by_id,
        created_by=person_payload(ticket.created_by),
        assigned_to_id=ticket.assigned_to_id,
        assigned_to=person_payload(assignee) if assignee else None,
        team_id=ticket.team_id,
        team=team_reference(team) if team else None,
        merged_into_id=ticket.merged_into_id,
        tags=ticket.tags,
        custom_fields=ticket.custom_fields,
        hidden_fields=hidden_keys(ticket.custom_fields, fields_before or {}),
        metadata=ticket.metadata,
        sla=sla_payload(ticket),
        version=ticket.version,
        last_activity_at=ticket.last_activity_at,
        created_at=ticket.created_at,
        updated_at=ticket.updated_at,
    )


def sla_payload(ticket: Ticket) -> SlaPayload | None:
    """What is promised next; None where it is under no policy."""
    if ticket.sla_policy_id is None:
        return None
    state = SlaState(ticket.sla_state)
    return SlaPayload(
        policy_id=ticket.sla_policy_id,
        clock=ClockKind(ticket.sla_clock) if ticket.sla_clock else None,
        due_at=ticket.sla_due_at,
        state=state,
        breached=state is SlaState.BREACHED,
    )


def ticket_for(person: Person, ticket: Ticket | TicketPayload) -> dict[str, Any]:
    """The ticket's JSON as this person gets it."""
    payload = ticket if isinstance(ticket, TicketPayload) else ticket_payload(ticket)
    return for_viewer(payload.model_dump(mode="json", by_alias=True), viewer_of(person))
