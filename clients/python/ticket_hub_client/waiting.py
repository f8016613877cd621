"""How long to stay away before coming back."""

from __future__ import annotations

import random


class Waiting:
    """Full jitter: a random time between 0 and `min(longest, first * 2**n)` seconds after n failed tries."""

    def __init__(self, first_s: float = 0.5, longest_s: float = 30.0, *, chance: random.Random | None = None) -> None:
        self.first_s, self.longest_s = first_s, longest_s
        self.failed = 0
        self._chance = chance or random.SystemRandom()

    def begin_anew(self) -> None:
        """It worked, or the hub said: come back at once."""
        self.failed = 0

    def next_s(self) -> float:
        """Seconds to wait now; the next time it may be twice as long."""
        # The exponent is bounded before the number grows without end.
        most = min(self.longest_s, self.first_s * 2 ** min(self.failed, 32))
        self.failed += 1
        return self._chance.uniform(0, most)
