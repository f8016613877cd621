"""Which tenant a request is in: host, else the token's tenant, else `X-Tenant: slug`; two that differ are 403.

An unknown host is 404 on every path but health. Without a tenant only platform operations answer.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from helpdesk.answers import refusal
from helpdesk.errors import Forbidden, HelpdeskError, NotFound, Unauthorized
from helpdesk.people.credentials import read_credentials
from helpdesk.refusals import told
from tenants import context
from tenants.resolve import tenant_by_host, tenant_by_id, tenant_by_slug

ON_EVERY_HOST = ("/health", "/api/v1/health")
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
        try:
            request.credentials = read_credentials(request.headers)  # type: ignore[attr-defined]
            tenant = tenant_of(request)
        except HelpdeskError as error:
            return refusal(request, error)
        except Exception as error:
            return refusal(request, told(error))
        request.tenant = tenant  # type: ignore[attr-defined]
        if tenant is None:
            with context.platform():
                return self.get_response(request)
        structlog.contextvars.bind_contextvars(tenant=str(tenant.id))
        with context.tenant(tenant):
            return self.get_response(request)


def tenant_of(request: HttpRequest) -> context.TenantRef | None:
    """The tenant that the request names; None on a platform host with neither token nor header."""
    found = tenant_by_host(request.headers.get("Host", ""))
    if found is None:
        raise UnknownHost
    signs_in = is_sign_in(request.path)
    named = [] if found == "platform" else [found]
    claims = None if signs_in else request.credentials.claims  # type: ignore[attr-defined]
    if claims is not None and claims.tenant_id is not None:
        named.append(_of_token(tenant_by_id(claims.tenant_id)))
    if slug := request.headers.get("X-Tenant"):
        named.append(_named(slug))
    if len({tenant.id for tenant in named}) > 1:
        raise TenantsDiffer
    if named and not named[0].is_active:
        raise TenantSuspended
    return named[0] if named else None


def is_sign_in(path: str) -> bool:
    """Is it one of the operations by which somebody gets a token?"""
    return path.startswith(SIGN_IN) and path not in (SIGN_IN + "me", SIGN_IN + "logout")


def _named(slug: str) -> context.TenantRef:
    tenant = tenant_by_slug(slug)
    if tenant is None:
        raise NotFound("There is no tenant with this slug.")
    return tenant


def _of_token(tenant: context.TenantRef | None) -> context.TenantRef:
    if tenant is None:
        raise Unauthorized
    return tenant
