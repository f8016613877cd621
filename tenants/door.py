"""The door of platform operations: they enter tenants and `public` themselves, in transactions of their own."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeAlias
from uuid import UUID

import structlog
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from helpdesk import origin
from helpdesk.answers import refusal
from helpdesk.clock import now
from helpdesk.door import NoTenantNamed, query_names, require_known_query, require_own_page, signed_in_person
from helpdesk.errors import Unauthorized
from helpdesk.people.credentials import Credentials
from helpdesk.people.models import Person
from helpdesk.permissions import ANYBODY, OPERATIONS, require
from helpdesk.refusals import told
from tenants import context
from tenants.limits.operations import require_room
from tenants.models import PlatformAdmin

Somebody: TypeAlias = Person | PlatformAdmin
"""A person of a tenant, or a platform admin."""


class PlatformRequest(HttpRequest):
    """Of a platform operation after its door. For the type checker: at run time it is Django's request."""

    auth: Somebody
    credentials: Credentials
    tenant: context.TenantRef | None


def platform_operation(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Ninja's operation decorator: who asks is read and let in, then the operation opens its own work."""
    operation_id = run.__self__.operation_id  # type: ignore[attr-defined]
    known = query_names(run)

    @wraps(run)
    def at_the_door(request: HttpRequest, **path: Any) -> HttpResponse:
        request.operation = operation_id  # type: ignore[attr-defined]
        origin.note(operation=operation_id)
        try:
            require_room(operation_id, request.META["REMOTE_ADDR"])
            if OPERATIONS[operation_id].roles is not ANYBODY:
                request.auth = _somebody(request, operation_id)  # type: ignore[attr-defined]
            require_known_query(request, known)
            return run(request, **path)
        except Exception as error:
            return refusal(request, told(error))

    return at_the_door


def require_person(request: PlatformRequest) -> tuple[Person, UUID]:
    """The person who asks, and the session in which they signed in. Platform admins and API keys have none: refused."""
    claims = request.credentials.claims
    if not isinstance(request.auth, Person):
        raise NoTenantNamed
    if claims is None or claims.session_id is None:
        raise Unauthorized
    return request.auth, claims.session_id


def _somebody(request: HttpRequest, operation_id: str) -> Somebody:
    credentials: Credentials = request.credentials  # type: ignore[attr-defined]
    claims = credentials.claims
    if claims is None:
        raise Unauthorized
    if claims.tenant_id is not None:
        with transaction.atomic():
            return signed_in_person(request, operation_id)
    require_own_page(request, credentials)
    with context.platform(), transaction.atomic():
        admin = PlatformAdmin.objects.filter(
            id=claims.person_id, is_active=True, sessions__id=claims.session_id, sessions__expires_at__gt=now()
        ).first()
    if admin is None:
        raise Unauthorized
    structlog.contextvars.bind_contextvars(person=str(admin.id))
    require(admin, operation_id)
    return admin
