"""Many tickets in one transaction: each changes as it would alone, with its own events; the log is written once, last.

Tickets are locked in the order of their ids before anything else is, so two bulk changes, and single ones among
them, wait for each other and never in a circle.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Literal
from uuid import UUID

from helpdesk.bulk.rules import (
    MOST_TICKETS,
    TooManyTickets,
    changed_fields,
    require_conditions,
    require_one_way_to_pick,
    require_something_to_do,
    require_version,
)
from helpdesk.bulk.schemas import BulkAnswer, BulkChange, BulkMeta, BulkResult, Refusal
from helpdesk.comments.actions import comment_on
from helpdesk.errors import HelpdeskError, ValidationFailed
from helpdesk.macros.actions import MACROS
from helpdesk.people.models import Person
from helpdesk.permissions import require
from helpdesk.teams.actions import delete_team
from helpdesk.teams.queries import get_team, lock_teams
from helpdesk.ticket_templates.actions import TEMPLATES
from helpdesk.ticket_views.actions import take_views_from_team
from helpdesk.ticket_views.queries import filter_of, get_view
from helpdesk.tickets.actions import apply_change, delete_locked_tickets, save_tickets
from helpdesk.tickets.filter import TicketFilter
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.named import Named
from helpdesk.tickets.queries import count_tickets, list_ticket_ids, lock_tickets
from helpdesk.tickets.rules import tags_after


def change_tickets(actor: Person, change: BulkChange) -> BulkAnswer:
    """Do the same to many tickets. What is wrong with the request changes nothing; a ticket is refused by itself."""
    require(actor, "bulkTickets")
    ways = {"ids": change.ids is not None, "filter": change.filter is not None, "viewId": change.view_id is not None}
    require_one_way_to_pick(ways)
    require_something_to_do(changes=change.changes, deletes=change.delete)
    if change.delete:
        require(actor, "deleteTicket")
    if change.comment:
        require(actor, "addTicketComment")
    wanted, tickets = _pick(actor, change)
    named = Named(within="set.")
    _require_known(named, change.fields)
    results = [
        _result(actor, tickets[id_], change, named)
        if id_ in tickets
        else BulkResult(id=id_, number=None, status="not_found", version=None, error=None)
        for id_ in wanted
    ]
    counted = Counter(result.status for result in results)
    changed = [tickets[one.id] for one in results if one.status == "changed"]
    if change.delete:
        delete_locked_tickets(actor, changed)
    else:
        save_tickets(changed)
    meta = BulkMeta(**{name: counted[name] for name in ("changed", "unchanged", "refused", "not_found")})
    return BulkAnswer(data=results, meta=meta)


def delete_team_with(actor: Person, team_id: UUID, *, move_to: UUID | Literal["none"] | None) -> None:
    """Delete a team; its tickets, at most 1,000, go to another or to none, each with its event."""
    require(actor, "deleteTeam")
    team = get_team(team_id)
    if move_to is not None:
        require(actor, "bulkTickets")
        _move_tickets(actor, team.id, to=None if move_to == "none" else move_to)
    lock_teams([team.id])  # so that no view comes to it any more
    take_views_from_team(actor, team.id)
    MACROS.take_from_team(actor, team.id)
    TEMPLATES.take_from_team(actor, team.id)
    delete_team(actor, team.id)


def _move_tickets(actor: Person, team_id: UUID, *, to: UUID | None) -> None:
    if to == team_id:
        raise ValidationFailed.of("moveTo", "Name another team, or none.", "same_team")
    where, named = TicketFilter(team_id=team_id), Named(team_field="moveTo")
    tickets = lock_tickets(actor, _ids_by(actor, where), where)
    lock_teams([id_ for id_ in (team_id, to) if id_])
    if to:
        named.team(to)
    for ticket in tickets.values():
        apply_change(actor, ticket, fields={"team_id": to}, named=named)
    save_tickets(tickets.values())


def _pick(actor: Person, change: BulkChange) -> tuple[list[UUID], dict[UUID, Ticket]]:
    """The ids to answer for, in their order, and those of them that are there, locked."""
    if change.ids is not None:
        return list(dict.fromkeys(change.ids)), lock_tickets(actor, change.ids)
    if change.view_id is not None:
        where = filter_of(get_view(actor, change.view_id))
    else:
        where = change.filter or TicketFilter()
        require_conditions({name: getattr(where, name) for name in where.model_fields_set})
    tickets = lock_tickets(actor, _ids_by(actor, where), where)
    return list(tickets), tickets


def _ids_by(actor: Person, where: TicketFilter) -> list[UUID]:
    ids = list_ticket_ids(actor, where, limit=MOST_TICKETS + 1)
    if len(ids) > MOST_TICKETS:
        count, is_capped = count_tickets(actor, where)
        raise TooManyTickets(data={"count": count, "isCapped": is_capped})
    return ids


def _require_known(named: Named, fields: dict[str, Any]) -> None:
    """Once, before any ticket: so a body that names somebody unknown changes nothing."""
    if assignee := fields.get("assigned_to_id"):
        named.assignee(assignee)
    if team := fields.get("team_id"):
        named.team(team)


def _result(actor: Person, ticket: Ticket, change: BulkChange, named: Named) -> BulkResult:
    before, id_, error = ticket.version, ticket.id, None
    try:
        is_changed = _change_one(actor, ticket, change, named)
    except HelpdeskError as refused:
        details = [detail.shape() for detail in refused.details]
        error = Refusal(code=refused.code, message=refused.message, details=details)
        is_changed = False
    status: Literal["changed", "unchanged", "refused"] = (
        "refused" if error else "changed" if is_changed or ticket.version != before else "unchanged"
    )
    is_gone = change.delete and not error
    return BulkResult(
        id=id_, number=ticket.number, status=status, version=None if is_gone else ticket.version, error=error
    )


def _change_one(actor: Person, ticket: Ticket, change: BulkChange, named: Named) -> bool:
    """Refuses before it writes anything. True: something was done beside the ticket's own fields."""
    require_version(change.versions.get(ticket.id), ticket.version)
    if change.delete:
        return True  # it goes with the others, at the end
    tags = tags_after(ticket.tags, add=change.add_tags, remove=change.remove_tags)
    if change.comment:
        comment_on(actor, ticket, content=change.comment.content, is_internal=change.comment.is_internal)
    fields = changed_fields(change.fields, ticket.tags, tags)
    apply_change(actor, ticket, fields=fields, named=named)
    return change.comment is not None
