"""One POST to a stranger: to a checked address, within 15 s in all, reading 20 kB of the answer at most.

No redirect is followed, no proxy of the environment is used, nothing is decompressed. TLS is verified against the
host's name, though the connection goes to its checked address.
"""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import httpcore

from helpdesk.webhooks.addresses import BadUrl, read_url
from tasks.courier.names import Names, Refused, Unresolvable

WITHIN_S = 15.0
MOST_ANSWER_BYTES = 20_000
KEEP_OPEN_S = 5.0
MOST_OPEN = 50


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` None: there was none, and `error` says why. `ok`: a whole answer of 2xx."""

    ok: bool
    status: int | None = None
    error: str = ""
    text: str = ""
    retry_after: str | None = None


class Post:
    """Sends POSTs, and keeps connections open for a few seconds. Belongs to one event loop."""

    def __init__(self, names: Names, *, within_s: float = WITHIN_S) -> None:
        self._names, self._within_s = names, within_s
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=ssl.create_default_context(),
            max_connections=None,
            max_keepalive_connections=MOST_OPEN,
            keepalive_expiry=KEEP_OPEN_S,
            network_backend=_ToCheckedAddresses(names),
        )

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Never raises for what the other side does: the answer says it."""
        try:
            async with asyncio.timeout(self._within_s):
                return await self._send(url, headers, body)
        except TimeoutError:
            return Answer(ok=False, error=f"No whole answer within {self._within_s:g} s.")
        except (Refused, Unresolvable, BadUrl) as error:
            return Answer(ok=False, error=str(error))
        except (httpcore.ConnectError, OSError) as error:
            return Answer(ok=False, error=f"No connection: {_reason(error)}.")
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            return Answer(ok=False, error=f"The connection broke: {_reason(error)}.")

    async def close(self) -> None:
        await self._pool.aclose()
        self._names.close()

    async def _send(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        target = read_url(url)
        place = httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
        sent = {"Host": target.authority, "Content-Length": str(len(body)), **headers}
        request = httpcore.Request("POST", place, headers=list(sent.items()), content=body)
        response = await self._pool.handle_async_request(request)
        text, error = b"", ""
        try:
            async for chunk in response.aiter_stream():
                text += chunk[: MOST_ANSWER_BYTES - len(text)]
                if len(text) >= MOST_ANSWER_BYTES:
                    break
        except (httpcore.NetworkError, httpcore.ProtocolError):
            error = "The connection broke in the middle of the answer."
        finally:
            await response.aclose()
        return _answer(response.status, response.headers, text, error)


class _ToCheckedAddresses(httpcore.AsyncNetworkBackend):
    """Connects to what `Names` answers, one address after the other."""

    def __init__(self, names: Names) -> None:
        self._names, self._inner = names, httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  httpcore's interface
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        *others, last = await self._names.addresses_of(host)
        for address in others:
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except httpcore.ConnectError:
                continue
        return await self._inner.connect_tcp(last, port, timeout, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def _answer(status: int, headers: Iterable[tuple[bytes, bytes]], text: bytes, error: str) -> Answer:
    named = {name.lower(): value.decode("latin-1") for name, value in headers}
    ok = 200 <= status < 300 and not error
    if 300 <= status < 400:
        error = error or "It redirects, and redirects are not followed: give the URL that it leads to."
    elif not ok:
        error = error or f"It answered {status}."
    shown = text.decode("utf-8", "replace").replace("\x00", "\ufffd")
    return Answer(ok=ok, status=status, error=error, text=shown, retry_after=named.get(b"retry-after"))


def _reason(error: BaseException) -> str:
    """What the operating system or TLS says, without addresses."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"the certificate is not valid ({cause.verify_message})"
        if isinstance(cause, OSError) and cause.errno:
            return os.strerror(cause.errno).lower()  # asyncio's own text names the address
        cause = cause.__cause__ or cause.__context__
    return str(error).rstrip(".") or type(error).__name__
