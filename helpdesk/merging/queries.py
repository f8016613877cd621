"""Reading what was merged where."""

from __future__ import annotations

from uuid import UUID

from helpdesk.merging.rules import UNDONE_WITHIN
from helpdesk.merging.schemas import Merge, TicketMerges
from helpdesk.moves.models import TicketMove
from helpdesk.moves.queries import get_living_merge, list_living_merges
from helpdesk.people.models import Person
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import tickets_visible_to


def get_merges(person: Person, ticket: Ticket) -> TicketMerges:
    """As far as the person may see the other tickets."""
    into = get_living_merge(ticket.id) if ticket.merged_into_id else None
    merged = list_living_merges(ticket.id)
    ids = [move.source_id for move in merged] + ([into.target_id] if into else [])
    others = tickets_visible_to(person).select_related(None)
    numbers = dict(others.filter(id__in=ids).values_list("id", "number")) if ids else {}
    return TicketMerges(
        into=_merge(into, into.target_id, numbers) if into else None,
        merged=[one for move in merged if (one := _merge(move, move.source_id, numbers))],
    )


def _merge(move: TicketMove, other_id: UUID, numbers: dict[UUID, int]) -> Merge | None:
    if other_id not in numbers:
        return None
    until = move.created_at + UNDONE_WITHIN
    return Merge(id=other_id, number=numbers[other_id], merged_at=move.created_at, undone_until=until)
