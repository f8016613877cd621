"""How far the readers of this tenant's log have come."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.dispatch.models import DeadLetter, LogCursor
from helpdesk.events.queries import get_head


@dataclass(frozen=True, slots=True)
class Lag:
    """Events written, handled, and put aside."""

    last_seq: int
    handled_seq: int
    dead_letters: int

    @property
    def behind(self) -> int:
        return self.last_seq - self.handled_seq


def get_lag(reader: str) -> Lag:
    """Where a reader stands."""
    cursor = LogCursor.objects.filter(reader=reader).first()
    return Lag(get_head().last_seq, cursor.seq if cursor else 0, DeadLetter.objects.count())


def list_dead_letters() -> list[DeadLetter]:
    """What waits to be retried, oldest first."""
    return list(DeadLetter.objects.order_by("seq", "reader"))
