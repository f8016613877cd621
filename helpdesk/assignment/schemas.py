"""What the endpoints about assignment take and give."""

from __future__ import annotations

from pydantic import StrictBool

from helpdesk.events.payloads import PersonPayload
from helpdesk.shapes import Input, Moment, Shape


class SetAway(Input):
    """Whoever is away gets no ticket shared out; what they have stays theirs."""

    is_away: StrictBool


class MemberLoad(Shape):
    """Somebody of a team. `load`: the tickets that they have to work on, of whatever team."""

    user: PersonPayload
    load: int
    away_since: Moment | None
    has_room: bool
    """They are there, and below the team's capacity."""


class TeamLoad(Shape):
    """Who could get the team's next ticket, and how many wait."""

    waiting: int
    data: list[MemberLoad]
