"""Who is told of an event, and why. Pure: takes the event as the log holds it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from helpdesk.vocabulary import NotificationKind

_MENTION = re.compile(r"(?<![\w@.])@([\w.+-]{1,64}(?:@[\w.-]{1,190})?)")
MOST_MENTIONS = 20
LONGEST_MESSAGE = 200
_STATUS_TYPES = frozenset({"ticket.status_changed", "ticket.closed"})


@dataclass(frozen=True, slots=True)
class Told:
    """One person, and the reason that counts most for them."""

    person_id: UUID
    kind: NotificationKind


def who_is_told(
    *, type_: str, payload: dict[str, Any], actor_id: UUID | None, mentioned: frozenset[UUID]
) -> Iterator[Told]:
    """Everybody whom this event concerns, with each reason, the weightiest first; never the one who did it.

    They are told once, of the first reason of which they want to be told. `payload` is `{actor, data, changes?}`;
    `mentioned` are the people whom the comment's text names and who may see the comment.
    """
    found = (Told(*one) for one in _concerned(type_, payload, mentioned) if one[0] != actor_id)
    yield from dict.fromkeys(found)


def mentions_in(text: str) -> list[str]:
    """The names behind an `@`, lower-case, without a full stop that ends a sentence; at most 20."""
    found = (name.rstrip(".-").lower() for name in _MENTION.findall(text))
    return list(dict.fromkeys(name for name in found if name))[:MOST_MENTIONS]


def names_of(*, email: str, first_name: str, last_name: str) -> frozenset[str]:
    """By which names somebody is mentioned: first name, first.last, firstlast, the address or its local part."""
    first, last = (re.sub(r"\s+", "", name).lower() for name in (first_name, last_name))
    return frozenset({first, f"{first}.{last}", f"{first}{last}", email.lower(), email.lower().partition("@")[0]})


def title_of(kind: NotificationKind, *, actor: str, number: int, ticket_title: str, after: str = "") -> str:
    """The sentence that is shown. `after` is the new status."""
    ticket = f"#{number} {ticket_title}"
    match kind:
        case NotificationKind.ASSIGNED:
            return f"{actor} assigned you {ticket}"
        case NotificationKind.MENTIONED:
            return f"{actor} mentioned you on {ticket}"
        case NotificationKind.COMMENT_ADDED:
            return f"{actor} replied on {ticket}"
        case NotificationKind.STATUS_CHANGED:
            return f"{actor} set {ticket} to {after.replace('_', ' ')}"


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
    if type_ in _STATUS_TYPES:
        yield from ((person, NotificationKind.STATUS_CHANGED) for person in _both(ticket))


def _both(ticket: dict[str, Any]) -> Iterator[UUID]:
    for field in ("requesterId", "assignedToId"):
        if ticket.get(field):
            yield UUID(ticket[field])
