"""What this process knows of one ticket: its own people, those of others, the claim, and who is told."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

import orjson

from realtime.encoding import frame_of
from realtime.presence import store
from realtime.presence.people import Claim, Kind, Seen, State, is_reply_typed, moment, pack, shape_of, strongest
from realtime.presence.store import Others, Standing, Step
from realtime.protocol import ActorShape, ClaimFrame, PresenceFrame
from realtime.wire import Frame

NOBODY = b"[]"
TYPING_LASTS_S = 8.0
"""Typing becomes viewing so long after the last frame that told of it."""


class Party(Protocol):
    """A socket, as presence knows it."""

    @property
    def person_id(self) -> UUID: ...

    @property
    def person_name(self) -> str: ...

    def push(self, frame: Frame) -> None: ...


@dataclass(slots=True)
class Seat:
    """One socket at one ticket."""

    state: State
    kind: Kind | None
    typing_until: float

    def settle(self, at: float) -> None:
        """Whoever has long not typed is looking."""
        if self.state == "typing" and self.typing_until <= at:
            self.state, self.kind = "viewing", None


@dataclass(slots=True)
class AtTicket:
    """See the module. Belongs to one event loop."""

    id: UUID
    seats: dict[Party, Seat] = field(default_factory=dict)
    staff: set[Party] = field(default_factory=set)
    """Who follows the ticket and is told who is there."""
    requesters: set[Party] = field(default_factory=set)
    """Who follows the ticket and is told at most that an agent types."""
    others: dict[str, Others] = field(default_factory=dict)
    claim: Claim | None = None
    claim_ends_at: float = 0.0
    written: str = ""
    """What stands in Redis as ours; empty: nothing."""
    told: bytes = NOBODY
    told_typing: bool = False
    released_by: UUID | None = None
    """Whoever had the claim and has answered: to be told to the others."""

    def sit(self, party: Party, state: State, kind: Kind | None) -> bool:
        """The socket is here, so. False: everybody knows that already."""
        before = self.seats.get(party)
        kind = kind if state == "typing" else None
        self.seats[party] = Seat(state, kind, time.monotonic() + TYPING_LASTS_S)
        return before is None or (before.state, before.kind) != (state, kind)

    def own(self) -> list[Seen]:
        """This process's people."""
        return strongest(
            Seen(party.person_id, party.person_name, seat.state, seat.kind) for party, seat in self.seats.items()
        )

    def people(self) -> list[Seen]:
        """Everybody, each once."""
        return strongest([*self.own(), *(one for other in self.others.values() for one in other.people)])

    def settle(self, at: float) -> None:
        """What has ended by itself has ended."""
        for seat in self.seats.values():
            seat.settle(at)
        self.others = {name: other for name, other in self.others.items() if other.ends_at > at}
        here = self.claim is not None and any(one.id == self.claim.id for one in self.people())
        if not here or self.claim_ends_at <= at:
            self.claim = None

    def next_end(self) -> float:
        """When something here ends by itself; monotonic."""
        typing = (seat.typing_until for seat in self.seats.values() if seat.state == "typing")
        others = (other.ends_at for other in self.others.values())
        return min(*typing, *others, self.claim_ends_at if self.claim else math.inf, math.inf, math.inf)

    def step(self) -> Step:
        """What Redis is asked or told now."""
        people = pack(self.own())
        if self.released_by is not None:
            return Step("release", self.id, people, self.released_by)
        if self.claim is not None and not self.claim.is_shared:
            return Step("claim", self.id, people, self.claim.id, self.claim.name)
        return Step("put" if people or self.written else "read", self.id, people)

    def apply(self, step: Step, standing: Standing) -> bool:
        """Redis has answered. Says whether the other processes have something to hear from us."""
        is_news = step.what in ("release", "claim") or (step.what == "put" and step.people != self.written)
        if step.what != "read":
            self.written = step.people
        if step.what == "release" and self.released_by == step.person:
            self.released_by = None
        self.others = standing.others
        self.claim, self.claim_ends_at = standing.claim, standing.claim_ends_at
        return is_news

    def claim_alone(self, party: Party, *, take: bool) -> None:
        """As Redis would, while it is away: this process alone knows, and tells later."""
        at = time.monotonic()
        self.settle(at)
        if self.claim is None or self.claim.id == party.person_id or take:
            until = int((time.time() + store.CLAIM_LASTS_S) * 1000)
            self.claim = Claim(party.person_id, party.person_name, until, is_shared=False)
            self.claim_ends_at = at + store.CLAIM_LASTS_S

    def release(self, person: UUID) -> bool:
        """Their claim ends. False: they had none."""
        if self.claim is None or self.claim.id != person:
            return False
        self.released_by = person if self.claim.is_shared else None
        self.claim = None
        return True

    def tell(self, watchers: set[Party], *, shows_typing: bool) -> None:
        """Tell whoever follows what has changed since they were told; one frame for all of them."""
        text = orjson.dumps(self._shapes())
        if text != self.told:
            self.told = text
            frame = frame_of(self.frame())
            for party in self.staff | watchers:
                party.push(frame)
        is_typing = bool(self.requesters) and shows_typing and is_reply_typed(self.people())
        if is_typing != self.told_typing:
            self.told_typing = is_typing
            frame = self.typing_frame()
            for party in self.requesters:
                party.push(frame)

    def tell_what_is_known(self, party: Party) -> None:
        """To somebody who has just come."""
        if self.told != NOBODY:
            party.push(frame_of(self.frame()))

    def frame(self) -> PresenceFrame:
        """Everybody, for staff."""
        return PresenceFrame.model_validate({"ticketId": self.id, "people": self._shapes()})

    def typing_frame(self) -> Frame:
        """What requesters were told last."""
        return frame_of(PresenceFrame(ticket_id=self.id, people=[], agent_is_typing=self.told_typing))

    def claimed(self, party: Party) -> ClaimFrame:
        """Who has it, as this socket is answered."""
        if self.claim is None:
            return ClaimFrame(ticket_id=self.id, mine=False)
        by = ActorShape(id=self.claim.id, name=self.claim.name)
        is_theirs = self.claim.id == party.person_id
        return ClaimFrame(ticket_id=self.id, mine=is_theirs, by=by, until=moment(self.claim.until))

    def _shapes(self) -> list[dict[str, Any]]:
        return [shape_of(one, self.claim) for one in self.people()]

    @property
    def is_lively(self) -> bool:
        """May there be something to renew, to learn or to tell, without anybody saying so?"""
        return bool(self.seats or self.written or self.others or self.told_typing or self.told != NOBODY)

    @property
    def is_idle(self) -> bool:
        """Nobody here is at it or told of it, and nothing of ours stands in Redis."""
        return not (self.seats or self.staff or self.requesters or self.written or self.released_by)
