"""One request and its answer: gives the application its body, and lets out only answers of the contract's form.

Every answer leaves with exactly one `X-Request-ID` and with what browsers must be told; an error that is not JSON
leaves as the contract's error; an answer to HEAD leaves without a body.
"""

from __future__ import annotations

from typing import Any

from structlog.contextvars import get_contextvars

from config.edge.asgi import Headers, Message, Receive, Scope, Send
from config.edge.body import announces_body, drain
from config.edge.headers import armoured
from config.edge.identity import HEADER
from config.edge.origins import PREFLIGHT, opened
from config.edge.policy import Policy
from config.edge.refusals import error_body, error_headers, error_of, is_json
from config.stopping import CLOSE, stopping
from helpdesk.errors import HelpdeskError
from realtime.scope import RAW_SEND

_OWN_PAGES = "/dev/"
"""Development pages below this path keep their own errors."""


class Exchange:
    """`receive` and `send` are what the application gets in place of the server's."""

    __slots__ = (
        "_draining", "_held", "_outer_receive", "_outer_send", "_policy", "_replay", "_request_id", "_without_body",
        "bound", "bytes_in", "gone", "open_ended", "scope", "started", "status", "unread",
    )  # fmt: skip

    def __init__(self, scope: Scope, receive: Receive, send: Send, policy: Policy) -> None:
        self.scope = scope
        self._policy = policy
        self.status = 0
        self.bytes_in = 0
        self.bound: dict[str, Any] = {}
        self.started = False
        self.gone = False
        self.open_ended = False
        self.unread = announces_body(scope)
        self._draining = False
        self._outer_receive = receive
        self._outer_send = send
        scope[RAW_SEND] = send  # whoever streams looks at the server's own end of it
        self._request_id: str = scope["request_id"]
        self._without_body = scope["method"] == "HEAD"
        self._replay: bytes | None = None
        self._held: Headers | None = None

    def replay(self, body: bytes) -> None:
        """Give the application this body, whole, as its first message."""
        self._replay = body
        self.bytes_in = len(body)

    async def receive(self) -> Message:
        if self._replay is not None:
            body, self._replay = self._replay, None
            return {"type": "http.request", "body": body, "more_body": False}
        message = await self._outer_receive()
        if message["type"] == "http.disconnect":
            self.gone = True
        elif not message.get("more_body", False):
            self.unread = False
        return message

    async def send(self, message: Message) -> None:
        kind = message["type"]
        if kind == "http.response.body":
            await self._send_body(message)
        elif kind == "http.response.start":
            await self._send_start(message)
        else:
            await self._outer_send(message)

    async def answer_preflight(self) -> None:
        """Tell a page of a listed origin what it may send."""
        self.status, self.started = 204, True
        await self._outer_send({"type": "http.response.start", "status": 204, "headers": self._named(PREFLIGHT)})
        await self._outer_send({"type": "http.response.body", "body": b""})

    async def answer(self, error: HelpdeskError, *, status: int = 0, kept: Headers | None = None) -> None:
        """Send `error` as the whole answer."""
        await self._start_error(error, status or error.status, kept or [], more_body=False)

    async def answer_unread(self, error: HelpdeskError, *, draining: bool) -> None:
        """Send `error` while the client may still be sending. `hang_up` must follow: this connection is spent."""
        self.open_ended = True
        self._draining = draining
        await self._start_error(error, error.status, [(b"connection", b"close")], more_body=True)

    async def hang_up(self) -> None:
        """End what `answer_unread` began; where it said `draining`, after reading a bounded rest of the body."""
        self.open_ended = False
        if self._draining:
            await drain(self.receive)
        await self._outer_send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _send_start(self, message: Message) -> None:
        self.status = status = message["status"]
        # Read here: the application may answer from a task of its own, whose context ends with it.
        self.bound = get_contextvars()
        headers = message.get("headers") or []
        if status >= 400 and not is_json(headers) and not self.scope["path"].startswith(_OWN_PAGES):
            self._held = list(headers)
            return
        self.started = True
        await self._outer_send({**message, "headers": self._named(headers)})

    async def _send_body(self, message: Message) -> None:
        more_body = message.get("more_body", False)
        if self._held is not None:
            # The page is swallowed to its end: answering earlier would cancel the application in mid-send.
            if not more_body:
                kept, self._held = self._held, None
                await self.answer(error_of(self.status), status=self.status, kept=kept)
        elif not self._without_body:
            await self._outer_send(message)
        elif not more_body:
            await self._outer_send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _start_error(self, error: HelpdeskError, status: int, kept: Headers, *, more_body: bool) -> None:
        self.status = status
        self.started = True
        body = error_body(error, path=self.scope["path"], request_id=self._request_id)
        headers = error_headers(error, len(body), kept)
        await self._outer_send({"type": "http.response.start", "status": status, "headers": self._named(headers)})
        shown = b"" if self._without_body else body
        await self._outer_send({"type": "http.response.body", "body": shown, "more_body": more_body})

    def _named(self, headers: Headers) -> Headers:
        named = [pair for pair in headers if pair[0].lower() != HEADER]
        named.append((HEADER, self._request_id.encode("ascii")))
        if stopping.begun and CLOSE not in named:
            named.append(CLOSE)
        return opened(armoured(named, self.scope, self._policy), self.scope, self._policy)
