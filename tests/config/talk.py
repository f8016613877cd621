"""Ask an ASGI application as a server would, and hold the whole conversation in hand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

App = Callable[[Any, Any, Any], Awaitable[None]]
Pairs = list[tuple[str, str]]
GONE = {"type": "http.disconnect"}


@dataclass
class Answer:
    messages: list[dict[str, Any]] = field(default_factory=list)

    @property
    def status(self) -> int:
        return int(self.messages[0]["status"])

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.messages[1:])

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def all(self, name: str) -> list[str]:
        pairs = self.messages[0]["headers"]
        return [value.decode() for key, value in pairs if key.lower() == name.encode()]

    def header(self, name: str) -> str | None:
        return next(iter(self.all(name)), None)


def http_scope(method: str = "GET", target: str = "/", headers: Pairs | None = None) -> dict[str, Any]:
    raw_path, _, query = target.partition("?")
    return {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": unquote(raw_path),
        "raw_path": raw_path.encode("latin-1"),
        "query_string": query.encode("latin-1"),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers or []],
        "client": ("192.0.2.7", 4711),
        "state": {},
    }


def chunks_of(body: bytes, size: int = 65536) -> list[dict[str, Any]]:
    parts = [body[at : at + size] for at in range(0, len(body), size)] or [b""]
    last = len(parts) - 1
    return [{"type": "http.request", "body": part, "more_body": at < last} for at, part in enumerate(parts)]


@dataclass
class Talk:
    """One request: `received` counts what was read of it."""

    scope: dict[str, Any]
    incoming: list[dict[str, Any]] = field(default_factory=lambda: chunks_of(b""))
    answer: Answer = field(default_factory=Answer)
    received: int = 0

    async def run(self, app: App) -> Answer:
        await app(self.scope, self.receive, self.send)
        return self.answer

    async def receive(self) -> dict[str, Any]:
        if self.received == len(self.incoming):
            await asyncio.Event().wait()
        self.received += 1
        return self.incoming[self.received - 1]

    async def send(self, message: dict[str, Any]) -> None:
        self.answer.messages.append(message)


async def ask(
    app: App, method: str = "GET", target: str = "/", *, headers: Pairs | None = None, body: bytes = b""
) -> Answer:
    """A request whose body, if it has one, announces its length."""
    pairs = list(headers or [])
    if body:
        pairs.append(("content-length", str(len(body))))
    return await Talk(http_scope(method, target, pairs), chunks_of(body)).run(app)


async def post(app: App, body: bytes, *, target: str = "/api/v1/tickets", content_type: str | None = None) -> Answer:
    return await ask(app, "POST", target, headers=[("content-type", content_type or "application/json")], body=body)


@dataclass
class Echo:
    """An application that notes what reached it and answers 200 with the body it was given."""

    scopes: list[Any] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    messages: int = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scopes.append(scope)
        body, more = b"", True
        while more:
            message = await receive()
            self.messages += 1
            body += message.get("body", b"")
            more = message.get("more_body", False)
        self.bodies.append(body)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": body})

    @property
    def reached(self) -> bool:
        return bool(self.scopes)


def answering(status: int, *headers: tuple[str, str], body: bytes = b"<h1>page</h1>", parts: int = 1) -> App:
    """An application that gives this one answer, its body in so many parts."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        pairs = [(name.encode(), value.encode()) for name, value in headers]
        await send({"type": "http.response.start", "status": status, "headers": pairs})
        for _ in range(parts - 1):
            await send({"type": "http.response.body", "body": body, "more_body": True})
        await send({"type": "http.response.body", "body": body})

    return app
