"""What a policy has done where a clock is warned of or breached: by the hub, as anybody would do it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import structlog

from helpdesk.errors import HelpdeskError
from helpdesk.people.models import Person
from helpdesk.sla.rules import VersionTerms, escalations_for
from helpdesk.teams.queries import list_member_ids
from helpdesk.tickets.actions import apply_change, save_ticket
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.named import Named
from helpdesk.vocabulary import ClockKind

_log = structlog.get_logger(__name__)


def notified(ticket: Ticket, kept: VersionTerms, *, on: str, clock: ClockKind) -> list[UUID]:
    """Whom the policy tells of it, each once. Who is not there any more is not told (notifications see to that)."""
    found: list[UUID] = []
    for one in escalations_for(kept, on, clock):
        if one.notify_assignee and ticket.assigned_to_id:
            found.append(ticket.assigned_to_id)
        if one.notify_team and ticket.team_id:
            found += list_member_ids(ticket.team_id)
        found += one.notify_ids
    staff = set(Person.objects.filter(id__in=found, is_active=True).values_list("id", "role"))
    let = {id_ for id_, role in staff if Person(role=role).is_staff}
    return [id_ for id_ in dict.fromkeys(found) if id_ in let]


def escalate(ticket: Ticket, kept: VersionTerms, *, on: str, clock: ClockKind) -> None:
    """Assign the ticket and raise its priority, where the policy says so. Whoever cannot have it does not get it."""
    for one in escalations_for(kept, on, clock):
        fields: dict[str, Any] = {}
        if one.priority and one.priority.rank > ticket.priority:
            fields["priority"] = one.priority
        if one.assign_to_id:
            fields["assigned_to_id"] = one.assign_to_id
        for name, value in fields.items():
            _change(ticket, {name: value})


def _change(ticket: Ticket, fields: dict[str, Any]) -> None:
    try:
        if apply_change(None, ticket, fields=fields, named=Named()) is not None:
            save_ticket(ticket)
    except HelpdeskError as refused:
        # It was somebody active when the policy was made.
        _log.warning("sla_not_escalated", ticket=str(ticket.id), reason=refused.message)
