"""What an operator decides about the edge; the default believes nobody and opens nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Policy:
    """`trusted_proxies`: whose X-Forwarded-For and -Proto are believed. `origins`: whose pages may read the API.
    `https_only`: browsers that came by https are told to stay with it."""

    trusted_proxies: tuple[Network, ...] = ()
    origins: frozenset[bytes] = frozenset()
    https_only: bool = False

    @classmethod
    def of(cls, *, trusted_proxies: Iterable[Network], origins: Iterable[str], https_only: bool) -> Policy:
        """From the settings' types."""
        return cls(tuple(trusted_proxies), frozenset(origin.encode("ascii") for origin in origins), https_only)
