"""What an archive says of itself in front: for whom it is, of which release, and how its rows stand."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from tenants.keeping.errors import NotAnArchive

P = TypeVar("P", bound=BaseModel)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True, frozen=True)


class TenantPart(_Part):
    """The tenant's row of `public`. `settings` is JSON as text, so that not a digit changes."""

    id: UUID
    slug: str
    name: str
    settings: str
    is_active: bool
    created_at: str
    updated_at: str
    domains: list[str]


class TablePart(_Part):
    """A table, in the order of loading."""

    name: str
    columns: list[str]


class Manifest(_Part):
    """`migrations` are the tenant apps', `keys` fingerprints of what signs API keys and mailed links."""

    format: int
    release: str
    made_at: str
    salt: str
    proof: str
    tenant: TenantPart
    migrations: list[tuple[str, str]]
    tables: list[TablePart]
    keys: list[str]
    epoch: UUID
    last_seq: int


class Sealed(_Part):
    """What the seal says of all that came before it."""

    members: int
    sha256: str
    state: str
    rows: dict[str, int]
    sequences: dict[str, int]
    objects: int
    missing: list[str] = Field(default_factory=list)
    """Keys of attachments whose file was not in the store."""


def read_manifest(told: dict[str, Any]) -> Manifest:
    """Raises NotAnArchive."""
    return _read(Manifest, told)


def read_sealed(told: dict[str, Any]) -> Sealed:
    """Raises NotAnArchive."""
    return _read(Sealed, told)


def _read(part: type[P], told: dict[str, Any]) -> P:
    try:
        return part.model_validate(told)
    except ValidationError as error:
        wrong = error.errors()[0]
        raise NotAnArchive(f"{'.'.join(str(one) for one in wrong['loc'])}: {wrong['msg']}") from error
