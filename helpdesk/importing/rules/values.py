"""Ids, moments, texts and words of the original service as ours. Pure."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

Row = Mapping[str, Any]
"""A row by the names of its columns, with more columns or fewer than we know."""

NAMESPACE = UUID("6f0e4c52-5a0b-5d0e-9a37-0c9e2d6c1f7b")
"""Of the ids that are made of others: the same text always gives the same id."""
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
MOST_JSON_BYTES = 16 * 1024
DEEPEST = 32
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_QUOTED = 60
LONGEST_ID = 100
MORE = "…"


class NotTaken(Exception):
    """This row stays behind. Its text is the reason, for whoever reads the report."""


class NotNeeded(NotTaken):
    """It stays behind although nothing is wrong with it: the hub has no use for such a row."""


@dataclass(slots=True)
class Notes:
    """What became otherwise than it was, in words."""

    words: list[str] = field(default_factory=list)

    def add(self, words: str) -> None:
        self.words.append(words)


@dataclass(frozen=True, slots=True)
class Choices:
    """What the one who runs the import has decided: `{(kind, their word in upper case): our word}`."""

    chosen: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def word(self, kind: str, value: Any, known: Mapping[str, str]) -> str:
        """Our word for theirs; NotTaken where nobody said what it stands for."""
        text = str(value).strip().upper()[:LONGEST_QUOTED]
        found = self.chosen.get((kind, text)) or known.get(text)
        if found is None:
            raise NotTaken(
                f"its {kind} {quoted(value)} means nothing here: say what it is, with --map {kind}.{text}=OURS"
            )
        return found


@dataclass(frozen=True, slots=True)
class Known:
    """Who of the users that some rows name is a person here, and which of them work on tickets."""

    people: Mapping[str, UUID] = field(default_factory=dict)
    staff: frozenset[UUID] = frozenset()

    def person(self, user_id: Any) -> UUID | None:
        """The person of a user's id; None where that is nobody of this tenant."""
        return self.people.get(str(user_id)) if user_id else None

    def assignee(self, user_id: Any) -> UUID | None:
        """As `person`, where they are an agent or admin."""
        found = self.person(user_id)
        return found if found in self.staff else None


def id_of(text: Any) -> UUID:
    """The same id where it is a UUID as PostgreSQL writes it; else one that is made of it (UUIDv5)."""
    known = str(text)
    return UUID(known) if _UUID.fullmatch(known) else made_id("id", known)


def made_id(*parts: Any) -> UUID:
    """An id for what had none: the same parts give the same one."""
    return uuid5(NAMESPACE, "\n".join(str(part) for part in parts))


def words_in(value: Any, deep: int = 4) -> set[str]:
    """Every text in a JSON value that may be an id of theirs."""
    if isinstance(value, str):
        return {value} if len(value) <= LONGEST_ID else set()
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return set().union(*(words_in(one, deep - 1) for one in inner)) if deep else set()


def note_id(row: Row, notes: Notes) -> UUID:
    """The id of a row; said where it is another one here."""
    found = id_of(row["id"])
    if str(found) != str(row["id"]):
        notes.add(f"its id is no UUID: it is {found} here")
    return found


def moment_of(value: Any, *, otherwise: datetime, now: datetime) -> datetime:
    """In UTC (what has no zone is UTC, as Prisma writes it), in milliseconds, and never later than now.

    `otherwise`, where it is none, or before there were such services.
    """
    if not isinstance(value, datetime):
        return otherwise
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    try:
        found = aware.astimezone(UTC)
    except OverflowError:
        return otherwise
    if found < EARLIEST:
        return otherwise
    return min(found.replace(microsecond=found.microsecond // 1000 * 1000), now)


def text_of(value: Any, *, name: str, most: int, notes: Notes) -> str:
    """Trimmed, and cut where it is longer than such texts are here."""
    text = "" if value is None else str(value).strip()
    if len(text) <= most:
        return text
    notes.add(f"its {name} of {len(text)} characters was cut to {most}")
    return text[: most - 1].rstrip() + MORE


def is_seen(text: str) -> bool:
    """Does it hold anything but blanks and characters without a picture?"""
    return any(unicodedata.category(one)[0] in "LNPS" for one in text)


def object_of(value: Any, *, name: str, notes: Notes) -> dict[str, Any]:
    """A small JSON object; empty where it is something else."""
    if value is None:
        return {}
    if is_small_object(value):
        return dict(value)
    notes.add(f"its {name} was left out: only JSON objects of up to 16 kB are kept")
    return {}


def is_deleted(row: Row) -> bool:
    """Was it deleted, and only marked so?"""
    return row.get("deletedAt") is not None or row.get("isDeleted") is True


def quoted(value: Any) -> str:
    """A word of theirs in a reason."""
    text = str(value)
    return repr(text if len(text) <= LONGEST_QUOTED else text[:LONGEST_QUOTED] + MORE)


def is_small_object(value: Any) -> bool:
    """A JSON object that is no larger, and no deeper, than such objects are here."""
    if not isinstance(value, dict) or _depth(value) > DEEPEST:
        return False
    return len(json.dumps(value, ensure_ascii=False).encode()) <= MOST_JSON_BYTES


def _depth(value: Any, deep: int = 1) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if deep > DEEPEST:
        return deep
    return max((_depth(one, deep + 1) for one in inner), default=deep)
