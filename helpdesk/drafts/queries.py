"""Reading drafts, always from `drafts_visible_to`: one's own, and nobody else's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, QuerySet

from helpdesk.drafts.models import Draft
from helpdesk.drafts.schemas import DraftPayload
from helpdesk.errors import NotFound
from helpdesk.events.queries import count_replies_added_after
from helpdesk.paging import Order, Page, PageQuery, paginate, read_moment
from helpdesk.people.models import Person
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import get_bare_ticket
from helpdesk.vocabulary import DraftKind

NEWEST_FIRST = Order("updatedAt", F("updated_at"), lambda draft: draft.updated_at, read_moment, descending=True)


class DraftNotFound(NotFound):
    """There is no such draft of yours."""


def drafts_visible_to(person: Person) -> QuerySet[Draft]:
    """One's own. For requesters: of replies, on tickets that are still theirs; what is not shown is not lost."""
    own = Draft.objects.filter(person_id=person.id)
    if person.is_staff:
        return own
    return own.filter(kind=DraftKind.REPLY.value, ticket__requester_id=person.id)


def list_drafts(person: Person, query: PageQuery) -> Page[Draft]:
    """One page, the one that was changed last first."""
    return paginate(drafts_visible_to(person), query, NEWEST_FIRST)


def list_ticket_drafts(person: Person, ticket_id: UUID) -> list[Draft]:
    """At most one of each kind, or TicketNotFound."""
    ticket = get_bare_ticket(person, ticket_id)
    return list(drafts_visible_to(person).filter(ticket=ticket).order_by("kind"))


def hold_ticket(person: Person, ticket_id: UUID) -> Ticket:
    """The ticket, or TicketNotFound. It is not deleted before the unit of work ends; others may still change it.

    Whoever locks a ticket and a draft takes the ticket first, so nobody waits in a circle.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM ticket WHERE id = %s FOR KEY SHARE", [ticket_id])
    return get_bare_ticket(person, ticket_id)


def lock_draft(person: Person, ticket_id: UUID, kind: DraftKind) -> Draft | None:
    """The draft, locked until the unit of work ends; None where there is none."""
    found = drafts_visible_to(person).filter(ticket_id=ticket_id, kind=kind.value)
    return found.select_for_update(of=("self",)).first()


def lock_own_draft(person: Person, draft_id: UUID) -> Draft | None:
    """As `lock_draft`, by its id. Somebody else's is none."""
    return drafts_visible_to(person).filter(id=draft_id).select_for_update(of=("self",)).first()


def shapes_for(person: Person, drafts: Sequence[Draft]) -> list[dict[str, Any]]:
    """Their JSON, with how many replies of others came after what their writer had seen, where they said it."""
    told = [(draft, draft.seen_seq) for draft in drafts if draft.seen_seq is not None]
    counts = count_replies_added_after([(draft.ticket_id, seq) for draft, seq in told], not_by=person.id)
    unseen = {draft.id: count for (draft, _), count in zip(told, counts, strict=True)}
    return [_shape(draft, unseen.get(draft.id)) for draft in drafts]


def shape_for(person: Person, draft: Draft) -> dict[str, Any]:
    """Of one."""
    return shapes_for(person, [draft])[0]


def _shape(draft: Draft, unseen: int | None) -> dict[str, Any]:
    payload = DraftPayload(
        id=draft.id,
        ticket_id=draft.ticket_id,
        kind=DraftKind(draft.kind),
        content=draft.content,
        seen_seq=draft.seen_seq,
        unseen_replies=unseen,
        version=draft.version,
        created_at=draft.created_at,
        updated_at=draft.updated_at,
    )
    return payload.model_dump(mode="json", by_alias=True)
