"""Notes each refusal of the API: 401, 403 and 429. What is hidden (404) is none: nobody was told that it exists."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import structlog
from django.http import HttpRequest, HttpResponse

from helpdesk.access_log.rules import Access
from helpdesk.people.credentials import Credentials
from helpdesk.people.models import Person
from helpdesk.people.tokens import Claims
from helpdesk.vocabulary import AccessKind
from tenants.watch.notes import Place, notes, this_hour

API = "/api/"
KINDS = {401: AccessKind.UNAUTHORIZED, 403: AccessKind.FORBIDDEN, 429: AccessKind.RATE_LIMITED}
NOTED_BY_ITSELF = (401, "login")
"""A failed sign-in knows more: whose address it was, in which tenants."""


class WatchMiddleware:
    """Around everything that may refuse."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        operation = getattr(request, "operation", "")
        if operation:
            structlog.contextvars.bind_contextvars(operation=operation)  # for the edge's log and meters
        kind = KINDS.get(response.status_code)
        is_told = (response.status_code, operation) == NOTED_BY_ITSELF
        if kind is not None and request.path.startswith(API) and not is_told:
            _note(request, kind, operation)
        return response


def _note(request: HttpRequest, kind: AccessKind, operation: str) -> None:
    claims = getattr(request, "credentials", Credentials()).claims
    place = _place_of(request, claims)
    person_id = _person_of(request, claims) if claims and claims.tenant_id == place.tenant_id else None
    notes.note(place, Access(kind, this_hour(), operation, request.META["REMOTE_ADDR"], person_id))


def _place_of(request: HttpRequest, claims: Claims | None) -> Place:
    tenant = getattr(request, "tenant", None)
    if tenant is not None:
        return Place(tenant.id)
    if claims is not None and claims.tenant_id is not None:
        return Place(claims.tenant_id)
    return Place(None, request.headers.get("Host", "")[:260])


def _person_of(request: HttpRequest, claims: Claims) -> UUID | None:
    person = getattr(request, "auth", None)
    return person.id if isinstance(person, Person) else claims.person_id
