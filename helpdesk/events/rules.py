"""Who sees an event: pure, so that SQL, the hub and the tests decide alike.

Somebody sees a row iff their role reaches its floor or they are named in it; and, for the rows of a
ticket, a requester must still be that ticket's requester now. The two types that tell a requester
that a ticket is gone are seen by whoever they name.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from helpdesk.vocabulary import Floor, Role

FAREWELLS = frozenset({"ticket.removed", "ticket.deleted"})


@dataclass(frozen=True, slots=True)
class Audience:
    """Everybody from `floor` upwards, and `people`."""

    floor: Floor
    people: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whoever reads the log."""

    id: UUID
    role: Role


def reaches(role: Role, floor: Floor) -> bool:
    """Does the role see this floor without being named?"""
    match floor:
        case Floor.NOBODY:
            return False
        case Floor.AGENT:
            return role in (Role.AGENT, Role.ADMIN)
        case Floor.ADMIN:
            return role is Role.ADMIN


def may_see(viewer: Viewer, *, type_: str, audience: Audience, ticket: UUID | None, requester_now: UUID | None) -> bool:
    """`requester_now` is who requests that ticket at this moment; None where it is gone."""
    if reaches(viewer.role, audience.floor):
        return True
    if viewer.id not in audience.people:
        return False
    if ticket is None or viewer.role.is_staff or type_ in FAREWELLS:
        return True
    return requester_now == viewer.id
