"""Looking at the tickets that are due: what the log says of them now, what is promised next, and what is late.

A ticket is looked at under its lock, from the log itself: an answer that no reader has come to yet is seen, and one
that is just being given is waited for. Clocks, the ticket's own columns, events and escalations commit together; a
worker that is killed leaves the ticket due, and what was told is not told again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import OperationalError, connection, transaction

from helpdesk.clock import now
from helpdesk.events import sla_events
from helpdesk.events.log import record
from helpdesk.people.queries import attach_people
from helpdesk.sla.actions.escalating import escalate, notified
from helpdesk.sla.actions.noting import WAKEUP
from helpdesk.sla.clocks import Clock, clocks
from helpdesk.sla.history import BREACHED, CHANGES, WARNED, Row, happenings, told_of
from helpdesk.sla.models import BORN, SlaClock, SlaPolicyVersion, SlaTicket
from helpdesk.sla.queries import (
    known_of,
    list_asked,
    list_conditions,
    list_kept_clocks,
    list_log,
    list_requesters_merged,
    match,
    next_due,
)
from helpdesk.sla.rules import (
    Told,
    is_named,
    is_to_be_breached,
    is_to_be_warned,
    next_look,
    numbered,
    standing_of,
    still_told,
)
from helpdesk.sla.versions import clock_terms, kept_terms
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import PEOPLE
from helpdesk.tickets.shapes import ticket_payload
from helpdesk.vocabulary import TicketStatus
from helpdesk.wakeups import settle
from helpdesk.work import current_work

AT_ONCE = 50
AGAIN_AFTER = timedelta(minutes=1)
"""A ticket that could not be looked at waits so long, and stops nobody."""
_KEPT = ("version_id", "began_at", "warn_at", "due_at", "ended_at", "warned_at", "breached_at")

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Look:
    """One ticket that is looked at, and what is known of it."""

    ticket: Ticket
    place: SlaTicket
    merged: Collection[UUID]
    """The requesters of tickets that are merged into it."""
    rows: Sequence[Row]
    kept: Sequence[SlaClock]
    asked: Sequence[SlaPolicyVersion]
    """The policies of now."""
    now: datetime


def review_due(*, limit: int = AT_ONCE) -> int:
    """Look at the next tickets that are due; says how many. Those that somebody has locked are left for later."""
    moment = now()
    ids = _take(moment, limit)
    if not ids:
        return 0
    tickets = list(Ticket.objects.filter(id__in=ids).select_related("team"))
    attach_people((tickets, PEOPLE))
    places = SlaTicket.objects.select_for_update(of=("self",)).select_related("version__policy").order_by("ticket_id")
    by_id = {place.ticket_id: place for place in places.filter(ticket_id__in=ids)}
    merged, rows, kept, asked = list_requesters_merged(ids), list_log(ids), list_kept_clocks(ids), list_asked()
    moment = now()
    for ticket in tickets:
        _look(Look(ticket, by_id[ticket.id], merged[ticket.id], rows[ticket.id], kept[ticket.id], asked, moment))
    return len(ids)


def rest() -> datetime | None:
    """Nothing more is due now; when something is again."""
    return settle(WAKEUP, next_due)


def forget_gone() -> int:
    """Remove what is due of tickets that are gone; says how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM sla_ticket s WHERE s.check_at <= %s AND NOT EXISTS (SELECT 1 FROM ticket t"
            " WHERE t.id = s.ticket_id)",
            [now()],
        )
        return int(cursor.rowcount)


