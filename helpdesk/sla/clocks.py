"""What a ticket's history means under a policy: which clocks ran, when they stood still, what is due. Pure.

Three kinds of clock. The *first response* runs from the ticket's beginning to the first public reply of staff; the
*next response* from what a requester says afterwards to the next such reply; the *resolution* from the beginning until
the ticket is done. Nobody is waited for while the ticket is `pending`, so all of them stand still then. Whoever
resolves a ticket has answered; reopened, the resolution goes on where it stood.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from helpdesk.sla.hours import Hours
from helpdesk.vocabulary import ClockKind, TicketStatus


class StepKind(StrEnum):
    """What a piece of time was for a clock."""

    COUNTED = "counted"
    CLOSED = "closed"
    """Nobody was there."""
    PENDING = "pending"
    """It was the requester's turn."""
    DONE = "done"
    """The ticket was resolved, closed or cancelled, until somebody reopened it."""


@dataclass(frozen=True, slots=True)
class Created:
    """The ticket begins, with this status."""

    at: datetime
    status: TicketStatus = TicketStatus.OPEN


@dataclass(frozen=True, slots=True)
class Said:
    """A public reply. Notes are nobody's answer, and do not stand in a history."""

    at: datetime
    by_staff: bool


@dataclass(frozen=True, slots=True)
class Moved:
    """The ticket has another status."""

    at: datetime
    status: TicketStatus


Happening = Created | Said | Moved


@dataclass(frozen=True, slots=True)
class Terms:
    """What a version of a policy promises: open time for each kind of clock that it has.

    `warning`: so much of a target is left when it is warned of; None: nobody is.
    """

    hours: Hours
    targets: dict[ClockKind, timedelta]
    warning: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A piece of a clock's time, for those who want to know why it is due when it is."""

    kind: StepKind
    begin: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """`due_at` None: it stands still, and nobody can say. `ended_at`: somebody answered, or the ticket is done; then
    `due_at` is what it was, or would have been had it gone on. `warn_at` likewise.
    """

    kind: ClockKind
    target: timedelta
    began_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    steps: tuple[Step, ...]
    warn_at: datetime | None = None

    def is_breached(self, at: datetime) -> bool:
        """Was it, at that moment, too late? Whoever answers in the very moment that it is due is not."""
        if self.due_at is None:
            return False
        if self.ended_at is not None and self.ended_at <= at:
            return self.due_at < self.ended_at
        return self.due_at <= at


@dataclass(slots=True)
class _Run:
    """A clock that has begun, and its time so far: a piece begins, with what it is, where the last one ends."""

    kind: ClockKind
    began_at: datetime
    turns: list[tuple[datetime, StepKind]] = field(default_factory=list)
    ended_at: datetime | None = None

    def turn(self, at: datetime, kind: StepKind) -> None:
        if self.turns and self.turns[-1][1] is kind:
            return
        self.turns.append((at, kind))

    def pieces(self, until: datetime) -> Iterator[Step]:
        ends = [at for at, _ in self.turns[1:]] + [self.ended_at or max(until, self.turns[-1][0])]
        for (begin, kind), end in zip(self.turns, ends, strict=True):
            if begin < end:
                yield Step(kind, begin, end)


def clocks(history: Iterable[Happening], terms: Terms, *, now: datetime) -> list[Clock]:
    """All clocks of a ticket up to `now`, in the order in which they began. `history` is in the order of the log."""
    return [_clock(run, terms, now) for run in _runs(history) if run.kind in terms.targets]


def _runs(history: Iterable[Happening]) -> list[_Run]:
    runs: list[_Run] = []
    status, answered = TicketStatus.OPEN, False
    for one in history:
        match one:
            case Created(at=at, status=status):
                runs += [_Run(ClockKind.FIRST_RESPONSE, at), _Run(ClockKind.RESOLUTION, at)]
            case Said(at=at, by_staff=True):
                answered = True
                _end(runs, at, responses_only=True)
            case Said(at=at, by_staff=False):
                if answered and not any(_is_response(run) and run.ended_at is None for run in runs):
                    runs.append(_Run(ClockKind.NEXT_RESPONSE, at))
            case Moved(at=at, status=status):
                if not status.is_active:
                    answered = True
                    _end(runs, at, responses_only=False)
                else:
                    _reopen(runs)
        for run in runs:
            if run.ended_at is None or (run.kind is ClockKind.RESOLUTION and not status.is_active):
                run.turn(one.at, _turn_of(status))
    return runs


def _turn_of(status: TicketStatus) -> StepKind:
    if not status.is_active:
        return StepKind.DONE
    return StepKind.PENDING if status is TicketStatus.PENDING else StepKind.COUNTED


def _is_response(run: _Run) -> bool:
    return run.kind is not ClockKind.RESOLUTION


def _end(runs: Sequence[_Run], at: datetime, *, responses_only: bool) -> None:
    for run in runs:
        if run.ended_at is None and (_is_response(run) or not responses_only):
            run.ended_at = at


def _reopen(runs: Sequence[_Run]) -> None:
    for run in runs:
        if run.kind is ClockKind.RESOLUTION:
            run.ended_at = None


def _clock(run: _Run, terms: Terms, now: datetime) -> Clock:
    target = terms.targets[run.kind]
    steps: list[Step] = []
    for piece in run.pieces(now):
        steps += [piece] if piece.kind is not StepKind.COUNTED else _told(piece, terms.hours)
    goes_on_at = None
    if run.ended_at or run.turns[-1][1] is StepKind.COUNTED:
        goes_on_at = run.ended_at or max(now, run.turns[-1][0])
    due = _reached(steps, target, terms.hours, goes_on_at)
    warn = None if terms.warning is None else _reached(steps, target - terms.warning, terms.hours, goes_on_at)
    return Clock(run.kind, target, run.began_at, due, run.ended_at, tuple(steps), warn)


def _reached(steps: Iterable[Step], left: timedelta, hours: Hours, goes_on_at: datetime | None) -> datetime | None:
    """When so much has counted; None: not yet, and nobody can say when, for it does not go on."""
    for step in steps:
        if step.kind is StepKind.COUNTED:
            length = step.end - step.begin
            if left <= length:
                return step.begin + left
            left -= length
    return hours.after(goes_on_at, left) if goes_on_at else None


def _told(piece: Step, hours: Hours) -> Iterator[Step]:
    """What of it was open and what was not."""
    at = piece.begin
    for span in hours.spans(piece.begin, piece.end):
        if at < span.begin:
            yield Step(StepKind.CLOSED, at, span.begin)
        yield Step(StepKind.COUNTED, span.begin, span.end)
        at = span.end
    if at < piece.end:
        yield Step(StepKind.CLOSED, at, piece.end)


def open_time(steps: Iterable[Step]) -> timedelta:
    """How much of it counted."""
    return sum((step.end - step.begin for step in steps if step.kind is StepKind.COUNTED), timedelta())
