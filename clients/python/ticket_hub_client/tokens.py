"""Where a client's token comes from, and how it gets a new one before the old one ends."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any, Protocol
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from .stopped import UNAUTHORIZED, Stopped

PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class Token:
    """`expires_at`: seconds since 1970; None: it need not be renewed."""

    text: str
    expires_at: float | None = None


class TokenSource(Protocol):
    """Gives the token. `fresh`: the last one is no longer good, or soon will not be.

    Raises Stopped where there is no other, OSError where nobody answers just now.
    """

    async def token(self, *, fresh: bool) -> Token: ...


class FixedToken:
    """An API key, or a token that somebody else looks after."""

    def __init__(self, text: str) -> None:
        self._token = Token(text)

    async def token(self, *, fresh: bool) -> Token:
        if fresh:
            raise Stopped(UNAUTHORIZED, "bad_token", "The token is no longer good, and there is no other.")
        return self._token


class SignIn:
    """Signs in over REST with an address and a password, and renews with the refresh token.

    `api` ends in /api/v1. `tenant`: the slug, where the host does not name the tenant.
    """

    def __init__(self, api: str, *, email: str, password: str, tenant: str | None = None) -> None:
        self._api = api.rstrip("/")
        self._who = {"email": email, "password": password} | ({"tenantSlug": tenant} if tenant else {})
        self._refresh: str | None = None
        self._token: Token | None = None
        self._turn = asyncio.Lock()

    async def token(self, *, fresh: bool) -> Token:
        async with self._turn:
            if self._token is None or fresh:
                # No client library of HTTP is needed for two requests; a thread keeps the loop free.
                self._token = await asyncio.to_thread(self._get)
            return self._token

    def _get(self) -> Token:
        if self._refresh is not None:
            try:
                return self._ask("/auth/refresh", {"refreshToken": self._refresh})
            except Stopped:
                self._refresh = None
        return self._ask("/auth/login", self._who)

    def _ask(self, path: str, body: dict[str, Any]) -> Token:
        asked_at = time.time()
        request = Request(  # noqa: S310
            self._api + path, json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST"
        )
        try:
            with urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310
                said: dict[str, Any] = json.load(answer)
            token, self._refresh = Token(said["token"], asked_at + said["expiresIn"]), said["refreshToken"]
        except HTTPError as error:
            with error:
                if error.code in (400, 401, 403, 404, 422):
                    raise Stopped(UNAUTHORIZED, "sign_in_refused", _message_of(error)) from None
            raise
        except (ValueError, KeyError, TypeError, HTTPException) as error:
            raise ConnectionError("What answers there is not the hub.") from error  # a proxy's page, or half an answer
        return token


def _message_of(error: HTTPError) -> str:
    try:
        return str(json.load(error)["message"])
    except (ValueError, KeyError, TypeError):
        return str(error.code)
