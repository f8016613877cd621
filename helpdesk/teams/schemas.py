"""What the teams' endpoints take and give."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StrictBool, StringConstraints

from helpdesk.events.payloads import TeamPayload
from helpdesk.paging import PageMeta, PageQuery
from helpdesk.shapes import Input, Seen, Shape
from helpdesk.vocabulary import AssignmentMode

MOST_MEMBERS = 200
MOST_CAPACITY = 10_000


def _distinct(ids: list[UUID]) -> list[UUID]:
    return list(dict.fromkeys(ids))


TeamName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), Seen]
TeamDescription = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
MemberIds = Annotated[list[UUID], Field(max_length=MOST_MEMBERS), AfterValidator(_distinct)]


Capacity = Annotated[int, Field(strict=True, ge=1, le=MOST_CAPACITY)] | None


class CreateTeam(Input):
    """A new team. Its members are active agents and admins.

    `assignment`: its tickets find their assignee by hand, in turn, or go to the one who has the fewest to work on;
    `capacity`: whoever has as many is passed over.
    """

    name: TeamName
    description: TeamDescription = ""
    is_active: StrictBool = True
    assignment: AssignmentMode = AssignmentMode.MANUAL
    capacity: Capacity = None
    member_ids: MemberIds = Field(default_factory=list)


class ChangeTeam(Input):
    """The fields to change; those left out stay. `memberIds` are all who are in it from now on."""

    name: TeamName = ""
    description: TeamDescription = ""
    is_active: StrictBool = True
    assignment: AssignmentMode = AssignmentMode.MANUAL
    capacity: Capacity = None
    member_ids: MemberIds = Field(default_factory=list)


class TeamListQuery(PageQuery):
    is_active: bool | None = None


class TeamList(Shape):
    data: list[TeamPayload]
    meta: PageMeta
