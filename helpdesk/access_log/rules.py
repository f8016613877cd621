"""What is written of who came in and who was refused: not each time, but how often in an hour. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from helpdesk.vocabulary import AccessKind

LONGEST_CLIENT, LONGEST_OPERATION = 45, 60


@dataclass(frozen=True, slots=True)
class Access:
    """Alike enough to be counted in one row. `digest` stands for an address that nobody here has.

    The address itself is never kept: people type passwords into that field.
    """

    kind: AccessKind
    hour: datetime
    operation: str = ""
    client: str = ""
    person_id: UUID | None = None
    digest: str = ""

    @property
    def subject(self) -> str:
        """Whom it is about, in one word; empty where nobody knows."""
        return self.person_id.hex if self.person_id else self.digest

    def folded(self) -> Access:
        """Counted with all the others of its kind, where there are too many kinds of them."""
        return Access(self.kind, self.hour)


@dataclass(slots=True)
class Times:
    """How often, and when first and last."""

    first_at: datetime
    last_at: datetime
    count: int = field(default=1)

    def add(self, other: Times) -> None:
        self.count += other.count
        self.first_at, self.last_at = min(self.first_at, other.first_at), max(self.last_at, other.last_at)


def hour_of(moment: datetime) -> datetime:
    """The hour in which it lies."""
    return moment.replace(minute=0, second=0, microsecond=0)
