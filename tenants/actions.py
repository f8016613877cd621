"""What is done to tenants. Each action enters the context it needs and is one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import orjson
import structlog
from django.db import IntegrityError, OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected

from helpdesk import origin
from helpdesk.attachments.rules import UPLOAD_LASTS
from helpdesk.clock import now
from helpdesk.errors import Conflict, FieldForbidden, NotFound, ValidationFailed
from helpdesk.events import bell
from helpdesk.ids import new_id
from helpdesk.objects.rules import last_look
from helpdesk.people.actions import create_person
from helpdesk.people.models import Person
from helpdesk.people.passwords import hash_password
from helpdesk.shapes import same_json, to_json_name
from helpdesk.ticket_views.actions import add_default_views
from helpdesk.vocabulary import Role
from helpdesk.work import unit_of_work
from tenants import context, resolve
from tenants.domains import set_domains
from tenants.door import Somebody
from tenants.keeping.records import note_record, whoever_runs_this
from tenants.models import Tenant
from tenants.schema import create_schema, drop_schema
from tenants.telling import record_changes
from tenants.versions import newest_version

EMPTY_PREFIX, EMPTY_PREFIX_LAST = "empty_prefix", "empty_prefix_last"
"""Wake-ups that outlive their tenant: what it had in the object store is removed, at once and when all has arrived."""
TENANT_ADMIN_FIELDS = frozenset({"name", "settings"})

_log = structlog.get_logger(__name__)
TRIES_TO_DELETE = 5
"""A schema's tables are locked in an order of PostgreSQL's own, while others still read several of them."""


class TenantNotFound(NotFound):
    """There is no such tenant, or it is not yours."""


class SlugTaken(Conflict):
    """Another tenant has this slug."""

    reason = "slug_taken"


@dataclass(frozen=True, slots=True)
class NewAdmin:
    """The first person of a tenant, who makes the others."""

    email: str
    password: str
    first_name: str
    last_name: str


def create_tenant(
    *,
    name: str,
    slug: str,
    domains: Collection[str] = (),
    settings: Mapping[str, Any] | None = None,
    admin: NewAdmin | None = None,
    tenant_id: UUID | None = None,
    is_active: bool = True,
) -> Tenant:
    """A tenant with its schema, and its first admin where one is given. All of it or nothing.

    `tenant_id`: the id that it has had elsewhere. `is_active` False: it begins suspended.
    """
    ref = context.TenantRef(tenant_id or new_id(), slug, name, is_active, dict(settings or {}))
    password_hash = hash_password(admin.password) if admin else ""
    with context.tenant(ref), unit_of_work():
        insert_row(ref)
        set_domains(ref.id, domains)
        create_schema(ref)
        add_default_views()
        if admin:
            create_person(
                None,
                email=admin.email,
                first_name=admin.first_name,
                last_name=admin.last_name,
                password_hash=password_hash,
                role=Role.ADMIN,
            )
    resolve.forget()
    _log.info("tenant_made", tenant=str(ref.id), slug=slug)
    return get_tenant(ref.id)


def change_tenant(actor: Somebody | None, tenant_id: UUID, *, fields: Mapping[str, Any]) -> Tenant:
    """Rename, reconfigure, suspend or reopen. A tenant's own admin changes its name and settings.

    What changed stands in the tenant's own log. `actor` None: a command did it, and no row stands for who runs it.
    """
    ref = get_tenant(tenant_id).ref()
    with _from_where(actor), context.tenant(ref), unit_of_work():
        tenant, domains = _lock_tenant(tenant_id)
        before = vars(tenant) | {"domains": domains}
        changes = {name: (before[name], value) for name, value in fields.items() if not same_json(before[name], value)}
        if isinstance(actor, Person) and (refused := sorted(changes.keys() - TENANT_ADMIN_FIELDS)):
            raise FieldForbidden.of([to_json_name(name) for name in refused])
        if changes:
            columns = {name: value for name, (_, value) in changes.items() if name != "domains"}
            _save(tenant, columns)
            domains = fields.get("domains", domains)
            set_domains(tenant_id, domains)
            record_changes(actor, tenant, domains=domains, changes=changes)
            transaction.on_commit(partial(bell.knock, tenant_id), robust=True)
    resolve.forget()
    if changes:
        # What was changed and by whom; settings may hold what is nobody else's business.
        by = str(actor.id) if actor else whoever_runs_this()
        _log.info("tenant_changed", tenant=str(tenant_id), by=by, fields=sorted(changes))
    return get_tenant(tenant_id)


def _from_where(actor: Somebody | None) -> AbstractContextManager[Any]:
    """As it stands in the log: a desk does not learn the addresses of those who run the hub."""
    here = origin.current()
    return nullcontext() if here is None or isinstance(actor, Person) else origin.coming_from(replace(here, client=""))


def _lock_tenant(tenant_id: UUID) -> tuple[Tenant, list[str]]:
    """Its row and its domains. By name of the schema, because we are in the tenant's, where its log is."""
    found = list(Tenant.objects.raw("SELECT * FROM public.tenant WHERE id = %s FOR UPDATE", [tenant_id]))
    if not found:
        raise TenantNotFound
    with connection.cursor() as cursor:
        cursor.execute("SELECT domain FROM public.domain WHERE tenant_id = %s", [tenant_id])
        return found[0], sorted(domain for (domain,) in cursor.fetchall())