def _take(moment: datetime, limit: int) -> list[UUID]:
    """Lock the tickets first, as everybody does, and wait for none of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.id FROM sla_ticket s JOIN ticket t ON t.id = s.ticket_id WHERE s.check_at <= %s"
            " ORDER BY s.check_at LIMIT %s FOR NO KEY UPDATE OF t SKIP LOCKED",
            [moment, limit],
        )
        return [id_ for (id_,) in cursor.fetchall()]


def _look(look: Look) -> None:
    recorded = current_work().recorded
    before = len(recorded)
    try:
        with transaction.atomic():
            _review(look)
    except OperationalError:
        raise
    except Exception:
        del recorded[before:]  # its rows are undone, so its events did not happen
        _log.exception("sla_not_reviewed", ticket=str(look.ticket.id))
        SlaTicket.objects.filter(ticket_id=look.ticket.id).update(check_at=look.now + AGAIN_AFTER)


def _review(look: Look) -> None:
    _match_anew(look)
    standing = _clocks_of(look)
    place, ticket = look.place, look.ticket
    told = [_tell(look, one) for one in standing]
    _keep_clocks(look, told)
    before = ticket_payload(ticket).sla
    _keep_on_ticket(ticket, place.version, told)
    payload = ticket_payload(ticket)
    said = [(one, now_) for one, now_ in zip(standing, told, strict=True) if one != now_]
    for was, one in said:
        _record(look, was, one)
    if not said and payload.sla != before:
        changes = {"sla": tuple(sla and sla.model_dump(mode="json", by_alias=True) for sla in (before, payload.sla))}
        record(None, sla_events.SlaChanged(ticket=payload, changes=changes))
    place.check_at = next_look(told, now=look.now)
    place.save()
    for was, one in said:
        if one.runs and place.version:
            escalate(ticket, kept_terms(place.version), on=_what(was, one), clock=one.clock.kind)


def _match_anew(look: Look) -> None:
    """Under which version the ticket is from now on. What is done stays what it was."""
    place, ticket = look.place, look.ticket
    if not TicketStatus(ticket.status).is_active:
        return
    is_new = place.matched_seq == BORN
    if is_new or place.matched_seq is None or _is_another(look, place.matched_seq):
        version = match(ticket, look.asked)
        if version != place.version:
            place.version, place.matched_at = version, ticket.created_at if is_new else look.now
    place.matched_seq = max([row.seq for row in look.rows], default=0)


def _is_another(look: Look, seq: int) -> bool:
    """Has a field changed since that conditions name, those of now or those that it is under?"""
    conditions = list_conditions([*look.asked, *([look.place.version] if look.place.version else [])])
    return any(
        is_named(field, pair[0], pair[1], conditions)
        for row in look.rows
        if row.seq > seq and row.type in CHANGES
        for field, pair in row.changes.items()
    )


def _clocks_of(look: Look) -> list[Told]:
    """What log and version make; and what of it was told."""
    version = look.place.version
    if version is None:
        return []
    history = happenings(look.rows, known_of(look.ticket, look.merged))
    warned, breached = told_of(look.rows, WARNED), told_of(look.rows, BREACHED)
    kept = {(row.kind, row.began_at): row for row in look.kept}
    found = []
    for clock, nth in numbered(clocks(history, clock_terms(version), now=look.now)):
        key, row = (clock.kind, clock.began_at), kept.get((clock.kind.value, clock.began_at))
        warnings = [*warned.get(key, ()), *([row.warned_at] if row and row.warned_at else ())]
        breaches = [*breached.get(key, ()), *([row.breached_at] if row and row.breached_at else ())]
        found.append(
            Told(
                clock,
                nth,
                still_told(warnings, since=clock.warn_at),
                still_told(breaches, since=clock.due_at) if clock.is_breached(look.now) else None,
            )
        )
    return found


def _tell(look: Look, one: Told) -> Told:
    """The clock as it is once everybody knows."""
    matched_at = look.place.matched_at or look.now
    if is_to_be_breached(one, matched_at=matched_at, now=look.now):
        return Told(one.clock, one.nth, one.warned_at, look.now)
    if is_to_be_warned(one, now=look.now):
        return Told(one.clock, one.nth, look.now, one.breached_at)
    return one


def _what(was: Told, one: Told) -> str:
    return "breach" if one.breached_at != was.breached_at else "warning"


def _record(look: Look, was: Told, one: Told) -> None:
    version, on = look.place.version, _what(was, one)
    if version is None or one.clock.due_at is None:
        return
    event = sla_events.SlaBreached if on == "breach" else sla_events.SlaWarned
    record(
        None,
        event(
            ticket=ticket_payload(look.ticket),
            policy_id=version.policy_id,
            policy=version.policy.name,
            version=version.number,
            clock=one.clock.kind,
            began_at=one.clock.began_at,
            due_at=one.clock.due_at,
            told_at=look.now,
            notify=notified(look.ticket, kept_terms(version), on=on, clock=one.clock.kind) if one.runs else [],
        ),
    )


def _keep_clocks(look: Look, told: Sequence[Told]) -> None:
    """The rows are what log and version make: what is there already stays as it is."""
    version_id = look.place.version.id if look.place.version else None
    kept = {(row.kind, row.nth): row for row in look.kept}
    wanted = {(one.clock.kind.value, one.nth): one for one in told}
    if gone := [row.id for key, row in kept.items() if key not in wanted]:
        SlaClock.objects.filter(id__in=gone).delete()
    new, changed = list[SlaClock](), list[SlaClock]()
    for key, one in wanted.items():
        row = kept.get(key) or SlaClock(ticket_id=look.ticket.id, kind=key[0], nth=key[1])
        values = _values(one.clock, one, version_id)
        if key not in kept or any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            (changed if key in kept else new).append(row)
    SlaClock.objects.bulk_create(new)
    if changed:
        SlaClock.objects.bulk_update(changed, _KEPT)


def _values(clock: Clock, one: Told, version_id: UUID | None) -> dict[str, UUID | datetime | None]:
    moments = (clock.began_at, clock.warn_at, clock.due_at, clock.ended_at, one.warned_at, one.breached_at)
    return dict(zip(_KEPT, (version_id, *moments), strict=True))


def _keep_on_ticket(ticket: Ticket, version: SlaPolicyVersion | None, told: Sequence[Told]) -> None:
    """What lists and live views show and sort by."""
    standing = standing_of(told) if version else None
    values = {
        "sla_policy_id": version.policy_id if version else None,
        "sla_state": standing.state.value if standing else "",
        "sla_clock": standing.clock.value if standing and standing.clock else "",
        "sla_due_at": standing.due_at if standing else None,
    }
    if any(getattr(ticket, name) != value for name, value in values.items()):
        for name, value in values.items():
            setattr(ticket, name, value)
        Ticket.objects.filter(id=ticket.id).update(**values)
