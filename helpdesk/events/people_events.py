"""The events of people that all of the staff hear of."""

from __future__ import annotations

from typing import Literal

from helpdesk.events.payloads import PersonPayload
from helpdesk.shapes import Moment, Shape


class UserAwayChanged(Shape):
    """Somebody of the staff is away, or back."""

    type: Literal["user.away_changed"] = "user.away_changed"
    user: PersonPayload
    away_since: Moment | None