def delete_tenant(tenant_id: UUID, *, confirm: str, by: str = "") -> None:
    """Delete a tenant for good: its schema, its domains, its entries in the sign-in directory.

    Its objects go afterwards: the store is not asked in a transaction, and may be away. That it was there stays written
    down in `public.tenant_record`. `by`: who wants it.
    """
    tenant = get_tenant(tenant_id)
    if confirm != tenant.slug:
        raise ValidationFailed.of("confirm", "Confirm with ?confirm= and the tenant's slug.", "not_confirmed")
    for tries_left in reversed(range(TRIES_TO_DELETE)):
        try:
            _delete(tenant, by)
            break
        except OperationalError as error:
            if tries_left == 0 or not isinstance(error.__cause__, DeadlockDetected):
                raise
    resolve.forget()
    _log.info("tenant_deleted", tenant=str(tenant_id), slug=tenant.slug)


def _delete(tenant: Tenant, by: str) -> None:
    with context.platform(), transaction.atomic(), connection.cursor() as cursor:
        # Its row before its tables, in the order of those who change it: they wait, or find it gone.
        cursor.execute("SELECT 1 FROM tenant WHERE id = %s FOR UPDATE", [tenant.id])
        drop_schema(tenant.ref())
        cursor.execute("DELETE FROM sign_in_directory WHERE tenant_id = %s", [tenant.id])
        cursor.execute("DELETE FROM wakeup WHERE tenant_id = %s", [tenant.id])
        moment = now()
        last = last_look(moment + UPLOAD_LASTS)
        cursor.execute(
            "INSERT INTO wakeup (tenant_id, kind, due_at, due_since) VALUES (%s, %s, %s, %s), (%s, %s, %s, %s)",
            [tenant.id, EMPTY_PREFIX, moment, moment, tenant.id, EMPTY_PREFIX_LAST, last, last],
        )
        cursor.execute("DELETE FROM domain WHERE tenant_id = %s", [tenant.id])
        cursor.execute("DELETE FROM tenant_import WHERE tenant_id = %s", [tenant.id])
        cursor.execute("DELETE FROM tenant WHERE id = %s", [tenant.id])
        note_record("erased", tenant_id=tenant.id, slug=tenant.slug, by=by)
        transaction.on_commit(partial(bell.knock, tenant.id), robust=True)


def get_tenant(tenant_id: UUID) -> Tenant:
    """The tenant, or TenantNotFound."""
    with context.platform(), transaction.atomic():
        tenant: Tenant | None = Tenant.objects.filter(id=tenant_id).prefetch_related("domains").first()
    if tenant is None:
        raise TenantNotFound
    return tenant


def insert_row(
    ref: context.TenantRef,
    *,
    settings: str = "",
    created_at: datetime | None = None,
    updated_at: datetime | None = None,
) -> None:
    """By name of the schema, because we are in the tenant's: its tables and its row commit together. Raises SlugTaken.

    The moments are now's, but for a tenant that comes from elsewhere; its settings are JSON as they were written.
    """
    moment = now()
    settings = settings or orjson.dumps(dict(ref.settings)).decode()
    given: list[Any] = [ref.id, ref.schema_name, ref.slug, ref.name, settings, ref.is_active, newest_version()]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO public.tenant (id, schema_name, slug, name, settings, is_active, schema_version,"
                " created_at, updated_at) VALUES (%s, %s, %s, %s, %s::jsonb, %s, %s, %s, %s)",
                [*given, created_at or moment, updated_at or moment],
            )
    except IntegrityError as error:
        raise SlugTaken from error


def _save(tenant: Tenant, columns: Mapping[str, Any]) -> None:
    """With these columns from now on. By name of the schema, as `_lock_tenant`."""
    for name, value in columns.items():
        setattr(tenant, name, value)
    settings = orjson.dumps(tenant.settings).decode()
    given: list[Any] = [tenant.slug, tenant.name, settings, tenant.is_active, now(), tenant.id]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE public.tenant SET slug = %s, name = %s, settings = %s::jsonb, is_active = %s, updated_at = %s"
                " WHERE id = %s",
                given,
            )
    except IntegrityError as error:
        raise SlugTaken from error
