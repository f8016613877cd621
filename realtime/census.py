"""How many sockets this process has: how many more it takes, and over how long they are asked to come back.

All clients of a server that stops would otherwise come back in one moment, to servers that have their own to serve.
"""

from __future__ import annotations

import random

from django.conf import settings

COME_BACKS_PER_SECOND = 500
SHORTEST_SPREAD_S, LONGEST_SPREAD_S = 0.5, 30.0


class Census:
    """Belongs to one event loop."""

    def __init__(self) -> None:
        self.sockets = 0

    def is_full(self) -> bool:
        """Has this process as many as it takes?"""
        return 0 < settings.HUB_MOST_SOCKETS < self.sockets

    def came(self) -> None:
        self.sockets += 1

    def went(self) -> None:
        self.sockets -= 1

    def come_back_in_ms(self) -> int:
        """For one of them: a random moment in the time that all of them together should take."""
        spread = min(LONGEST_SPREAD_S, max(SHORTEST_SPREAD_S, self.sockets / COME_BACKS_PER_SECOND))
        return int(random.uniform(0, spread) * 1000)  # noqa: S311


census = Census()
