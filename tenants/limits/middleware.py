"""Every request to the API takes a place in its caller's bucket before anything of the database is asked.

A valid token or API key counts for its person or key, whoever sends it from wherever; anything else counts for the
address, a made-up token too. Health, documents and pages are not counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from helpdesk.answers import refusal
from helpdesk.errors import RateLimited
from helpdesk.people.credentials import Credentials, read_credentials
from tenants.limits.counting import counting
from tenants.limits.fields import fields_of
from tenants.limits.rules import Bucket, Verdict, network_of, read_limit

API = "/api/v1"
FREE = ("/api/v1/health", "/api/v1/openapi.json")


class LimitMiddleware:
    """429 with `Retry-After` where a bucket is full; else the answer, with what is left."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path
        if not settings.HUB_RATE_LIMITING or not path.startswith(API) or path.startswith(FREE):
            return self.get_response(request)
        credentials = read_credentials(request.headers)
        request.credentials = credentials  # type: ignore[attr-defined]
        buckets = list(buckets_of(credentials, request.META["REMOTE_ADDR"]))
        verdicts = counting.take(buckets) if buckets else []
        tightest = max(verdicts, key=_tightness, default=None)
        if tightest is not None and tightest.wait_s:
            return refusal(request, RateLimited(headers=fields_of(tightest)))
        response = self.get_response(request)
        if tightest is not None and "RateLimit" not in response:
            for name, value in fields_of(tightest).items():
                response[name] = value
        return response


def buckets_of(credentials: Credentials, address: str) -> Iterator[Bucket]:
    """Where a request counts."""
    claims = credentials.claims
    if claims is None:
        yield from _bucket("anonymous", network_of(address))
        return
    if claims.key_id is not None:
        yield from _bucket("key", str(claims.key_id))
    else:
        yield from _bucket("person", str(claims.person_id))
    if claims.tenant_id is not None:
        yield from _bucket("tenant", str(claims.tenant_id))


def _bucket(policy: str, whose: str) -> Iterator[Bucket]:
    if limit := read_limit(settings.HUB_LIMITS[policy]):
        yield Bucket(policy, f"{policy}:{whose}", limit)


def _tightness(verdict: Verdict) -> tuple[int, float]:
    return verdict.wait_s, -verdict.remaining / verdict.bucket.limit.count
