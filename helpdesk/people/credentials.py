"""Where a request's token comes from: the Authorization header, else the cookie of the same origin.

The header holds a sign-in's token or an API key (`hk_…`), the cookie only the first. With an Authorization
header the cookie is ignored; a bad cookie counts as none. A cookie on an unsafe method must come from our own
page: `Sec-Fetch-Site: same-origin`, an `Origin` equal to the host, or one that the operator has listed as ours
(HUB_CORS_ORIGINS).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from helpdesk.people.key_tokens import PREFIX, read_key_token
from helpdesk.people.tokens import Claims, read_token
from helpdesk.sealing import derived_keys

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Credentials:
    """`given`: something was sent that claims to sign in. `claims`: it is valid. `by_cookie`: no header."""

    claims: Claims | None = None
    given: bool = False
    by_cookie: bool = False


def cookie_name() -> str:
    """Ends in the port in development, so that two copies on one host do not sign each other out."""
    return f"hub_session_{settings.HUB_PORT}" if settings.HUB_ENV == "development" else "__Host-hub_session"


def read_credentials(headers: Mapping[str, str]) -> Credentials:
    """The credentials in a request's headers (`Authorization`, `Cookie`; any case-insensitive mapping)."""
    authorization = headers.get("Authorization")
    if authorization is not None:
        scheme, _, token = authorization.strip().partition(" ")
        claims = read_bearer(token.strip()) if scheme.lower() == "bearer" else None
        return Credentials(claims=claims, given=True)
    cookie = cookie_token(headers.get("Cookie", ""))
    claims = read_token(cookie) if cookie else None
    return Credentials(claims=claims, given=claims is not None, by_cookie=claims is not None)


def read_bearer(token: str) -> Claims | None:
    """The claims of a sign-in's token or of an API key that we made; else None. The database is not asked."""
    if not token.startswith(PREFIX):
        return read_token(token)
    key = read_key_token(token, keys=key_signing_keys())
    return Claims(key.tenant_id, key_id=key.key_id, key_sha256=key.sha256) if key else None


def key_signing_keys() -> tuple[bytes, ...]:
    """The first signs new API keys."""
    return derived_keys("api key")


def cookie_token(cookie_header: str) -> str | None:
    """Our valid token in a Cookie header, if it is there. What else stands in it is other people's and may be odd."""
    pairs = (part.strip().partition("=") for part in cookie_header.split(";"))
    return next((value for name, _, value in pairs if name == cookie_name() and read_token(value)), None)


def is_same_origin(headers: Mapping[str, str]) -> bool:
    """Does a browser say that its own page of this host, or of a listed origin, sent this?"""
    if (headers.get("Origin") or "").lower() in settings.HUB_CORS_ORIGINS:
        return True
    site = headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    try:
        origin = urlsplit(headers.get("Origin") or "")
    except ValueError:
        return False
    return origin.scheme in ("http", "https") and origin.netloc.lower() == headers.get("Host", "").lower()


def says_foreign_origin(headers: Mapping[str, str]) -> bool:
    """Does a browser say that another site's page sent this? (Not browsers say nothing.)"""
    told = headers.get("Sec-Fetch-Site") is not None or headers.get("Origin") is not None
    return told and not is_same_origin(headers)
