"""How `config.fleet` and its processes find each other: file descriptors, named in the environment."""

from __future__ import annotations

import os

LISTEN_FD = "HUB_LISTEN_FD"
"""The port, held by the fleet."""
READY_FD = "HUB_READY_FD"
"""Whoever started this process waits for a byte here."""


def say_ready() -> None:
    """Requests are answered from now on."""
    told = os.environ.pop(READY_FD, "")
    if told:
        os.write(int(told), b"1")
        os.close(int(told))
