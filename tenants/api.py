"""`/tenants`: for platform admins; a tenant's admin reads and edits only its own."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from ninja import Body, Query, Router

from helpdesk.answers import answer, no_content
from tenants import actions, queries
from tenants.door import PlatformRequest, platform_operation
from tenants.queries import get_tenant_visible_to, tenant_payload
from tenants.schemas import ChangeTenant, CreateTenant, DeleteQuery, TenantList, TenantListQuery, TenantPayload

router = Router()
router.add_decorator(platform_operation, mode="view")


@router.get("", operation_id="listTenants", response=TenantList, summary="List tenants")
def list_tenants(request: PlatformRequest, query: Query[TenantListQuery]) -> HttpResponse:
    """By page or cursor."""
    page = queries.list_tenants(query)
    rows = [tenant_payload(tenant).model_dump(mode="json", by_alias=True) for tenant in page.rows]
    return answer({"data": rows, "meta": page.meta})


@router.post("", operation_id="createTenant", response={201: TenantPayload}, summary="Make a tenant")
def create_tenant(request: PlatformRequest, body: Body[CreateTenant]) -> HttpResponse:
    """With its schema, and with `admin` the person who can sign in to it."""
    admin = actions.NewAdmin(**body.admin.model_dump()) if body.admin else None
    tenant = actions.create_tenant(
        name=body.name, slug=body.slug, domains=body.domains, settings=body.settings, admin=admin
    )
    return answer(tenant_payload(tenant), status=201)


@router.get("/{tenant_id}", operation_id="getTenant", response=TenantPayload, summary="One tenant")
def get_tenant(request: PlatformRequest, tenant_id: UUID) -> HttpResponse:
    """For its own admin too."""
    return answer(tenant_payload(get_tenant_visible_to(request.auth, tenant_id, own_id=_own_id(request))))


@router.put("/{tenant_id}", operation_id="updateTenant", response=TenantPayload, summary="Change a tenant")
def update_tenant(request: PlatformRequest, tenant_id: UUID, body: Body[ChangeTenant]) -> HttpResponse:
    """Merges the fields it is given; `isActive: false` suspends it."""
    get_tenant_visible_to(request.auth, tenant_id, own_id=_own_id(request))
    return answer(tenant_payload(actions.change_tenant(request.auth, tenant_id, fields=body.given())))


router.patch("/{tenant_id}", operation_id="patchTenant", response=TenantPayload, summary="Change a tenant")(
    update_tenant
)


@router.delete("/{tenant_id}", operation_id="deleteTenant", response={204: None}, summary="Delete a tenant")
def delete_tenant(request: PlatformRequest, tenant_id: UUID, query: Query[DeleteQuery]) -> HttpResponse:
    """For good, with everything in it; `?confirm=` and its slug."""
    actions.delete_tenant(tenant_id, confirm=query.confirm, by=f"platform admin {request.auth.id}")
    return no_content()


def _own_id(request: PlatformRequest) -> UUID | None:
    return request.tenant.id if request.tenant else None
