"""Where webhooks may be sent: to the world, and to nothing inside. Pure; names are resolved by whoever connects.

One parser reads a URL when it is given and when it is used, so the two never understand it differently. What is
not global by IANA's special-purpose registries (RFC 6890) is refused, in every notation and wrapping.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

PORTS = {"http": 80, "https": 443}
LONGEST_URL = 2000
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f\\]")
_HOST_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\.?")
_PATH_SAFE = "/%:@!$&'()*+,;=~-._"
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_INNER = [
    ipaddress.ip_network(text)
    # Beyond what every supported Python knows: protocol assignments, relay anycast, local NAT64, site-local, SRv6.
    for text in ("192.0.0.0/24", "192.88.99.0/24", "64:ff9b:1::/48", "100::/64", "fec0::/10", "5f00::/16", "3fff::/20")
] + [ipaddress.ip_network("168.63.129.16/32")]  # a cloud's metadata on a public address


class BadUrl(ValueError):
    """A URL that cannot be a webhook's. `code` is stable; the message says what is wrong, without the URL."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Target:
    """A URL, read: `host` is ASCII and lower-case, without brackets; `path` holds the query too."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """What the Host header says (RFC 9110, 7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def read_url(text: str) -> Target:
    """Read an http or https URL; raises BadUrl."""
    if len(text) > LONGEST_URL or _FORBIDDEN.search(text):
        raise BadUrl(f"A URL of at most {LONGEST_URL} characters, without spaces or backslashes.", "url_syntax")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise BadUrl("This is not a URL.", "url_syntax") from error
    if parts.scheme not in PORTS:
        raise BadUrl("Webhooks are sent to http and https.", "url_scheme")
    if "@" in parts.netloc:
        raise BadUrl("Leave name and password out of the URL: deliveries are signed.", "url_credentials")
    if parts.fragment:
        raise BadUrl("A fragment (#…) is never sent: leave it out.", "url_syntax")
    if port == 0:
        raise BadUrl("There is no port 0.", "url_syntax")
    path = quote(parts.path or "/", safe=_PATH_SAFE) + (
        f"?{quote(parts.query, safe=_PATH_SAFE + '?')}" * bool(parts.query)
    )
    return Target(
        parts.scheme, _host(parts.hostname or "", is_literal="[" in parts.netloc), port or PORTS[parts.scheme], path
    )


def literal_address(host: str) -> Address | None:
    """The address that a host is written as, in any notation a resolver takes (RFC 6943, 3.1.1); None: it is a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host.rstrip(".")))
    except OSError:
        return None


def may_connect(address: Address, allowed: Collection[Network] = ()) -> bool:
    """Is it in the world, or in a network that the operator allows?"""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return may_connect(address.ipv4_mapped, allowed)
    if any(address in network for network in allowed):
        return True
    if address in _NAT64:
        return may_connect(next(_embedded(address)), allowed)
    return all(_is_global(one) for one in (address, *_embedded(address)))


def require_outside(target: Target, allowed: Collection[Network] = ()) -> None:
    """Raise BadUrl where the host is written as an address inside. Names are looked up at each delivery."""
    address = literal_address(target.host)
    name = target.host.rstrip(".")
    if address is None and (name == "localhost" or name.endswith(".localhost")):
        address = ipaddress.IPv4Address("127.0.0.1")  # RFC 6761, 6.3
    if address is not None and not may_connect(address, allowed):
        raise BadUrl("This address is inside a private or reserved network.", "address_refused")


def _host(named: str, *, is_literal: bool) -> str:
    if not named:
        raise BadUrl("The URL names no host.", "url_syntax")
    if ":" in named or is_literal:
        return _ipv6(named)
    try:
        host = named.encode("idna").decode().lower() if not named.isascii() else named.lower()
    except UnicodeError as error:
        raise BadUrl("This is not the name of a host.", "url_syntax") from error
    if len(host) > 253 or not _HOST_NAME.fullmatch(host):
        raise BadUrl("This is not the name of a host.", "url_syntax")
    return host


def _ipv6(named: str) -> str:
    try:
        return str(ipaddress.IPv6Address(named.partition("%")[0]))
    except ValueError as error:
        raise BadUrl("This is not an IPv6 address.", "url_syntax") from error


def _is_global(address: Address) -> bool:
    inner = any(address.version == network.version and address in network for network in _INNER)
    return address.is_global and not address.is_multicast and not address.is_reserved and not inner


def _embedded(address: Address) -> Iterator[Address]:
    """IPv4 addresses that an IPv6 address leads to: 6to4, Teredo, NAT64 (RFC 6052), IPv4-compatible."""
    if isinstance(address, ipaddress.IPv4Address):
        return
    if address.sixtofour:
        yield address.sixtofour
    if address.teredo:
        yield from address.teredo
    if address in _NAT64 or int(address) >> 32 == 0:
        yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
