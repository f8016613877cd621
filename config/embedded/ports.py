"""Ports of this machine: one that was used before is kept while nobody else has it."""

from __future__ import annotations

import socket

LOOPBACK = "127.0.0.1"
_REACHED_AT = {"": LOOPBACK, "0.0.0.0": LOOPBACK, "::": "::1"}  # noqa: S104  looked up, not listened on


def reached_at(host: str) -> str:
    """The host under which a server that listens on `host` is reached from this machine."""
    return _REACHED_AT.get(host, host)


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # As servers do: connections of a server that just stopped do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen()
        except OSError:
            return False
    return True


def choose(remembered: int | None) -> int:
    """The remembered port where it is free, else any free one."""
    if remembered and is_free(remembered):
        return remembered
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
