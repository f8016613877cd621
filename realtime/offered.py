"""Rows that the bell has brought and that the feed has not come to yet.

They are taken only where they continue the chain at the feed's place and reach, without a gap, as far as any bell has
named. So a bell that is lost, late, doubled or of another log costs a look at the log, and nothing else.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from helpdesk.clock import now
from helpdesk.events.offers import Offer

MOST_OFFERS = 64
FRESH = timedelta(seconds=2)
"""What is older is read: its text, or somebody's right to it, may have been taken back since."""


class Offered:
    """Of one tenant. `newest`: the last seq that a bell has named."""

    def __init__(self) -> None:
        self.newest = 0
        self._offers: deque[Offer] = deque(maxlen=MOST_OFFERS)

    def hear(self, seq: int, offers: Sequence[Offer]) -> None:
        """A bell. What it does not bring may take back something that was brought before: then all is read."""
        self.newest = max(seq, self.newest)
        if not offers:
            self._offers.clear()
        for offer in offers:
            if self._offers and self._offers[-1].after != offer.before:
                self._offers.clear()
            self._offers.append(offer)

    def next_after(self, seq: int, *, epoch: UUID, chain: bytes | None) -> Offer | None:
        """The offer that continues the log after this row; `chain` is its hash, None where that is not known."""
        while self._offers and self._offers[0].last_seq <= seq:
            self._offers.popleft()
        if not self._offers or chain is None or self._offers[-1].last_seq < self.newest:
            return None
        offer = self._offers[0]
        if (offer.epoch, offer.rows[0].seq, offer.before) != (epoch, seq + 1, chain):
            return None
        self._offers.popleft()
        return offer if abs(now() - offer.rows[0].recorded_at) < FRESH else None

    def forget(self) -> None:
        """Whatever was brought is read instead."""
        self._offers.clear()
