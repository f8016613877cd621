"""`GET /tickets/{id}/sla`: clocks, made anew from the log, with all their steps."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from helpdesk.clock import now
from helpdesk.people.models import Person
from helpdesk.sla.clocks import Clock, clocks, open_time
from helpdesk.sla.history import happenings
from helpdesk.sla.models import SlaPolicyVersion
from helpdesk.sla.queries import get_place, known_of, list_log, list_requesters_merged
from helpdesk.sla.schemas import SlaClockShape, SlaPolicyReference, SlaStep, TicketSla
from helpdesk.sla.telling import state_of, told
from helpdesk.sla.versions import clock_terms
from helpdesk.tickets.shapes import sla_payload

MOST_STEPS = 500


def explain(person: Person, ticket_id: UUID) -> TicketSla:
    """What is promised on a ticket, step by step. Raises TicketNotFound where the person may not see it."""
    ticket, place = get_place(person, ticket_id)
    version = place.version if place else None
    if version is None:
        return TicketSla(ticket_id=ticket.id, sla=sla_payload(ticket), policy=None, clocks=[])
    moment, terms = now(), clock_terms(version)
    known = known_of(ticket, list_requesters_merged([ticket.id])[ticket.id])
    history = happenings(list_log([ticket.id])[ticket.id], known)
    return TicketSla(
        ticket_id=ticket.id,
        sla=sla_payload(ticket),
        policy=_reference(version, terms.hours.zone),
        clocks=[_shape(clock, terms.hours.zone, moment) for clock in clocks(history, terms, now=moment)],
    )


def _reference(version: SlaPolicyVersion, zone: ZoneInfo) -> SlaPolicyReference:
    policy = version.policy
    return SlaPolicyReference(
        id=policy.id,
        name=policy.name,
        version=version.number,
        zone=str(zone),
        is_current=policy.version == version.number and policy.deleted_at is None,
    )


def _shape(clock: Clock, zone: ZoneInfo, moment: datetime) -> SlaClockShape:
    counted = open_time(clock.steps)
    return SlaClockShape(
        clock=clock.kind,
        state=state_of(clock, moment),
        target_minutes=int(clock.target.total_seconds() // 60),
        began_at=clock.began_at,
        warn_at=clock.warn_at,
        due_at=clock.due_at,
        ended_at=clock.ended_at,
        counted_seconds=counted.total_seconds(),
        left_seconds=(clock.target - counted).total_seconds(),
        steps=[
            SlaStep(
                kind=step.kind,
                begin=step.begin,
                end=step.end,
                seconds=(step.end - step.begin).total_seconds(),
                text=told(step, zone),
            )
            for step in clock.steps[-MOST_STEPS:]
        ],
        steps_left_out=max(0, len(clock.steps) - MOST_STEPS),
    )
