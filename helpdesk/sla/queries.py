"""Reading policies, and what the log says of tickets' promises."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import F, Min, QuerySet

from helpdesk.clock import now
from helpdesk.errors import NotFound
from helpdesk.events.sla_payloads import SlaConditions
from helpdesk.paging import Order, Page, PageQuery, paginate, read_number
from helpdesk.people.models import Person
from helpdesk.sla.history import CHANGES, READ, Known, Row
from helpdesk.sla.models import SlaClock, SlaPolicy, SlaPolicyVersion, SlaSweep, SlaTicket
from helpdesk.sla.rules import Matched, domain_of, holds
from helpdesk.sla.versions import kept_terms
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import get_ticket
from helpdesk.vocabulary import TicketStatus

IN_THEIR_ORDER = Order("position", F("position"), lambda policy: policy.position, read_number)
_AT = "coalesce((d.p ->> 'occurredAt')::timestamptz, e.recorded_at)"
_LOG = f"""
SELECT e.ticket, e.seq, e.type, e.actor, e.people, {_AT}, d.p #>> '{{data,ticket,status}}',
    (d.p -> 'changes') - '{{title,description,metadata}}'::text[], d.p #>> '{{data,clock}}',
    (d.p #>> '{{data,beganAt}}')::timestamptz, (d.p #>> '{{data,toldAt}}')::timestamptz
FROM event e CROSS JOIN LATERAL (
    -- Of what was said only who said it and who heard it counts; what happened elsewhere before ends in a text.
    SELECT CASE WHEN e.type = 'comment.added' AND right(e.payload, 2) <> '"}}' THEN NULL ELSE e.payload::jsonb END AS p
    OFFSET 0
) d
WHERE e.ticket = ANY(%s) AND e.type = ANY(%s) ORDER BY e.seq"""


class SlaPolicyNotFound(NotFound):
    """There is no such SLA policy."""


def policies() -> QuerySet[SlaPolicy]:
    """Those that were not deleted, in their order."""
    return SlaPolicy.objects.filter(deleted_at__isnull=True).order_by("position", "id")


def get_policy(policy_id: UUID, *, lock: bool = False) -> SlaPolicy:
    """The policy, or SlaPolicyNotFound. `lock`: nobody else changes it until the unit of work ends."""
    found = policies().filter(id=policy_id)
    policy = (found.select_for_update() if lock else found).first()
    if policy is None:
        raise SlaPolicyNotFound
    return policy


def list_policies(query: PageQuery) -> Page[SlaPolicy]:
    """One page, in the order in which they are asked."""
    return paginate(policies().order_by(), query, IN_THEIR_ORDER)


def get_version(policy: SlaPolicy) -> SlaPolicyVersion:
    """Its present version."""
    return policy.versions.get(number=policy.version)


def list_versions(given: Sequence[SlaPolicy]) -> dict[UUID, SlaPolicyVersion]:
    """The present version of each, by the policy's id."""
    found = SlaPolicyVersion.objects.filter(policy__in=list(given), number=F("policy__version"))
    return {version.policy_id: version for version in found}


def list_asked() -> list[SlaPolicyVersion]:
    """The present versions of the active policies, in their order: the first that holds is a ticket's."""
    active = list(policies().filter(is_active=True))
    versions = list_versions(active)
    return [versions[policy.id] for policy in active]


def has_versions() -> bool:
    """Was there ever a policy? Else nothing needs to be looked at."""
    return SlaPolicyVersion.objects.exists()


def match(ticket: Ticket, asked: Sequence[SlaPolicyVersion]) -> SlaPolicyVersion | None:
    """The first version whose conditions hold for the ticket as it is."""
    about = Matched(
        priority=ticket.priority_word(),
        tags=ticket.tags,
        team_id=ticket.team_id,
        domain=domain_of(ticket.requester.email),
        custom_fields=ticket.custom_fields,
    )
    return next((one for one in asked if holds(kept_terms(one).conditions, about)), None)


def list_conditions(asked: Sequence[SlaPolicyVersion]) -> list[SlaConditions]:
    return [kept_terms(one).conditions for one in asked]


def list_log(ticket_ids: Collection[UUID]) -> dict[UUID, list[Row]]:
    """What the log says of these tickets' promises, in its order."""
    found: dict[UUID, list[Row]] = {id_: [] for id_ in ticket_ids}
    with connection.cursor() as cursor:
        cursor.execute(_LOG, [list(ticket_ids), list(READ)])
        for ticket, seq, type_, actor, people, at, status, changes, clock, began_at, told_at in cursor.fetchall():
            found[ticket].append(
                Row(
                    seq=seq,
                    type=type_,
                    actor=actor,
                    people=people,
                    at=at,
                    status=status if type_ == "ticket.created" else None,
                    changes=_json(changes) if type_ in CHANGES else {},
                    clock=clock,
                    began_at=began_at,
                    told_at=told_at,
                )
            )
    return found


def known_of(ticket: Ticket, requesters: Collection[UUID]) -> Known:
    """What the ticket's own row says of its history; `requesters` of those that are merged into it."""
    status = TicketStatus(ticket.status)
    return Known(ticket.created_at, status, ticket.done_at, ticket.first_response_at, requesters)


def list_requesters_merged(ticket_ids: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """By ticket, the requesters of those that are merged into it."""
    found: dict[UUID, set[UUID]] = {id_: set() for id_ in ticket_ids}
    merged = Ticket.objects.filter(merged_into__in=list(ticket_ids))
    for into, requester in merged.values_list("merged_into_id", "requester_id"):
        found[into].add(requester)
    return found


def list_kept_clocks(ticket_ids: Collection[UUID]) -> dict[UUID, list[SlaClock]]:
    """The rows of these tickets' clocks, in the order of their numbers."""
    found: dict[UUID, list[SlaClock]] = {id_: [] for id_ in ticket_ids}
    for row in SlaClock.objects.filter(ticket_id__in=list(ticket_ids)).order_by("ticket_id", "kind", "nth"):
        found[row.ticket_id].append(row)
    return found


def get_place(person: Person, ticket_id: UUID) -> tuple[Ticket, SlaTicket | None]:
    """The ticket, or TicketNotFound where the person may not see it; and under which version it is."""
    ticket = get_ticket(person, ticket_id)
    return ticket, SlaTicket.objects.filter(ticket_id=ticket.id).select_related("version__policy").first()


def next_due() -> datetime | None:
    """When some ticket is to be looked at; now, where tickets are being put under other policies."""
    if SlaSweep.objects.exists():
        return now()
    due: datetime | None = SlaTicket.objects.aggregate(due=Min("check_at"))["due"]
    return due


def _json(value: Any) -> dict[str, Any]:
    """JSONB comes as text or as what it is, as the connection was told."""
    found: dict[str, Any] = orjson.loads(value) if isinstance(value, (str, bytes)) else value or {}
    return found
