"""A user of the original service as a person. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from helpdesk.importing.rules.values import (
    Choices,
    Notes,
    NotTaken,
    Row,
    is_deleted,
    is_seen,
    moment_of,
    note_id,
    text_of,
)
from helpdesk.vocabulary import Role

ROLES = {
    "USER": Role.REQUESTER.value,
    "REQUESTER": Role.REQUESTER.value,
    "CUSTOMER": Role.REQUESTER.value,
    "AGENT": Role.AGENT.value,
    "ADMIN": Role.ADMIN.value,
}
"""What is not among them may mean more rights or fewer: that is nobody's to guess."""
MOST_ADDRESS, MOST_NAME = 254, 100
_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_ADDRESS = re.compile(
    rf"{_ATOM}(\.{_ATOM})*@(localhost|({_LABEL}\.)+([a-z]([a-z0-9-]{{0,61}}[a-z0-9])|xn--[a-z0-9-]+))"
)
_BCRYPT = re.compile(r"\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}")
LEAST_COST, MOST_COST = 4, 15
"""Of a hash: beyond it, signing in takes seconds, and guessing becomes a way to stop the hub."""


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person as it will stand here."""

    id: UUID
    source_id: str
    email: str
    first_name: str
    last_name: str
    role: str
    password_hash: str
    is_active: bool
    created_at: datetime
    updated_at: datetime


def person_of(row: Row, *, choices: Choices, now: datetime, notes: Notes) -> NewPerson:
    """The person of a user's row. Raises NotTaken."""
    email = address_of(row)
    role = choices.word("role", row.get("role"), ROLES)
    created_at = moment_of(row.get("createdAt"), otherwise=now, now=now)
    first = text_of(row.get("firstName"), name="first name", most=MOST_NAME, notes=notes)
    last = text_of(row.get("lastName"), name="last name", most=MOST_NAME, notes=notes)
    if not is_seen(first):
        first = email.partition("@")[0][:MOST_NAME]
        notes.add("it has no first name: its address gave one")
    return NewPerson(
        id=note_id(row, notes),
        source_id=str(row["id"]),
        email=email,
        first_name=first,
        last_name=last,
        role=role,
        password_hash=_hash_of(row, notes),
        is_active=row.get("isActive") is not False and row.get("enabled") is not False and not is_deleted(row),
        created_at=created_at,
        updated_at=max(created_at, moment_of(row.get("updatedAt"), otherwise=created_at, now=now)),
    )


def address_of(row: Row) -> str:
    """Lower-case, as addresses are compared. Raises NotTaken."""
    email = str(row.get("email") or "").strip().lower()
    if len(email) > MOST_ADDRESS or len(email.partition("@")[0]) > 64 or not _ADDRESS.fullmatch(email):
        raise NotTaken("its email is no address that mail could be sent to")
    return email


def _hash_of(row: Row, notes: Notes) -> str:
    """The bcrypt hash as it stands; nothing where nobody could sign in with it."""
    kept = str(row.get("password") or "").strip()
    found = _BCRYPT.fullmatch(kept)
    if found and LEAST_COST <= int(found[1]) <= MOST_COST:
        return kept
    notes.add("its password is no bcrypt hash that can be checked: an admin invites them anew")
    return ""
