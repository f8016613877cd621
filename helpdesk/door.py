"""The API's door: a tenant operation is one unit of work, asked by a person whose role the table lets in.

An operation that must ask the network opens its units of work itself, around that: `own_units_of_work`.
Ninja turns exceptions into answers inside the operation, so an answer of 400 and above undoes the work.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Any

import structlog
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from helpdesk import desk, origin
from helpdesk.answers import refusal
from helpdesk.api_keys.actions import note_use
from helpdesk.api_keys.queries import get_caller
from helpdesk.errors import Detail, Forbidden, Unauthorized, ValidationFailed
from helpdesk.idempotency.actions import answer_kept, once
from helpdesk.people.credentials import SAFE_METHODS, Credentials, is_same_origin
from helpdesk.people.models import Person
from helpdesk.permissions import require
from helpdesk.refusals import told
from helpdesk.work import unit_of_work

Run = Callable[..., HttpResponse]


class ForeignOrigin(Forbidden):
    """A cookie signs in only what our own page sends."""

    reason = "foreign_origin"


class NoTenantNamed(Forbidden):
    """This account runs the platform: it has no tickets. Sign in to a tenant."""

    reason = "no_tenant"


def one_unit_of_work(run: Run) -> Run:
    """Ninja's operation decorator for tenant operations."""
    operation_id = run.__self__.operation_id  # type: ignore[attr-defined]
    known = query_names(run)

    @wraps(run)
    def at_the_door(request: HttpRequest, **path: Any) -> HttpResponse:
        request.operation = operation_id  # type: ignore[attr-defined]
        try:
            return _in_one_unit_of_work(request, operation_id, known, lambda: run(request, **path))
        except Exception as error:
            return refusal(request, told(error))

    return at_the_door


def own_units_of_work(run: Run) -> Run:
    """The same for operations that ask the network: they run outside any, after a first one that let them in.

    What such an operation does at last to answer a POST, it has done by `request.conclude`.
    """
    operation_id = run.__self__.operation_id  # type: ignore[attr-defined]
    known = query_names(run)

    @wraps(run)
    def at_the_door(request: HttpRequest, **path: Any) -> HttpResponse:
        try:
            with unit_of_work():
                person = signed_in_person(request, operation_id)
                require_known_query(request, known)
                again = answer_kept(request, person, operation_id=operation_id)
            request.auth = person  # type: ignore[attr-defined]
            request.conclude = partial(_in_one_unit_of_work, request, operation_id, known)  # type: ignore[attr-defined]
            return again or run(request, **path)
        except Exception as error:
            return refusal(request, told(error))

    return at_the_door


def _in_one_unit_of_work(
    request: HttpRequest, operation_id: str, known: frozenset[str], run: Callable[[], HttpResponse]
) -> HttpResponse:
    """All of it commits together, or nothing. Who asks is read anew; a repeated request is answered again."""
    with unit_of_work():
        person = signed_in_person(request, operation_id)
        require_known_query(request, known)
        request.auth = person  # type: ignore[attr-defined]
        response = once(request, person, operation_id=operation_id, run=run)
        if response.status_code >= 400:
            transaction.set_rollback(True)
    return response


def query_names(run: Run) -> frozenset[str]:
    """The query parameters that Ninja's operation takes, by their names in the address."""
    models = run.__self__.models  # type: ignore[attr-defined]
    return frozenset(
        name for model in models if model.__ninja_param_source__ == "query" for name in model.__ninja_flatten_map__
    )


def require_known_query(request: HttpRequest, known: frozenset[str]) -> None:
    """Raise ValidationFailed for other parameters: a filter with a typing error must not show everything."""
    if unknown := sorted(set(request.GET) - known):
        text = "There is no such parameter."
        raise ValidationFailed(details=[Detail(name[:100], text, "unknown_parameter") for name in unknown[:20]])


def signed_in_person(request: HttpRequest, operation_id: str) -> Person:
    """Who asks, read from the database now, where the table lets them do that; the tenant was entered before."""
    credentials: Credentials = request.credentials  # type: ignore[attr-defined]
    claims = credentials.claims
    if claims is None:
        raise Unauthorized
    if claims.tenant_id is None or not desk.is_entered():
        raise NoTenantNamed
    require_own_page(request, credentials)
    caller = get_caller(claims, held=request.method not in SAFE_METHODS)
    if caller is None or claims.tenant_id != desk.current().id:
        raise Unauthorized
    structlog.contextvars.bind_contextvars(person=str(caller.person.id))
    require(caller.person, operation_id)
    origin.note(operation=operation_id, api_key_id=caller.key.id if caller.key else None)
    if caller.key is not None:
        note_use(caller.key)
    return caller.person


def require_own_page(request: HttpRequest, credentials: Credentials) -> None:
    """Raise ForeignOrigin where a cookie came along with an unsafe method from elsewhere (CSRF)."""
    if credentials.by_cookie and request.method not in SAFE_METHODS and not is_same_origin(request.headers):
        raise ForeignOrigin
