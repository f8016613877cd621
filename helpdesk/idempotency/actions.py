"""A POST with an `Idempotency-Key` is done once; repeated, it gets the first answer again.

All of it is in the request's own transaction: the key's lock, what the request does, and its answer. So
a killed process leaves neither half, and a request that is still running is told from one that is done.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta

import orjson
from django.db import connection
from django.http import HttpRequest, HttpResponse

from helpdesk import desk
from helpdesk.answers import JSON_TYPE
from helpdesk.clock import now
from helpdesk.errors import Conflict, HelpdeskError, ValidationFailed
from helpdesk.idempotency.models import IdempotentAnswer
from helpdesk.idempotency.rules import LASTS_HOURS, NOT_KEPT, is_key, lock_number, masked, scope_of
from helpdesk.people.models import Person

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"


class StillRunning(Conflict):
    """The first request with this Idempotency-Key has not ended yet: try again in a moment."""

    reason = "still_running"


class KeyReused(HelpdeskError):
    """This Idempotency-Key came with another body before: a new request needs a new key."""

    code, status, reason = "IDEMPOTENCY_KEY_REUSED", 422, "key_reused"


def once(request: HttpRequest, person: Person, *, operation_id: str, run: Callable[[], HttpResponse]) -> HttpResponse:
    """The answer of `run`, or the one it gave before. Only answers of 2xx are kept."""
    scope = _scope(request, person, operation_id)
    if scope is None:
        return run()
    _lock(scope)
    if again := _answer_before(scope, request):
        return again
    response = run()
    if 200 <= response.status_code < 300:
        _keep(scope, _sha256(request), response)
    return response


def answer_kept(request: HttpRequest, person: Person, *, operation_id: str) -> HttpResponse | None:
    """The answer that this request got before: asked first where much is done before `once`."""
    scope = _scope(request, person, operation_id)
    return _answer_before(scope, request) if scope else None


def forget_old_answers() -> int:
    """Remove answers older than a day; says how many."""
    return IdempotentAnswer.objects.filter(created_at__lt=now() - timedelta(hours=LASTS_HOURS)).delete()[0]


def _scope(request: HttpRequest, person: Person, operation_id: str) -> bytes | None:
    key = request.headers.get(HEADER)
    if key is None or request.method != "POST" or operation_id in NOT_KEPT:
        return None
    if not is_key(key):
        raise ValidationFailed.of(HEADER, "1 to 255 visible ASCII characters.", "idempotency_key")
    return scope_of(person.id, method="POST", path=request.path, key=key)


def _sha256(request: HttpRequest) -> bytes:
    return hashlib.sha256(request.body).digest()


def _answer_before(scope: bytes, request: HttpRequest) -> HttpResponse | None:
    kept = _kept(scope)
    if kept is None:
        return None
    if bytes(kept.body_sha256) != _sha256(request):
        raise KeyReused
    return _again(kept)


def _lock(scope: bytes) -> None:
    tenant = desk.current().id.bytes  # advisory locks are the database's, not the schema's
    number = lock_number(hashlib.sha256(tenant + scope).digest())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        if not cursor.fetchone()[0]:
            raise StillRunning


def _kept(scope: bytes) -> IdempotentAnswer | None:
    kept = IdempotentAnswer.objects.filter(scope=scope).first()
    if kept is not None and kept.created_at < now() - timedelta(hours=LASTS_HOURS):
        kept.delete()
        return None
    return kept


def _keep(scope: bytes, body_sha256: bytes, response: HttpResponse) -> None:
    content = orjson.dumps(masked(orjson.loads(response.content))).decode() if response.content else ""
    IdempotentAnswer.objects.create(
        scope=scope,
        body_sha256=body_sha256,
        status=response.status_code,
        etag=response.headers.get("ETag", ""),
        content=content,
    )


def _again(kept: IdempotentAnswer) -> HttpResponse:
    response = HttpResponse(kept.content.encode(), status=kept.status, content_type=JSON_TYPE)
    response["Cache-Control"] = "no-store"
    response[REPLAYED] = "true"
    if kept.etag:
        response["ETag"] = kept.etag
    return response
