"""Which tenant a host or an id stands for. Looked up once, then cached for a few seconds a process.

`forget()` is called when a tenant or a domain changes, so this process sees it at once and the others
within the lifetime of an entry.
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable, Hashable
from typing import Literal
from uuid import UUID

from django.conf import settings
from django.db import transaction

from tenants.context import TenantRef, platform
from tenants.models import Domain, Tenant

LIFETIME_S = 3.0
MOST_ENTRIES = 10_000

_cache: dict[Hashable, tuple[float, TenantRef | None]] = {}


def tenant_by_id(tenant_id: UUID) -> TenantRef | None:
    """The tenant, suspended ones too (`is_active` tells); None where there is none."""
    return _cached(("id", tenant_id), lambda: Tenant.objects.filter(id=tenant_id).first())


def tenant_by_slug(slug: str) -> TenantRef | None:
    """As `tenant_by_id`; slugs are compared lower-case."""
    return _cached(("slug", slug.lower()), lambda: Tenant.objects.filter(slug=slug.lower()).first())


def tenant_by_host(host: str) -> TenantRef | Literal["platform"] | None:
    """What a Host header (with or without a port) names: a tenant, the platform, or nothing of ours."""
    name = _bare(host)
    if name in (settings.HUB_BASE_DOMAIN, "127.0.0.1", "::1", "localhost") or _is_loopback(name):
        return "platform"
    slug, dot, rest = name.partition(".")
    if dot and rest == settings.HUB_BASE_DOMAIN and (found := tenant_by_slug(slug)):
        return found
    return _cached(("domain", name), lambda: _of_domain(name))


def forget() -> None:
    """Drop everything cached: a tenant or a domain has changed."""
    _cache.clear()


def _bare(host: str) -> str:
    name = host.strip().lower()
    if name.startswith("["):
        return name[1:].partition("]")[0]
    return name.rpartition(":")[0] if name.count(":") == 1 else name


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _of_domain(name: str) -> Tenant | None:
    domain = Domain.objects.select_related("tenant").filter(domain=name).first()
    return domain.tenant if domain else None


def _cached(key: Hashable, load: Callable[[], Tenant | None]) -> TenantRef | None:
    at = time.monotonic()
    known = _cache.get(key)
    if known and known[0] > at:
        return known[1]
    with platform(), transaction.atomic():
        row = load()
    ref = row.ref() if row else None
    if len(_cache) >= MOST_ENTRIES:
        _cache.clear()
    _cache[key] = (at + LIFETIME_S, ref)
    return ref
