"""Which tickets may be related how. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from helpdesk.errors import Conflict, ValidationFailed
from helpdesk.vocabulary import RelationKind, RelationWord

MOST_RELATIONS = 100
"""Of one ticket."""
DEEPEST = 5
"""Tickets in a line from the topmost parent down to the last child."""

WORDS: Mapping[RelationWord, tuple[RelationKind, bool]] = {
    RelationWord.LINK: (RelationKind.LINK, True),
    RelationWord.DUPLICATE_OF: (RelationKind.DUPLICATE, True),
    RelationWord.DUPLICATED_BY: (RelationKind.DUPLICATE, False),
    RelationWord.PARENT: (RelationKind.PARENT, True),
    RelationWord.CHILD: (RelationKind.PARENT, False),
}
"""What the other ticket is to this one: the kind of the row, and whether this one is its `source`."""


class OneParent(Conflict):
    """This ticket has a parent already: take that away first."""

    reason = "has_parent"


class OneOriginal(Conflict):
    """This ticket is a duplicate of another already: take that away first."""

    reason = "has_original"


class InACircle(Conflict):
    """That would lead in a circle."""

    reason = "circle"


class TooDeep(Conflict):
    """Parents and children stand at most five deep."""

    reason = "too_deep"


class TooManyRelations(Conflict):
    """A ticket has at most 100 relations."""

    reason = "too_many"


def require_another(ticket_id: UUID, other_id: UUID) -> None:
    """Nothing is related to itself."""
    if ticket_id == other_id:
        raise ValidationFailed.of("otherId", "Name another ticket.", "same_ticket")


def sorted_pair(kind: RelationKind, source: UUID, target: UUID) -> tuple[UUID, UUID]:
    """A link has no direction: the lower id stands first."""
    if kind is RelationKind.LINK and target < source:
        return target, source
    return source, target


def word_of(kind: RelationKind, *, is_source: bool) -> RelationWord:
    """What the other one is to the one of which it is told."""
    if kind is RelationKind.LINK:
        return RelationWord.LINK
    return next(word for word, told in WORDS.items() if told == (kind, is_source))


def require_room(*counts: int) -> None:
    """Each of the two may have one more."""
    if any(count >= MOST_RELATIONS for count in counts):
        raise TooManyRelations


def require_one(kind: RelationKind, *, has_one: bool) -> None:
    """One parent, one original."""
    if has_one and kind is RelationKind.PARENT:
        raise OneParent
    if has_one and kind is RelationKind.DUPLICATE:
        raise OneOriginal


def require_no_circle(source: UUID, above: Iterable[UUID]) -> None:
    """`above`: the target, and those above it."""
    if source in set(above):
        raise InACircle


def require_depth(*, above: int, below: int) -> None:
    """`above`: tickets from the target up; `below`: from the source down."""
    if above + below > DEEPEST:
        raise TooDeep
