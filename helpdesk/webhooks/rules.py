"""Which events go to an endpoint, when a delivery is tried, and who may change what. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any, Literal

import rfc8785

from helpdesk.events.catalogue import ORIGINAL_NAMES, PARENTS
from helpdesk.events.rules import Audience
from helpdesk.vocabulary import Floor, Role

EVERYTHING = "*"
PING = "webhook.ping"
SELECTABLE = frozenset(
    {
        "ticket.created",
        "ticket.updated",
        "ticket.status_changed",
        "ticket.closed",
        "ticket.assigned",
        "ticket.priority_changed",
        "ticket.linked",
        "ticket.unlinked",
        "ticket.merged",
        "ticket.unmerged",
        "ticket.split",
        "ticket.deleted",
        "comment.added",
        "comment.updated",
        "comment.deleted",
        "attachment.added",
        "attachment.scanned",
        "attachment.deleted",
        "sla.changed",
        "sla.warned",
        "sla.breached",
    }
)
"""What an endpoint may be told of: what agents see of tickets. Nothing of single people or the administration."""

WAITS = tuple(timedelta(seconds=seconds) for seconds in (0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400))
"""Before each try: at once, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h."""
JITTER = 0.2
LONGEST_WAIT = timedelta(days=1)
"""However much later a receiver asks us to come back."""
FAILING_AT_MOST = timedelta(days=5)
MOST_AHEAD = 1_000
"""Deliveries that wait at one endpoint; beyond them its cursor rests."""
AT_ONCE, AT_ONCE_FAILING = 20, 2
"""Tries that run at one endpoint at the same time; fewer where it has been failing, so that it holds up nobody."""
MOST_OF_A_TENANT = 100
"""Tries that run for one tenant in one process."""
LEASE = timedelta(seconds=60)
"""How long a try may take until somebody else makes the next: well above its own limit."""
GONE = 410
_INDEX = re.compile(r"0|[1-9][0-9]{0,9}")
_INDEX_KEY = re.compile(r'"(0|[1-9][0-9]{0,9})":')


class DeliveryState(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class PausedReason(StrEnum):
    """Why an endpoint is not active, where nobody chose that."""

    FAILING = "failing"
    GONE = "gone"


Verdict = Literal["delivered", "again", "given_up"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a try came to. `again` comes with its moment; `gone`: the endpoint wants nothing any more."""

    verdict: Verdict
    due_at: datetime | None = None
    gone: bool = False
    hold_until: datetime | None = None
    """The receiver asked for a rest: nothing else goes to it until then."""


def is_event_name(name: str) -> bool:
    """Does it name events: a type, one of the original service's names, or everything?"""
    return name == EVERYTHING or ORIGINAL_NAMES.get(name, name) in SELECTABLE


def selects(names: Iterable[str], type_: str) -> bool:
    """Do these names pick the type? A parent picks its children."""
    wanted = {ORIGINAL_NAMES.get(name, name) for name in names}
    return EVERYTHING in wanted or not wanted.isdisjoint(_with_parents(type_))


def may_receive(type_: str, audience: Audience, *, include_internal: bool) -> bool:
    """May an endpoint have it at all? Notes go only where an admin said so.

    The audience tells a note, and not the payload, because a deleted note's payload is gone.
    """
    if type_ not in SELECTABLE or audience.floor is not Floor.AGENT:
        return False
    return include_internal or not (type_.startswith(("comment.", "attachment.")) and not audience.people)


def outcome_of(
    *,
    ok: bool,
    status: int | None,
    tries: int,
    most_tries: int,
    moment: datetime,
    rest: timedelta | None,
    jitter: float,
) -> Outcome:
    """What follows from an answer after so many tries. `rest`: its Retry-After. `jitter` is from -1 to 1."""
    if ok:
        return Outcome("delivered")
    held = min(rest, LONGEST_WAIT) if rest and status in (429, 503) else timedelta(0)
    hold_until = moment + held if held else None
    if tries >= most_tries:
        return Outcome("given_up", gone=status == GONE, hold_until=hold_until)
    wait = WAITS[tries] * (1 + JITTER * jitter)
    return Outcome("again", due_at=moment + max(wait, held), gone=status == GONE, hold_until=hold_until)


def at_once(running: int) -> int:
    """How many tries an endpoint may have where its tenant has so many running: slow ones leave room for others."""
    if running < MOST_OF_A_TENANT // 2:
        return AT_ONCE
    return AT_ONCE // 4 if running < MOST_OF_A_TENANT * 4 // 5 else 1


def most_tries_of(type_: str) -> int:
    """A ping is one question; everything else is tried until it arrives, or for three days."""
    return 1 if type_ == PING else len(WAITS)


def retry_after_of(value: str | None, *, moment: datetime) -> timedelta | None:
    """A Retry-After header, in seconds or as a date (RFC 9110, 10.2.3); None where it says nothing."""
    if not value:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        return timedelta(seconds=min(int(value[:12]), int(LONGEST_WAIT.total_seconds())))
    try:
        at = parsedate_to_datetime(value)
        return max((at if at.tzinfo else at.replace(tzinfo=UTC)) - moment, timedelta(0))
    except (ValueError, TypeError, OverflowError):
        return None


def forbidden_fields(role: Role, changes: Mapping[str, Any], *, internal_now: bool) -> list[str]:
    """Fields (camelCase) that this role may not change: notes leave the house only as an admin decided."""
    if role is Role.ADMIN:
        return []
    guarded: Collection[str] = {"includeInternal", "url", "secret"} if internal_now else {"includeInternal"}
    return sorted(field for field in changes if field in guarded)


def body_of(*, type_: str, timestamp: str, seq: int | None, epoch: str, payload: str) -> bytes:
    """The body: compact JSON of `{type, timestamp, seq, epoch, actor, changes?, data}`.

    `payload` is the log's canonical text (RFC 8785, numbers as ECMAScript writes them), passed on as it is: a
    receiver that parses and stringifies it, as the original's do, signs the same bytes. Only objects with keys
    like `"12"` are written anew, because ECMAScript puts those first.
    """
    inner = payload if not payload.startswith('{"redacted"') else '{"actor":null,"data":{"redacted":true}}'
    if _INDEX_KEY.search(inner):
        inner = _as_ecmascript(json.loads(inner, parse_int=float))
    head = f'{{"type":"{type_}","timestamp":"{timestamp}","seq":{"null" if seq is None else seq},"epoch":"{epoch}",'
    return (head + inner[1:]).encode()


def _as_ecmascript(value: Any) -> str:
    """As JSON.stringify writes what JSON.parse read: array indexes first, in their order (ECMA-262, 10.1.11)."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: (0, int(key)) if _is_index(key) else (1, 0))
        return "{" + ",".join(f"{_scalar(key)}:{_as_ecmascript(value[key])}" for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_as_ecmascript(inner) for inner in value) + "]"
    return _scalar(value)


def _is_index(key: str) -> bool:
    return _INDEX.fullmatch(key) is not None and int(key) < 2**32 - 1


def _scalar(value: Any) -> str:
    return rfc8785.dumps(value).decode()


def _with_parents(type_: str) -> set[str]:
    found = {type_}
    while parent := PARENTS.get(type_):
        found.add(parent)
        type_ = parent
    return found
