"""Reading tenants."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import F

from helpdesk.paging import Order, Page, paginate, read_moment, read_text
from helpdesk.people.models import Person
from tenants import context
from tenants.actions import TenantNotFound, get_tenant
from tenants.door import Somebody
from tenants.models import Tenant
from tenants.schemas import TenantListQuery, TenantPayload

_ORDERS = {
    "createdAt": (F("created_at"), lambda tenant: tenant.created_at, read_moment),
    "name": (F("name"), lambda tenant: tenant.name, read_text),
    "slug": (F("slug"), lambda tenant: tenant.slug, read_text),
}


def list_tenants(query: TenantListQuery) -> Page[Tenant]:
    """One page of all tenants, for platform admins."""
    key, value_of, read = _ORDERS[query.sort_by]
    order = Order(query.sort_by, key, value_of, read, query.sort_order == "desc")
    with context.platform(), transaction.atomic():
        return paginate(Tenant.objects.prefetch_related("domains"), query, order)


def get_tenant_visible_to(somebody: Somebody, tenant_id: UUID, *, own_id: UUID | None) -> Tenant:
    """Any tenant for platform admins; for a tenant's people only their own (`own_id`)."""
    if isinstance(somebody, Person) and tenant_id != own_id:
        raise TenantNotFound
    return get_tenant(tenant_id)


def tenant_payload(tenant: Tenant) -> TenantPayload:
    """The API's shape."""
    return TenantPayload(
        id=tenant.id,
        name=tenant.name,
        slug=tenant.slug,
        domains=sorted(domain.domain for domain in tenant.domains.all()),
        settings=tenant.settings,
        is_active=tenant.is_active,
        created_at=tenant.created_at,
        updated_at=tenant.updated_at,
    )
