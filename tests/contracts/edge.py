"""The API as a server asks it: through the edge and ASGI, so that what no framework sees is tried too."""

from __future__ import annotations

import asyncio

import orjson
from django.http import HttpResponse

from tests.api import Answer, Api
from tests.config.talk import ask


class EdgeApi(Api):
    """As Api; what it changes is committed."""

    def as_token(self, token: str | None) -> EdgeApi:
        return EdgeApi(token, host=self.host, headers=self.headers)

    def at(self, host: str) -> EdgeApi:
        return EdgeApi(self.token, host=host, headers=self.headers)

    def with_(self, **headers: str) -> EdgeApi:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return EdgeApi(self.token, host=self.host, headers=self.headers | named)

    def call(self, method: str, path: str, body: object = None, *, raw: bytes | None = None) -> Answer:
        from config.asgi import application  # it sets up Django

        headers = {"Host": self.host, "Content-Type": "application/json"} | self.headers
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        content = raw if raw is not None else b"" if body is None else orjson.dumps(body)
        target = path[1:] if path.startswith("//") else f"/api/v1{path}"
        found = asyncio.run(ask(application, method, target, headers=list(headers.items()), body=content))
        pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in found.messages[0]["headers"]]
        return Answer(HttpResponse(found.body, status=found.status, headers=dict(pairs)))
