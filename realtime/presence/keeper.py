"""The presence of one desk in this process: what its sockets say, what Redis knows, and who is told.

Changes of a moment become one look: Redis is told and asked in one round trip, and each ticket that differs is
one frame, encoded once. While Redis is away this process's own people are shown, and the others until they expire.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import Awaitable, Callable, Iterable
from uuid import UUID, uuid4

import orjson
import structlog

from helpdesk.events.queries import LogRow
from realtime.encoding import EncodedRow
from realtime.presence.people import Kind, State
from realtime.presence.store import MOST_TICKETS as MOST_LISTED
from realtime.presence.store import Away, Step, current_store
from realtime.presence.ticket import AtTicket, Party
from realtime.protocol import BadFrame, ClaimFrame, ErrorCode, PresenceFrame

COALESCE_S = 0.1
BEAT_S = 10.0
"""Redis is told this often that our people are still there."""
MOST_TICKETS = 20
"""That one socket is at."""

Nudge = Callable[[list[UUID]], Awaitable[None]]
_log = structlog.get_logger(__name__)


class Keeper:
    """See the module. All of it belongs to one event loop; a task of its own runs while anybody is there."""

    def __init__(self, tenant_id: UUID, *, nudge: Nudge, get_shows_typing: Callable[[], Awaitable[bool]]) -> None:
        """`nudge` tells the other processes to look at these tickets; `get_shows_typing` reads the desk's setting."""
        self._tenant_id, self._own_field = tenant_id, uuid4().hex
        self._nudge, self._get_shows_typing = nudge, get_shows_typing
        self._shows_typing = False
        self._tickets: dict[UUID, AtTicket] = {}
        self._places: dict[Party, set[UUID]] = {}
        """Where each socket is, or follows."""
        self._watchers: set[Party] = set()
        """Who is told of every ticket."""
        self._due: set[UUID] = set()
        self._maybe_idle: set[UUID] = set()
        self._ends: dict[UUID, float] = {}
        """When something at a ticket ends by itself; those where nothing does are not in it."""
        self._beat_at = 0.0
        self._reads_setting = self._reads_all = False
        self._some = asyncio.Event()
        self._asking = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    def follow(self, party: Party, ticket_id: UUID, *, is_staff: bool) -> None:
        """Tell this socket of the ticket: at once where something is known, and then every change."""
        entry = self._at(ticket_id, party)
        if is_staff:
            entry.staff.add(party)
            entry.tell_what_is_known(party)
        else:
            entry.requesters.add(party)
            if entry.told_typing:
                party.push(entry.typing_frame())
            self._reads_setting = True
        self._look_soon(entry)

    def watch(self, party: Party) -> None:
        """Tell this socket of every ticket that somebody is at."""
        self._watchers.add(party)
        for entry in self._tickets.values():
            entry.tell_what_is_known(party)
        self._reads_all = True
        self._wake()

    def unfollow(self, party: Party, ticket_id: UUID) -> None:
        """It follows the ticket no more; it may still be there."""
        entry = self._tickets.get(ticket_id)
        if entry is not None:
            entry.staff.discard(party)
            entry.requesters.discard(party)
            if not entry.requesters:
                entry.told_typing = False
            self._forget_place(party, entry)
            self._maybe_idle.add(ticket_id)
            self._wake()

    def unwatch(self, party: Party) -> None:
        self._watchers.discard(party)

    def knows(self, party: Party, ticket_id: UUID) -> bool:
        """Is it there, or does it follow the ticket, and so was asked before whether it may?"""
        return ticket_id in self._places.get(party, ())

    def sit(self, party: Party, ticket_id: UUID, state: State, kind: Kind | None) -> PresenceFrame:
        """The socket is at the ticket. Raises BadFrame where it is at too many."""
        entry = self._seat(party, ticket_id, state, kind)
        return entry.frame()

    def rise(self, party: Party, ticket_id: UUID) -> PresenceFrame:
        """The socket is there no more."""
        entry = self._tickets.get(ticket_id)
        if entry is None:
            return PresenceFrame(ticket_id=ticket_id, people=[])
        if entry.seats.pop(party, None):
            self._look_soon(entry)
            self._forget_place(party, entry)
        return entry.frame()

    async def claim(self, party: Party, ticket_id: UUID, *, take: bool) -> ClaimFrame:
        """Whoever claims first has it; who has it renews it; `take` takes it over. Tells who has it now."""
        entry = self._tickets.get(ticket_id)
        if entry is None or party not in entry.seats:
            entry = self._seat(party, ticket_id, "viewing", None)
        if entry.released_by == party.person_id:
            entry.released_by = None  # what was to be told of the answer before ends no new claim
        step = Step("claim", ticket_id, "", party.person_id, party.person_name, take=take)
        if not await self._do(entry, step):
            entry.claim_alone(party, take=take)
        return entry.claimed(party)

    async def release(self, party: Party, ticket_id: UUID) -> ClaimFrame:
        """This person does not answer after all."""
        entry = self._at(ticket_id)
        if not await self._do(entry, Step("release", ticket_id, "", party.person_id)):
            entry.release(party.person_id)
        return entry.claimed(party)

    def leave(self, party: Party) -> None:
        """The socket has ended: nothing of it stays."""
        self.unwatch(party)
        for ticket_id in self._places.pop(party, set()):
            entry = self._tickets[ticket_id]
            entry.staff.discard(party)
            entry.requesters.discard(party)
            self._maybe_idle.add(ticket_id)
            if entry.seats.pop(party, None):
                self._look_soon(entry)
            self._wake()

    def begin_anew(self) -> None:
        """The log is another one: who is where stands in no log."""

    async def sync(self) -> None:
        """Presence has a beat of its own."""

    def see(self, encoded: EncodedRow) -> None:
        """A row of the log: whoever has answered claims no more, and nobody is at a ticket that is gone."""
        row = encoded.row
        entry = self._tickets.get(row.ticket) if row.ticket else None
        if entry is None:
            return
        if row.type == "ticket.deleted":
            self._end(entry)
        elif row.type == "comment.added" and row.actor:
            self._has_answered(entry, row.actor, is_note=_is_note(row))

    def nudged(self, ticket_ids: Iterable[UUID]) -> None:
        """Another process has changed something there."""
        for ticket_id in ticket_ids:
            if self._watchers or ticket_id in self._tickets:
                self._look_soon(self._at(ticket_id))

    def close(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _at(self, ticket_id: UUID, party: Party | None = None) -> AtTicket:
        entry = self._tickets.get(ticket_id)
        if entry is None:
            entry = self._tickets[ticket_id] = AtTicket(ticket_id)
        if party is not None:
            self._places.setdefault(party, set()).add(ticket_id)
        return entry

    def _seat(self, party: Party, ticket_id: UUID, state: State, kind: Kind | None) -> AtTicket:
        seats = [one for one in self._places.get(party, ()) if party in self._tickets[one].seats]
        if ticket_id not in seats and len(seats) >= MOST_TICKETS:
            raise BadFrame(ErrorCode.TOO_MANY_TICKETS, f"A socket is at {MOST_TICKETS} tickets at most.")
        entry = self._at(ticket_id, party)
        if entry.sit(party, state, kind):
            self._look_soon(entry)
        return entry

    def _forget_place(self, party: Party, entry: AtTicket) -> None:
        if not (party in entry.seats or party in entry.staff or party in entry.requesters):
            places = self._places.get(party, set())
            places.discard(entry.id)
            if not places:
                self._places.pop(party, None)

    def _has_answered(self, entry: AtTicket, person: UUID, *, is_note: bool) -> None:
        changed = False
        for party, seat in entry.seats.items():
            if party.person_id == person and seat.state == "typing" and (seat.kind == "note") == is_note:
                seat.typing_until, changed = 0.0, True
        # Elsewhere it is another process's to do.
        if not is_note and any(party.person_id == person for party in entry.seats):
            changed |= entry.release(person)
        if changed:
            self._look_soon(entry)

    def _end(self, entry: AtTicket) -> None:
        for party in [*entry.seats, *entry.staff, *entry.requesters]:
            for parties in (entry.staff, entry.requesters):
                parties.discard(party)
            entry.seats.pop(party, None)
            self._forget_place(party, entry)
        self._look_soon(entry)

    def _look_soon(self, entry: AtTicket) -> None:
        self._due.add(entry.id)
        self._wake()

    def _wake(self) -> None:
        self._some.set()
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        try:
            while self._tickets or self._watchers:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(max(0.0, self._next_look() - time.monotonic())):
                        await self._some.wait()
                self._some.clear()
                await asyncio.sleep(COALESCE_S)
                try:
                    await self._look()
                except Exception:
                    _log.exception("presence_failed", tenant=str(self._tenant_id))
                    await asyncio.sleep(1)
        finally:
            self._task = None

    def _next_look(self) -> float:
        return min(self._beat_at, current_store().retry_at or math.inf, *self._ends.values())

    async def _look(self) -> None:
        """Ask and tell Redis of what is due, then tell the sockets."""
        at = time.monotonic()
        retry_at = current_store().retry_at
        is_beat = at >= self._beat_at or 0.0 < retry_at <= at
        due, self._due = self._due, set()
        due |= {ticket_id for ticket_id, ends_at in self._ends.items() if ends_at <= at}
        if is_beat:
            self._beat_at = at + BEAT_S
            due |= {entry.id for entry in self._tickets.values() if entry.is_lively}
        if is_beat or self._reads_setting:
            await self._read_setting()
        async with self._asking:
            entries = await self._share(due, reads_all=is_beat or self._reads_all)
        for entry in entries:
            entry.tell(self._watchers, shows_typing=self._shows_typing)
            self._note_end(entry)
            self._maybe_idle.add(entry.id)
        self._forget_idle()

    def _note_end(self, entry: AtTicket) -> None:
        if (ends_at := entry.next_end()) < math.inf:
            self._ends[entry.id] = ends_at
        else:
            self._ends.pop(entry.id, None)

    def _forget_idle(self) -> None:
        ids, self._maybe_idle = self._maybe_idle, set()
        for ticket_id in ids - self._due:
            entry = self._tickets.get(ticket_id)
            if entry is not None and entry.is_idle and not (self._watchers and entry.others):
                del self._tickets[ticket_id]
                self._ends.pop(ticket_id, None)

    async def _share(self, due: set[UUID], *, reads_all: bool) -> list[AtTicket]:
        """Returns the tickets that were looked at; with Redis away, as far as this process can."""
        if reads_all:
            self._reads_all = False
            with contextlib.suppress(Away):
                due |= await self._list_living()
        entries = [entry for entry in (self._tickets.get(one) for one in due) if entry is not None]
        for entry in entries:
            entry.settle(time.monotonic())
        steps = [entry.step() for entry in entries]
        with contextlib.suppress(Away):
            standings = await current_store().take_steps(self._tenant_id, self._own_field, steps)
            told = zip(entries, steps, standings, strict=True)
            if news := [entry.id for entry, step, standing in told if entry.apply(step, standing)]:
                await self._nudge(news)
        return entries

    async def _list_living(self) -> set[UUID]:
        """Tickets that somebody is at, anywhere, and that a socket here is told of. Raises Away."""
        listed = await current_store().list_tickets(self._tenant_id)
        if len(listed) >= MOST_LISTED:
            listed += self._tickets
        return {self._at(one).id for one in listed if self._watchers or one in self._tickets}

    async def _do(self, entry: AtTicket, step: Step) -> bool:
        """A step that somebody waits for. False: Redis is away."""
        async with self._asking:
            given = Step(step.what, step.ticket, entry.step().people, step.person, step.name, take=step.take)
            try:
                [standing] = await current_store().take_steps(self._tenant_id, self._own_field, [given])
            except Away:
                done = False
            else:
                entry.apply(given, standing)
                await self._nudge([entry.id])
                done = True
        self._look_soon(entry)
        return done

    async def _read_setting(self) -> None:
        self._reads_setting = False
        if any(entry.requesters for entry in self._tickets.values()):
            self._shows_typing = await self._get_shows_typing()


def _is_note(row: LogRow) -> bool:
    data = orjson.loads(row.payload).get("data", {})
    return bool(data.get("comment", {}).get("isInternal", True))
