"""A tenant of the original service as one of ours: made suspended, and resumed when all of it is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from pydantic import TypeAdapter, ValidationError

from helpdesk.clock import now
from helpdesk.importing.rules.values import Notes, NotTaken, Row, is_deleted, note_id, object_of, text_of
from tenants import context
from tenants.actions import change_tenant, create_tenant
from tenants.context import TenantRef
from tenants.models import Tenant, TenantImport
from tenants.schemas import Settings, Slug

MOST_NAME = 200
_SLUG: TypeAdapter[str] = TypeAdapter(Slug)
_SETTINGS: TypeAdapter[dict[str, Any]] = TypeAdapter(Settings)


@dataclass(frozen=True, slots=True)
class NewDesk:
    """A tenant as it will stand here."""

    id: UUID
    slug: str
    name: str
    settings: dict[str, Any]
    is_active: bool


@dataclass(frozen=True, slots=True)
class Here:
    """What is here of a tenant. `finished_at` None: no import has come to its end yet."""

    ref: TenantRef
    began_at: datetime
    finished_at: datetime | None


def desk_of(row: Row, *, slugs: Mapping[str, str], notes: Notes) -> NewDesk:
    """The desk of a tenant's row. `slugs`: those that the one who runs the import has changed. Raises NotTaken."""
    if is_deleted(row):
        raise NotTaken("it was deleted there")
    theirs = str(row.get("slug") or "").strip()
    try:
        slug = _SLUG.validate_python(slugs.get(theirs, theirs))
    except ValidationError as error:
        raise NotTaken(f"its slug cannot be a host's name: give it another with --slug {theirs}=NEW") from error
    if slug != theirs:
        notes.add(f"its slug is {slug} here")
    return NewDesk(
        id=note_id(row, notes),
        slug=slug,
        name=text_of(row.get("name"), name="name", most=MOST_NAME, notes=notes) or slug,
        settings=_settings_of(row, notes),
        is_active=row.get("isActive") is not False,
    )


def find_desk(new: NewDesk) -> Here | None:
    """What is here of it; None where nothing is. Raises NotTaken where it is somebody else's."""
    with context.platform(), transaction.atomic():
        tenant: Tenant | None = Tenant.objects.filter(id=new.id).first()
        begun = TenantImport.objects.filter(tenant_id=new.id).first()
        if tenant is None:
            if Tenant.objects.filter(slug=new.slug).exists():
                raise NotTaken(f"another tenant has the slug {new.slug}: give it another with --slug {new.slug}=NEW")
            return None
    if begun is None:
        raise NotTaken("a tenant of this id is here that no import has made")
    return Here(tenant.ref(), begun.began_at, begun.finished_at)


def make_desk(new: NewDesk) -> Here:
    """Make it, suspended: until all is there nobody signs in, and no number is given to another ticket."""
    with context.platform(), transaction.atomic():
        begun, _ = TenantImport.objects.get_or_create(tenant_id=new.id)
    tenant = create_tenant(name=new.name, slug=new.slug, settings=new.settings, tenant_id=new.id, is_active=False)
    return Here(tenant.ref(), begun.began_at, None)


def finish_desk(here: Here, *, resume: bool) -> None:
    """All that could be taken is there. The first time, the desk opens."""
    if here.finished_at is not None:
        return
    with context.platform(), transaction.atomic():
        TenantImport.objects.filter(tenant_id=here.ref.id).update(finished_at=now())
    if resume:
        change_tenant(None, here.ref.id, fields={"is_active": True})


def _settings_of(row: Row, notes: Notes) -> dict[str, Any]:
    given = object_of(row.get("settings"), name="settings", notes=notes)
    try:
        return _SETTINGS.validate_python(given)
    except ValidationError:
        notes.add("its settings were left out: they hold what the hub would not take")
        return {}
