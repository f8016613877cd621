"""Which streams carry a row, and for whom: pure, and the same for live rows, the ring and the database.

A stream is shared by an audience class, written as the Viewer through whose eyes it is read: all
agents, all admins (their own id does not matter: being named gives staff nothing on `queue` and
`ticket:<id>`), or one requester. `me` and `desk` are always one person's: a saved view is for whom it names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from uuid import UUID

from helpdesk.events.queries import ABOUT_DESK, LogRow
from helpdesk.events.rules import Viewer, reaches
from helpdesk.vocabulary import Role
from realtime.protocol import DESK, ME, QUEUE, ticket_stream

ANY_STAFF = UUID(int=0)
"""The id in the viewer of a staff class: no person's, so that nobody is named by it."""
STAFF = tuple(Viewer(ANY_STAFF, role) for role in (Role.AGENT, Role.ADMIN))
ROLES = (Role.REQUESTER, Role.AGENT, Role.ADMIN)

Key = tuple[str, Viewer]
"""A channel: the stream and the audience class."""


def class_of(viewer: Viewer, stream: str) -> Viewer:
    """The audience class in which this person reads that stream."""
    if stream in (ME, DESK) or not viewer.role.is_staff:
        return viewer
    return Viewer(ANY_STAFF, viewer.role)


def keys_of(row: LogRow) -> Iterator[Key]:
    """Every channel that carries the row, but for those of `desk` (`desk_keys_of`)."""
    if row.type.startswith(("notification.", "export.")):
        told = (Viewer(person, role) for person in row.audience.people for role in ROLES)
        yield from ((ME, viewer) for viewer in told if row.visible_to(viewer))
        return
    if row.ticket is None:
        return
    streams = (QUEUE, ticket_stream(row.ticket))
    for viewer in _readers_of(row):
        yield from ((stream, viewer) for stream in streams)


def carries(key: Key, row: LogRow) -> bool:
    """Does this channel carry the row?"""
    stream, viewer = key
    if stream == DESK:
        return viewer.role.is_staff and is_about_desk(row) and row.visible_to(viewer)
    return key in keys_of(row)


def is_about_desk(row: LogRow) -> bool:
    """Does it tell of the desk, its teams, or of what staff work with: views, macros, fields, tags?"""
    about = row.type.partition(".")[0]
    return row.ticket is None and (about in ABOUT_DESK or row.type.startswith("user.away"))


def desk_keys_of(row: LogRow, keys: Iterable[Key]) -> list[Key]:
    """Those of the channels there are which belong to `desk` and carry the row."""
    return [key for key in keys if key[0] == DESK and carries(key, row)] if is_about_desk(row) else []


def _readers_of(row: LogRow) -> Iterator[Viewer]:
    yield from (viewer for viewer in STAFF if reaches(viewer.role, row.audience.floor))
    for person in row.audience.people:
        viewer = Viewer(person, Role.REQUESTER)
        if row.visible_to(viewer):
            yield viewer
