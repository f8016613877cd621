"""Who the client is: the peer of the connection, unless that is a proxy of ours, which says for whom it asks.

`X-Forwarded-For` is read from its end, through trusted proxies only: what stands before the first address that is not
one of ours was written by that client and means nothing. RFC 7239's `Forwarded` is not read at all: a proxy that
sets one of the two passes the other on as the client wrote it.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

from config.edge.asgi import Headers, Scope
from config.edge.policy import Network

_SECURE = {b"https": True, b"wss": True, b"http": False, b"ws": False}
MOST_HOPS = 32
"""Addresses of one header that are looked at."""


def believed(scope: Scope, trusted: Sequence[Network]) -> dict[str, Any]:
    """`client` and `scheme` as they shall stand in the scope; empty where the peer is no proxy of ours."""
    peer = _address(_peer_of(scope))
    if peer is None or not _is_trusted(peer, trusted):
        return {}
    headers: Headers = scope["headers"]
    told: dict[str, Any] = {}
    client = _client_of(_hops(headers), peer, trusted)
    if client != peer:
        told["client"] = (str(client), 0)
    if (secure := _is_secure(headers)) is not None:
        plain, encrypted = ("ws", "wss") if scope["type"] == "websocket" else ("http", "https")
        told["scheme"] = encrypted if secure else plain
    return told


def _peer_of(scope: Scope) -> str:
    client = scope.get("client")
    return client[0] if client else ""


def _hops(headers: Headers) -> list[bytes]:
    values = [value for name, value in headers if name == b"x-forwarded-for"]
    return b",".join(values).split(b",")[-MOST_HOPS:] if values else []


def _client_of(
    hops: list[bytes], peer: IPv4Address | IPv6Address, trusted: Sequence[Network]
) -> IPv4Address | IPv6Address:
    client = peer
    for hop in reversed(hops):
        address = _address(hop.decode("latin-1"))
        if address is None:
            break  # No address: the last one that a proxy of ours vouches for is all that is known.
        client = address
        if not _is_trusted(address, trusted):
            break
    return client


def _is_secure(headers: Headers) -> bool | None:
    """What the nearest proxy says of the connection to it."""
    told = [value for name, value in headers if name == b"x-forwarded-proto"]
    return _SECURE.get(told[-1].rpartition(b",")[2].strip().lower()) if told else None


def _is_trusted(address: IPv4Address | IPv6Address, trusted: Sequence[Network]) -> bool:
    return any(address in network for network in trusted)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """An address with or without a port, as in `192.0.2.7:4711` and `[2001:db8::7]:4711`."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text, closed, _ = text[1:].partition("]")
        text = text if closed else ""
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
