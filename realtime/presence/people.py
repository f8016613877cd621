"""One person at one ticket, over all their sockets and devices. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

import orjson

from helpdesk.clock import rfc3339

State = Literal["viewing", "typing"]
Kind = Literal["reply", "note"]
MOST_PEOPLE = 100
"""In a frame, and of one process at one ticket; whoever types comes first."""


@dataclass(frozen=True, slots=True)
class Seen:
    """How others see somebody. `kind`: what they type, where they said it."""

    id: UUID
    name: str
    state: State
    kind: Kind | None = None

    @property
    def strength(self) -> int:
        """Of one person's several states the strongest counts: a reply, a note, something, looking."""
        if self.state == "viewing":
            return 0
        return {"reply": 3, "note": 2}.get(self.kind or "", 1)


@dataclass(frozen=True, slots=True)
class Claim:
    """Who answers, they say. `until`: milliseconds since 1970; `is_shared`: the other processes know of it."""

    id: UUID
    name: str
    until: int
    is_shared: bool = True


def strongest(seen: Iterable[Seen]) -> list[Seen]:
    """One entry a person: who types first, then by name; at most so many."""
    best: dict[UUID, Seen] = {}
    for one in seen:
        known = best.get(one.id)
        if known is None or one.strength > known.strength:
            best[one.id] = one
    return sorted(best.values(), key=lambda one: (-one.strength, one.name, one.id))[:MOST_PEOPLE]


def is_reply_typed(people: Iterable[Seen]) -> bool:
    """Does somebody type what the requester will read? A note is nobody's business there."""
    return any(one.state == "typing" and one.kind == "reply" for one in people)


def moment(until: int) -> str:
    """Milliseconds since 1970 as RFC 3339."""
    return rfc3339(datetime.fromtimestamp(until / 1000, UTC))


def shape_of(one: Seen, claim: Claim | None) -> dict[str, Any]:
    """An entry of a presence frame."""
    shape: dict[str, Any] = {"id": str(one.id), "name": one.name, "state": one.state}
    if one.state == "typing" and one.kind:
        shape["kind"] = one.kind
    if claim is not None and claim.id == one.id:
        shape["claimedUntil"] = moment(claim.until)
    return shape


def pack(people: list[Seen]) -> str:
    """For Redis. Compact, so that `"id":"…"` stands in it for each person as the scripts look for it."""
    shapes = [{"id": str(one.id), "name": one.name, "state": one.state, "kind": one.kind} for one in people]
    return orjson.dumps(shapes).decode() if shapes else ""


def unpack(text: str) -> list[Seen]:
    """What `pack` wrote, perhaps in a process of another version. Raises ValueError, KeyError or TypeError."""
    return [Seen(UUID(one["id"]), one["name"], one["state"], one.get("kind")) for one in orjson.loads(text)]
