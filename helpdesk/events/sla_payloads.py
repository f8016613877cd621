"""The shapes of SLA policies: what REST takes and gives, what versions keep, and what their events tell."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from helpdesk.shapes import Input, Moment, Shape, lower_word, priority_word
from helpdesk.vocabulary import ClockKind, TicketPriority

MOST_MINUTES = 366 * 24 * 60
"""A target, of open time."""
MOST_VALUES, MOST_OPENINGS, MOST_DAYS, MOST_ESCALATIONS, MOST_NOTIFIED = 50, 8, 400, 20, 20


def _distinct(values: list[Any]) -> list[Any]:
    return [value for nth, value in enumerate(values) if value not in values[:nth]]


def _few(fields: dict[str, Any]) -> dict[str, Any]:
    if len(fields) > MOST_VALUES:
        raise ValueError(f"At most {MOST_VALUES} custom fields.")
    if not all(value is None or isinstance(value, (str, int, float, bool)) for value in fields.values()):
        raise ValueError("A custom field equals a text, a number, true, false or null.")
    return fields


Distinct = AfterValidator(_distinct)
AnyPriority = Annotated[TicketPriority, BeforeValidator(priority_word)]
AnyClock = Annotated[ClockKind, BeforeValidator(lower_word)]
Minutes = Annotated[int, Field(strict=True, ge=1, le=MOST_MINUTES)]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50)]
EmailDomain = Annotated[
    str, StringConstraints(strip_whitespace=True, to_lower=True, max_length=253, pattern=r"^[^\s@.]+(\.[^\s@.]+)*$")
]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)]


class SlaConditions(Input):
    """Which tickets. Several values of one field mean any of them; several fields, and custom fields, all of them.

    Nothing at all means every ticket. `domains` are those of the requesters' addresses.
    """

    priorities: Annotated[list[AnyPriority], Field(max_length=4), Distinct] = Field(default_factory=list)
    tags: Annotated[list[Word], Field(max_length=MOST_VALUES), Distinct] = Field(default_factory=list)
    team_ids: Annotated[list[UUID], Field(max_length=MOST_VALUES), Distinct] = Field(default_factory=list)
    domains: Annotated[list[EmailDomain], Field(max_length=MOST_VALUES), Distinct] = Field(default_factory=list)
    custom_fields: Annotated[dict[str, Any], AfterValidator(_few)] = Field(default_factory=dict)


class SlaTargets(Input):
    """Minutes of open time for each kind of clock; null where nothing is promised."""

    first_response: Minutes | None = None
    next_response: Minutes | None = None
    resolution: Minutes | None = None


class SlaOpening(Input):
    """`09:00` to `12:30`, on the wall clock; a day ends at `24:00`."""

    opens: TimeOfDay
    closes: TimeOfDay


Openings = Annotated[list[SlaOpening], Field(max_length=MOST_OPENINGS)]


class SlaWeek(Input):
    """When somebody is there on each day of the week; nothing: nobody is."""

    monday: Openings = Field(default_factory=list)
    tuesday: Openings = Field(default_factory=list)
    wednesday: Openings = Field(default_factory=list)
    thursday: Openings = Field(default_factory=list)
    friday: Openings = Field(default_factory=list)
    saturday: Openings = Field(default_factory=list)
    sunday: Openings = Field(default_factory=list)

    def days(self) -> list[list[SlaOpening]]:
        """Monday to Sunday."""
        return [
            *(self.monday, self.tuesday, self.wednesday, self.thursday),
            *(self.friday, self.saturday, self.sunday),
        ]


class SlaDay(Input):
    """What holds on one date instead of the week and the holidays; nothing: nobody is there."""

    date: date
    openings: Openings = Field(default_factory=list)
    name: Text = ""


class SlaHours(Input):
    """When somebody is there. `zone` is an IANA time zone; `country` (ISO 3166-1) has its public holidays off."""

    zone: Annotated[str, StringConstraints(max_length=64)]
    week: SlaWeek
    country: Annotated[str, StringConstraints(max_length=2)] | None = None
    subdivision: Annotated[str, StringConstraints(max_length=10)] | None = None
    days: Annotated[list[SlaDay], Field(max_length=MOST_DAYS)] = Field(default_factory=list)


class SlaEscalation(Input):
    """What is done at a warning or a breach of these clocks; no clock named: of each.

    People and teams are notified; `priority` raises the ticket's, and never lowers it.
    """

    on: Annotated[Literal["warning", "breach"], BeforeValidator(lower_word)]
    clocks: Annotated[list[AnyClock], Field(max_length=3), Distinct] = Field(default_factory=list)
    notify_assignee: bool = False
    notify_team: bool = False
    notify_ids: Annotated[list[UUID], Field(max_length=MOST_NOTIFIED), Distinct] = Field(default_factory=list)
    assign_to_id: UUID | None = None
    priority: AnyPriority | None = None


Escalations = Annotated[list[SlaEscalation], Field(max_length=MOST_ESCALATIONS)]


class SlaHoliday(Shape):
    """A public holiday, as it stands in the policy's version: later releases of the calendar do not move it."""

    date: date
    name: str


class SlaPolicyPayload(Shape):
    """A policy in its present version. Tickets keep the version they are under until they match anew."""

    id: UUID
    name: str
    position: int
    """The first active policy whose conditions hold is a ticket's."""
    is_active: bool
    version: int
    conditions: SlaConditions
    targets: SlaTargets
    hours: SlaHours
    warning: int | None
    """So many minutes of open time before a target its warning comes; null: none does."""
    escalations: list[SlaEscalation]
    holidays: list[SlaHoliday]
    """Of the country, for the years around."""
    created_at: Moment
    updated_at: Moment
