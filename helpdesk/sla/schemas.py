"""What the operations of service levels take and give."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StrictBool, StringConstraints

from helpdesk.events.payloads import SlaPayload
from helpdesk.events.sla_payloads import (
    MOST_MINUTES,
    Escalations,
    SlaConditions,
    SlaHours,
    SlaPolicyPayload,
    SlaTargets,
    SlaWeek,
)
from helpdesk.paging import PageMeta, PageQuery
from helpdesk.shapes import Input, Moment, Seen, Shape
from helpdesk.sla.clocks import StepKind
from helpdesk.vocabulary import ClockKind

MOST_POLICIES = 50
PolicyName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), Seen]
Warning_ = Annotated[int, Field(strict=True, ge=1, le=MOST_MINUTES)]
PolicyIds = Annotated[list[UUID], Field(max_length=MOST_POLICIES), AfterValidator(lambda ids: list(dict.fromkeys(ids)))]


class CreateSlaPolicy(Input):
    """A new policy, behind the others. `warning`: minutes of open time before each target."""

    name: PolicyName
    is_active: StrictBool = True
    conditions: SlaConditions = Field(default_factory=SlaConditions)
    targets: SlaTargets
    hours: SlaHours
    warning: Warning_ | None = None
    escalations: Escalations = Field(default_factory=list)


class ChangeSlaPolicy(Input):
    """The fields to change; those left out stay. Conditions, targets, hours and escalations are each replaced whole."""

    name: PolicyName = ""
    is_active: StrictBool = True
    conditions: SlaConditions = Field(default_factory=SlaConditions)
    targets: SlaTargets = Field(default_factory=SlaTargets)
    hours: SlaHours = Field(default_factory=lambda: SlaHours(zone="UTC", week=SlaWeek()))
    warning: Warning_ | None = None
    escalations: Escalations = Field(default_factory=list)


class OrderSlaPolicies(Input):
    """All policies, in the order in which they are asked from now on."""

    policy_ids: PolicyIds


class SlaPolicyListQuery(PageQuery):
    """Policies come in the order in which they are asked, by default all."""

    limit: int = Field(100, ge=1, le=100)


class SlaPolicyList(Shape):
    data: list[SlaPolicyPayload]
    meta: PageMeta


class SlaApplied(Shape):
    """How many active tickets match anew now; beyond 10,000 it is 10,000 and `isCapped`."""

    count: int
    is_capped: bool


class HolidayCountry(Shape):
    """A country whose public holidays are known (ISO 3166-1), with the parts that have their own (ISO 3166-2)."""

    country: str
    subdivisions: list[str]


class HolidayCountries(Shape):
    data: list[HolidayCountry]


class SlaStep(Shape):
    """A piece of a clock's time: `counted`, or why it did not. `text` says it in a sentence, in the policy's zone."""

    kind: StepKind
    begin: Moment
    end: Moment
    seconds: float
    text: str


class SlaClockShape(Shape):
    """A clock, and step by step why it is due when it is. `state`: `met` or `missed` once it has ended."""

    clock: ClockKind
    state: Literal["running", "paused", "breached", "met", "missed"]
    target_minutes: int
    began_at: Moment
    warn_at: Moment | None
    due_at: Moment | None
    ended_at: Moment | None
    counted_seconds: float
    left_seconds: float
    """Of open time; below 0 it is late."""
    steps: list[SlaStep]
    """The newest 500."""
    steps_left_out: int


class SlaPolicyReference(Shape):
    """The policy that a ticket is under, in the version that holds for it."""

    id: UUID
    name: str
    version: int
    zone: str
    is_current: bool
    """Is there no newer version?"""


class TicketSla(Shape):
    """What is promised on a ticket, and why. No policy: nothing is."""

    ticket_id: UUID
    sla: SlaPayload | None
    policy: SlaPolicyReference | None
    clocks: list[SlaClockShape]


def stored(fields: dict[str, Any]) -> dict[str, Any]:
    """The terms among these fields (by Python name) as a version keeps them."""
    names = ("conditions", "targets", "hours", "warning", "escalations")
    return {name: _json(fields[name]) for name in names if name in fields}


def _json(value: Any) -> Any:
    if isinstance(value, list):
        return [_json(one) for one in value]
    return value.model_dump(mode="json", by_alias=True) if isinstance(value, Shape) else value
