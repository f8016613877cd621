"""Is this process being stopped? Then its answers ask for new connections, and balancers are told to choose another."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Stopping:
    """Of this process; set by its server, read anywhere."""

    begun: bool = False
    """Answers close their connection."""
    told: bool = False
    """`/health/ready` says 503."""


stopping = Stopping()
"""This process's."""
CLOSE = (b"connection", b"close")
