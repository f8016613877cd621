"""The events of service levels: of a ticket's promises, which are the staff's to see, and of the policies."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from helpdesk.events.payloads import Changes, TicketPayload
from helpdesk.events.sla_payloads import SlaPolicyPayload
from helpdesk.shapes import Moment, Shape
from helpdesk.vocabulary import ClockKind


class SlaChanged(Shape):
    """What is promised next on a ticket is something else now: `changes.sla` holds both."""

    type: Literal["sla.changed"] = "sla.changed"
    ticket: TicketPayload
    changes: Changes


class _SlaMoment(Shape):
    ticket: TicketPayload
    policy_id: UUID
    policy: str
    """Its name."""
    version: int
    clock: ClockKind
    began_at: Moment
    due_at: Moment
    told_at: Moment
    notify: list[UUID]
    """Whom the policy has told of it."""


class SlaWarned(_SlaMoment):
    """Soon it is late: once a clock."""

    type: Literal["sla.warned"] = "sla.warned"


class SlaBreached(_SlaMoment):
    """It is late: once a clock."""

    type: Literal["sla.breached"] = "sla.breached"


class SlaPolicyCreated(Shape):
    type: Literal["sla_policy.created"] = "sla_policy.created"
    policy: SlaPolicyPayload


class SlaPolicyUpdated(Shape):
    """What changed beside name, place and activity is in a new version."""

    type: Literal["sla_policy.updated"] = "sla_policy.updated"
    policy: SlaPolicyPayload
    changes: Changes


class SlaPolicyDeleted(Shape):
    """No ticket comes under it any more; those that are stay, until they match anew."""

    type: Literal["sla_policy.deleted"] = "sla_policy.deleted"
    policy_id: UUID
    name: str


class SlaPoliciesApplied(Shape):
    """Somebody has every active ticket match anew, under the policies of now."""

    type: Literal["sla_policy.applied"] = "sla_policy.applied"
    count: int
    """How many tickets; at most 10,000 are counted."""


SlaEvent = SlaChanged | SlaWarned | SlaBreached
SlaPolicyEvent = SlaPolicyCreated | SlaPolicyUpdated | SlaPolicyDeleted | SlaPoliciesApplied
