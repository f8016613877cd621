"""Who is told of an event, and why. Pure: takes the event as the log holds it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from helpdesk.vocabulary import ClockKind, NotificationKind, ScanState

_MENTION = re.compile(r"(?<![\w@.])@([\w.+-]{1,64}(?:@[\w.-]{1,190})?)")
MOST_MENTIONS = 20
LONGEST_MESSAGE = 200
LONGEST_TITLE = 400
_NOT_CLEAN = frozenset({ScanState.INFECTED.value, ScanState.UNSCANNABLE.value})
_SLA_KINDS = {"sla.warned": NotificationKind.SLA_WARNED, "sla.breached": NotificationKind.SLA_BREACHED}
_CLOCKS = {
    ClockKind.FIRST_RESPONSE: "first response",
    ClockKind.NEXT_RESPONSE: "next response",
    ClockKind.RESOLUTION: "resolution",
}
_STATUS_TYPES = frozenset({"ticket.status_changed", "ticket.closed"})


@dataclass(frozen=True, slots=True)
class Told:
    """One person, and the reason that counts most for them."""

    person_id: UUID
    kind: NotificationKind
    as_team: bool = False
    """Not by name, but as one of a team."""


def who_is_told(
    *,
    type_: str,
    payload: dict[str, Any],
    actor_id: UUID | None,
    mentioned: frozenset[UUID],
    team: Collection[UUID] = (),
) -> Iterator[Told]:
    """Everybody whom this event concerns, with each reason, the weightiest first; never the one who did it.

    They are told once, of the first reason of which they want to be told. `payload` is `{actor, data, changes?}`;
    `mentioned` are the people whom the comment's text names and who may see the comment; `team` the members of the
    team that the ticket has come to without an assignee (see `team_it_came_to`).
    """
    found = [Told(*one) for one in _concerned(type_, payload, mentioned)]
    found += [Told(person, NotificationKind.ASSIGNED, as_team=True) for person in team]
    yield from dict.fromkeys(one for one in found if one.person_id != actor_id)


def team_it_came_to(type_: str, payload: dict[str, Any]) -> UUID | None:
    """The team that a ticket came to by this event while nobody of it is its assignee: then all of them are told."""
    ticket, changes = payload["data"].get("ticket") or {}, payload.get("changes") or {}
    came = type_ == "ticket.created" or (type_ == "ticket.assigned" and "teamId" in changes)
    if not came or ticket.get("assignedToId") or not ticket.get("teamId"):
        return None
    return UUID(ticket["teamId"])


def mentions_in(text: str) -> list[str]:
    """The names behind an `@`, lower-case, without a full stop that ends a sentence; at most 20."""
    found = (name.rstrip(".-").lower() for name in _MENTION.findall(text))
    return list(dict.fromkeys(name for name in found if name))[:MOST_MENTIONS]


def names_of(*, email: str, first_name: str, last_name: str) -> frozenset[str]:
    """By which names somebody is mentioned: first name, first.last, firstlast, the address or its local part."""
    first, last = (re.sub(r"\s+", "", name).lower() for name in (first_name, last_name))
    return frozenset({first, f"{first}.{last}", f"{first}{last}", email.lower(), email.lower().partition("@")[0]})


def title_of(
    kind: NotificationKind, *, actor: str, number: int, ticket_title: str, after: str = "", team: str = ""
) -> str:
    """The sentence that is shown. `after` is the new status, or the clock that is due; `team` is named to those who
    are told as its members.
    """
    ticket = f"#{number} {ticket_title}"
    return _sentence(kind, actor, ticket, after, team)[:LONGEST_TITLE]


def excerpt(text: str) -> str:
    """The beginning of a comment, as a notification shows it."""
    flat = " ".join(text.split())
    return flat if len(flat) <= LONGEST_MESSAGE else flat[: LONGEST_MESSAGE - 1].rstrip() + "…"


def _concerned(
    type_: str, payload: dict[str, Any], mentioned: frozenset[UUID]
) -> Iterator[tuple[UUID, NotificationKind]]:
    ticket = payload["data"].get("ticket") or {}
    changes = payload.get("changes") or {}
    if type_ == "ticket.assigned" and (assignee := changes.get("assignedToId", [None, None])[1]):
        yield UUID(assignee), NotificationKind.ASSIGNED
    if type_ == "ticket.created" and ticket.get("assignedToId"):
        yield UUID(ticket["assignedToId"]), NotificationKind.ASSIGNED
    if type_ == "comment.added":
        yield from ((person, NotificationKind.MENTIONED) for person in sorted(mentioned))
        if not payload["data"]["comment"]["isInternal"]:
            yield from ((person, NotificationKind.COMMENT_ADDED) for person in _both(ticket))
    if type_ == "attachment.scanned" and payload["data"]["attachment"]["scan"] in _NOT_CLEAN:
        people = [payload["data"]["attachment"]["uploaderId"], ticket.get("assignedToId")]
        yield from ((UUID(person), NotificationKind.FILE_INFECTED) for person in people if person)
    if kind := _SLA_KINDS.get(type_):
        yield from ((UUID(person), kind) for person in payload["data"]["notify"])
    if type_ in _STATUS_TYPES:
        yield from ((person, NotificationKind.STATUS_CHANGED) for person in _both(ticket))


def _both(ticket: dict[str, Any]) -> Iterator[UUID]:
    for field in ("requesterId", "assignedToId"):
        if ticket.get(field):
            yield UUID(ticket[field])


def _sentence(kind: NotificationKind, actor: str, ticket: str, after: str, team: str) -> str:
    match kind:
        case NotificationKind.ASSIGNED if team:
            return f"{actor} assigned {ticket} to your team {team}"
        case NotificationKind.ASSIGNED:
            return f"{actor} assigned you {ticket}"
        case NotificationKind.MENTIONED:
            return f"{actor} mentioned you on {ticket}"
        case NotificationKind.COMMENT_ADDED:
            return f"{actor} replied on {ticket}"
        case NotificationKind.STATUS_CHANGED:
            return f"{actor} set {ticket} to {after.replace('_', ' ')}"
        case NotificationKind.SLA_WARNED:
            return f"The {_CLOCKS[ClockKind(after)]} on {ticket} is due soon"
        case NotificationKind.SLA_BREACHED:
            return f"The {_CLOCKS[ClockKind(after)]} on {ticket} is late"
        case NotificationKind.FILE_INFECTED:
            return f"A file on {ticket} is in quarantine: the virus scanner did not find it clean"
