"""The views that come with a desk; admins change them or take them away. Pure.

A migration made them for the desks that were there before; a test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

COLUMNS = ("number", "title", "status", "priority", "requester", "assignedTo", "updatedAt")
_UNSOLVED = ["open", "in_progress", "pending"]


@dataclass(frozen=True, slots=True)
class DefaultView:
    name: str
    filter: Mapping[str, Any] = field(default_factory=dict)
    sort_by: str = "createdAt"
    sort_order: str = "desc"


DEFAULT_VIEWS = (
    DefaultView("Your open tickets", {"status": _UNSOLVED, "assignedToId": "me"}, "priority"),
    DefaultView("Your teams' open tickets", {"status": _UNSOLVED, "teamId": "mine"}, "priority"),
    DefaultView("Unassigned tickets", {"status": _UNSOLVED, "assignedToId": "none"}, "createdAt", "asc"),
    DefaultView("All open tickets", {"status": _UNSOLVED}),
    DefaultView("Waiting for the requester", {"status": ["pending"]}, "updatedAt", "asc"),
    DefaultView("Recently updated tickets", {}, "updatedAt"),
    DefaultView("Recently solved tickets", {"status": ["resolved", "closed"]}, "updatedAt"),
)
