"""A caller of the HTTP API for tests: JSON in, JSON out, as somebody, to some host."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import HttpResponse
from django.test import Client

_client = Client(raise_request_exception=False)
"""One for all callers: each new one would load the middleware anew."""


class Answer:
    """Status, headers and the parsed body; falsy body where there is none, or it is not JSON."""

    def __init__(self, response: Any) -> None:
        self.response = response = _read(response) if response.streaming else response
        self.status = response.status_code
        self.headers = response.headers
        self.cookies = response.cookies
        is_json = bool(response.content) and response.headers["Content-Type"].startswith("application/json")
        self.body: Any = orjson.loads(response.content) if is_json else None

    def __repr__(self) -> str:
        return f"<Answer {self.status} {self.response.content[:600]!r}>"

    def __getitem__(self, key: str) -> Any:
        return self.body[key]


def _read(response: Any) -> HttpResponse:
    """All that was streamed."""
    return HttpResponse(b"".join(response), status=response.status_code, headers=response.headers)


class Api:
    """`api.as_token(token).post("/tickets", {...})`; paths are below /api/v1."""

    def __init__(self, token: str | None = None, *, host: str = "localhost", headers: dict[str, str] | None = None):
        self.token, self.host, self.headers = token, host, headers or {}

    def as_token(self, token: str | None) -> Api:
        return Api(token, host=self.host, headers=self.headers)

    def as_(self, desk: Any, person: Any) -> Api:
        """Signed in as this person of this desk (see conftest.Desk)."""
        from tests.conftest import token_for

        return self.as_token(token_for(desk, person))

    def at(self, host: str) -> Api:
        return Api(self.token, host=host, headers=self.headers)

    def with_(self, **headers: str) -> Api:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Api(self.token, host=self.host, headers=self.headers | named)

    def call(self, method: str, path: str, body: Any = None, *, raw: bytes | None = None) -> Answer:
        headers = {"Host": self.host} | self.headers
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        content = raw if raw is not None else b"" if body is None else orjson.dumps(body)
        _client.cookies.clear()
        response = _client.generic(
            method, path if path.startswith("//") else f"/api/v1{path}", content, "application/json", headers=headers
        )
        return Answer(response)

    def get(self, path: str) -> Answer:
        return self.call("GET", path)

    def post(self, path: str, body: Any = None) -> Answer:
        return self.call("POST", path, body)

    def put(self, path: str, body: Any = None) -> Answer:
        return self.call("PUT", path, body)

    def patch(self, path: str, body: Any = None) -> Answer:
        return self.call("PATCH", path, body)

    def delete(self, path: str) -> Answer:
        return self.call("DELETE", path)
