"""Whose turn it is. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from helpdesk.vocabulary import AssignmentMode


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody of the team who is there. `load`: the tickets that they have to work on."""

    person_id: UUID
    load: int


def has_room(load: int, capacity: int | None) -> bool:
    """May they get one more? Without a capacity always."""
    return capacity is None or load < capacity


def choose(
    mode: AssignmentMode, candidates: Iterable[Candidate], *, last: UUID | None, capacity: int | None
) -> UUID | None:
    """Who gets the next ticket; None where nobody has room, or a person is to choose.

    In turn means by id, after `last`, who got the one before. Of equally busy ones it is whose turn it is.
    """
    free = sorted((one for one in candidates if has_room(one.load, capacity)), key=lambda one: one.person_id)
    later = [one for one in free if last is not None and one.person_id > last]
    in_turn = later + free[: len(free) - len(later)]
    if not in_turn or mode is AssignmentMode.MANUAL:
        return None
    if mode is AssignmentMode.LEAST_BUSY:
        return min(in_turn, key=lambda one: one.load).person_id
    return in_turn[0].person_id
