"""The facts that analytics reads off tickets, made from what else is known: for tickets that no action of ours made.

Of tickets that were there before the facts were kept, and of imported ones. What the actions keep is exact; here a
reply that was deleted is not known any more, an author counts by the role they have now, and a ticket that is done and
whose log tells nothing of it was done when it was last changed.
"""

from __future__ import annotations

from helpdesk.vocabulary import Role, TicketStatus


def _listed(words: list[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


_STAFF = _listed([role.value for role in Role if role.is_staff])
_DONE = _listed([status.value for status in TicketStatus if not status.is_active])


def _deriving(which: str) -> str:
    return f"""
WITH picked AS (
    SELECT id, requester_id, status, updated_at FROM ticket WHERE {which}
), answered AS (
    SELECT c.ticket_id, min(c.created_at) AS at
    FROM comment c JOIN person p ON p.id = c.author_id JOIN picked t ON t.id = c.ticket_id
    WHERE NOT c.is_internal AND p.role IN ({_STAFF}) AND c.author_id <> t.requester_id
    GROUP BY 1
), told AS (
    SELECT e.ticket, e.type, e.payload::jsonb AS payload
    FROM event e JOIN picked t ON t.id = e.ticket
    WHERE e.type IN ('ticket.created', 'ticket.status_changed', 'ticket.closed')
), moved AS (
    SELECT ticket,
        (CASE type WHEN 'ticket.created' THEN payload #>> '{{data,ticket,createdAt}}'
            ELSE payload #>> '{{data,ticket,updatedAt}}' END)::timestamptz AS at,
        coalesce(payload #>> '{{changes,status,0}}' IN ({_DONE}), false) AS was_done,
        coalesce(payload #>> '{{changes,status,1}}', payload #>> '{{data,ticket,status}}') IN ({_DONE}) AS is_done
    FROM told
), turned AS (
    SELECT ticket, max(at) FILTER (WHERE is_done AND NOT was_done) AS done_at,
        count(*) FILTER (WHERE was_done AND NOT is_done) AS reopened_count
    FROM moved GROUP BY 1
), facts AS (
    SELECT t.id, answered.at AS first_response_at,
        CASE WHEN t.status IN ({_DONE}) THEN coalesce(turned.done_at, t.updated_at) END AS done_at,
        coalesce(turned.reopened_count, 0) AS reopened_count
    FROM picked t LEFT JOIN answered ON answered.ticket_id = t.id LEFT JOIN turned ON turned.ticket = t.id
)
UPDATE ticket SET
    first_response_at = facts.first_response_at, done_at = facts.done_at, reopened_count = facts.reopened_count
FROM facts
WHERE facts.id = ticket.id
    AND (ticket.first_response_at, ticket.done_at, ticket.reopened_count)
        IS DISTINCT FROM (facts.first_response_at, facts.done_at, facts.reopened_count)"""


DERIVE_ALL = _deriving("true")
"""For every ticket of the tenant."""
DERIVE_THESE = _deriving("id = ANY(%s)")
"""For the tickets with these ids."""
