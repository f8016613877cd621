"""Which tenant a request is in: host, else the token's tenant, else `X-Tenant: slug`; two that differ are 403.

An unknown host is 404 on every path but health's and development's. Without a tenant only platform operations
answer.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial

import structlog
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from helpdesk.answers import Page, PagedAnswer, refusal
from helpdesk.errors import Forbidden, NotFound, Unauthorized
from helpdesk.origin import Origin, coming_from
from helpdesk.people.credentials import Credentials, cookie_name, read_credentials
from helpdesk.refusals import told
from tenants import context
from tenants.resolve import tenant_by_host, tenant_by_id, tenant_by_slug

ON_EVERY_HOST = ("/health", "/api/v1/health", "/dev/")
API = "/api/"
SIGN_IN = "/api/v1/auth/"
"""Here the body or the directory names the tenant, and a stale token must not stand in the way."""


class UnknownHost(NotFound):
    """No help desk answers at this address."""


class TenantsDiffer(Forbidden):
    """The host, the token and X-Tenant do not name the same tenant."""

    reason = "tenants_differ"


class TenantSuspended(Forbidden):
    """This help desk is suspended."""

    reason = "tenant_suspended"


class TenantMiddleware:
    """Enters the request's tenant, or the platform, for everything inside."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(ON_EVERY_HOST):
            with context.platform():
                return self.get_response(request)
        if not hasattr(request, "credentials"):  # the limits have read them where they count
            request.credentials = read_credentials(request.headers)  # type: ignore[attr-defined]
        response = self._in_its_tenant(request)
        if getattr(request, "cookie_is_stale", False) and cookie_name() not in response.cookies:
            response.delete_cookie(cookie_name(), samesite="Lax")
        return response

    def _in_its_tenant(self, request: HttpRequest) -> HttpResponse:
        try:
            tenant = tenant_of(request) if request.path.startswith(API) else _tenant_of_page(request)
        except Exception as error:
            return refusal(request, told(error))
        request.tenant = tenant  # type: ignore[attr-defined]
        here = Origin(request.META.get("REMOTE_ADDR") or "", request.headers.get("X-Request-ID", ""))
        with _entered(tenant), coming_from(here):
            response = self.get_response(request)
        if tenant is not None and isinstance(response, PagedAnswer):
            response.made_in(partial(_page_in, tenant), partial(_page_soon_in, tenant))
        return response


def tenant_of(request: HttpRequest) -> context.TenantRef | None:
    """The tenant that the request names; None on a platform host with neither token nor header."""
    found = tenant_by_host(request.headers.get("Host", ""))
    if found is None:
        raise UnknownHost
    named = [] if found == "platform" else [found]
    _drop_a_stale_cookie(request, named)
    claims = None if is_sign_in(request.path) else request.credentials.claims  # type: ignore[attr-defined]
    if claims is not None and claims.tenant_id is not None:
        named.append(_of_token(tenant_by_id(claims.tenant_id)))
    if slug := request.headers.get("X-Tenant"):
        named.append(_named(slug))
    if len({tenant.id for tenant in named}) > 1:
        raise TenantsDiffer
    if named and not named[0].is_active:
        raise TenantSuspended
    return named[0] if named else None


def _tenant_of_page(request: HttpRequest) -> context.TenantRef | None:
    """Pages are the same for everybody, so that somebody with a stale cookie can sign in again."""
    found = tenant_by_host(request.headers.get("Host", ""))
    if found is None:
        raise UnknownHost
    return None if found == "platform" else found


def _drop_a_stale_cookie(request: HttpRequest, named: list[context.TenantRef]) -> None:
    """A cookie whose tenant is gone or suspended counts as none, and goes: no script could take it away.

    One of another tenant than the host's is refused like a token, and goes too.
    """
    credentials: Credentials = request.credentials  # type: ignore[attr-defined]
    claims = credentials.claims
    if not credentials.by_cookie or claims is None or claims.tenant_id is None:
        return
    tenant = tenant_by_id(claims.tenant_id)
    is_gone = tenant is None or not tenant.is_active
    if is_gone:
        request.credentials = Credentials()  # type: ignore[attr-defined]
    request.cookie_is_stale = is_gone or any(other != tenant for other in named)  # type: ignore[attr-defined]


def _page_in(tenant: context.TenantRef, make: Page) -> bytes | None:
    _require_open(tenant)
    with context.tenant(tenant), transaction.atomic():
        return make()


async def _page_soon_in(tenant: context.TenantRef, make: Page) -> bytes | None:
    await context.run_in_platform(partial(_require_open, tenant))
    return await context.run_in_tenant(tenant, make)


def _require_open(tenant: context.TenantRef) -> None:
    """A long answer goes on only while its desk does."""
    found = tenant_by_id(tenant.id)
    if found is None or not found.is_active:
        raise TenantSuspended


def _entered(tenant: context.TenantRef | None) -> AbstractContextManager[None]:
    if tenant is None:
        return context.platform()
    structlog.contextvars.bind_contextvars(tenant=str(tenant.id))
    return context.tenant(tenant)


def is_sign_in(path: str) -> bool:
    """Is it one of the operations by which somebody gets a token?"""
    return path.startswith(SIGN_IN) and path.removeprefix(SIGN_IN) not in ("me", "logout", "password")


def _named(slug: str) -> context.TenantRef:
    tenant = tenant_by_slug(slug)
    if tenant is None:
        raise NotFound("There is no tenant with this slug.")
    return tenant


def _of_token(tenant: context.TenantRef | None) -> context.TenantRef:
    if tenant is None:
        raise Unauthorized
    return tenant
