"""Tickets find their assignee: shared out to a team, or taken by whoever asks for the next one; and who is away.

A ticket is locked before the teams are, as everywhere, and it is assigned in the ordinary way: so one ticket never
goes to two.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from helpdesk.assignment.queries import list_candidates, list_sharing_teams, lock_first_waiting, lock_sharing_teams
from helpdesk.assignment.rules import choose
from helpdesk.clock import now
from helpdesk.errors import NotFound
from helpdesk.events.log import record
from helpdesk.events.payloads import TicketPayload
from helpdesk.events.people_events import UserAwayChanged
from helpdesk.events.queries import LogRow
from helpdesk.people.models import Person
from helpdesk.people.queries import lock_person
from helpdesk.people.shapes import person_payload
from helpdesk.permissions import require
from helpdesk.teams.models import Team
from helpdesk.teams.queries import list_teams_of
from helpdesk.tickets.actions import apply_change
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.named import Named
from helpdesk.tickets.shapes import ticket_payload
from helpdesk.vocabulary import AssignmentMode
from helpdesk.wakeups import settle, wake

WAKEUP = "assignments"
_COUNTS = ("ticket.", "team.", "user.")
"""Of these events some make a ticket wait, or somebody free."""


class NothingWaits(NotFound):
    """No ticket waits for you: of your teams, or of none."""

    reason = "nothing_waits"


def take_next(actor: Person) -> TicketPayload:
    """Assign oneself the first ticket that waits in one's teams, or in none. Raises NothingWaits."""
    require(actor, "takeNextTicket")
    ticket = lock_first_waiting(Q(team=None) | Q(team__in=list_teams_of(actor.id)))
    if ticket is None:
        raise NothingWaits
    return _give(actor, ticket, actor.id)


def share_out() -> bool:
    """Give one waiting ticket to whoever's turn it is. False: nothing waits, or nobody who is there has room."""
    for team in list_sharing_teams():
        if _whose_turn(team) is None:
            continue
        ticket = lock_first_waiting(Q(team=team))
        locked = lock_sharing_teams().get(team.id) if ticket else None
        person_id = _whose_turn(locked) if locked else None
        if ticket is None or locked is None or person_id is None:
            continue
        _give(None, ticket, person_id)
        locked.last_assigned_id = person_id
        locked.save(update_fields=["last_assigned_id"])
        return True
    return False


def wake_sharing(rows: Sequence[LogRow]) -> None:
    """A reader of the log: see to it that tickets are shared out, where by now one can be."""
    if any(row.type.startswith(_COUNTS) for row in rows) and (due := next_due()):
        wake(WAKEUP, due)


def rest() -> datetime | None:
    """Nothing more is shared out now; when something is to be again."""
    return settle(WAKEUP, next_due)


def next_due() -> datetime | None:
    """At once where a ticket waits and somebody has room for it; else None, until something happens."""
    can_go_on = any(_whose_turn(team) is not None for team in list_sharing_teams())
    return now() if can_go_on else None


def set_away(actor: Person, person_id: UUID, *, is_away: bool) -> Person:
    """Say that somebody is away, or back: oneself, or as an admin anybody. Who is away gets no ticket shared out."""
    require(actor, "setOwnAway" if actor.id == person_id else "setUserAway")
    person = lock_person(actor, person_id)
    if (person.away_since is not None) == is_away:
        return person
    person.away_since = now() if is_away else None
    person.save(update_fields=["away_since"])
    record(actor, UserAwayChanged(user=person_payload(person), away_since=person.away_since))
    return person


def _whose_turn(team: Team) -> UUID | None:
    mode = AssignmentMode(team.assignment)
    return choose(mode, list_candidates(team), last=team.last_assigned_id, capacity=team.capacity)


def _give(actor: Person | None, ticket: Ticket, person_id: UUID) -> TicketPayload:
    payload = apply_change(actor, ticket, fields={"assigned_to_id": person_id}, named=Named())
    ticket.save(force_update=True)
    return payload or ticket_payload(ticket)
