"""What an import came to: a line for every row that was not taken, or taken otherwise, and totals by table."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, TextIO

from helpdesk.exports.cells import defused

What = Literal["refused", "left", "changed"]
COLUMNS = ("tenant", "table", "id", "what", "reason")
ORDER = (
    *("Tenant", "User", "Ticket", "Comment", "Attachment", "TicketActivity", "Notification"),
    *("Webhook", "WebhookDelivery"),
)


@dataclass(slots=True)
class Totals:
    """Of one table. `read` is the sum of `taken`, `here`, `left` and `refused`."""

    taken: int = 0
    here: int = 0
    left: int = 0
    refused: int = 0
    changed: int = 0

    @property
    def read(self) -> int:
        return self.taken + self.here + self.left + self.refused


@dataclass(slots=True)
class Report:
    """Counts, and writes lines as they come: to a file where one is named, CSV or JSON lines by its ending."""

    path: Path | None = None
    totals: dict[str, Totals] = field(default_factory=lambda: {name: Totals() for name in ORDER})
    _file: TextIO | None = None
    _csv: Any = None

    def __enter__(self) -> Report:
        if self.path:
            self._file = self.path.open("w", encoding="utf-8", newline="")
            if self.path.suffix.lower() == ".csv":
                self._csv = csv.writer(self._file)
                self._csv.writerow(COLUMNS)
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._file:
            self._file.close()

    def taken(self, table: str, rows: int = 1) -> None:
        self.totals[table].taken += rows

    def here(self, table: str, rows: int = 1) -> None:
        self.totals[table].here += rows

    def left(self, tenant: str, table: str, id_: str, reason: str) -> None:
        """Not taken, because the hub has no use for it."""
        self.totals[table].left += 1
        self._line(tenant, table, id_, "left", reason)

    def refused(self, tenant: str, table: str, id_: str, reason: str) -> None:
        self.totals[table].refused += 1
        self._line(tenant, table, id_, "refused", reason)

    def changed(self, tenant: str, table: str, id_: str, reasons: list[str]) -> None:
        """Taken, but not as it was."""
        self.totals[table].changed += bool(reasons)
        for reason in reasons:
            self._line(tenant, table, id_, "changed", reason)

    @property
    def any_refused(self) -> bool:
        return any(totals.refused for totals in self.totals.values())

    def table(self) -> str:
        """The totals, for whoever looks at the terminal."""
        head = f"{'table':<16}{'read':>10}{'taken':>10}{'here':>10}{'left':>10}{'refused':>10}{'changed':>10}"
        rows = [
            f"{name:<16}{one.read:>10}{one.taken:>10}{one.here:>10}{one.left:>10}{one.refused:>10}{one.changed:>10}"
            for name, one in self.totals.items()
        ]
        return "\n".join([head, *rows])

    def _line(self, tenant: str, table: str, id_: str, what: What, reason: str) -> None:
        values = (tenant, table, id_, what, reason)
        if self._csv:
            self._csv.writerow([defused(value) for value in values])
        elif self._file:
            self._file.write(json.dumps(dict(zip(COLUMNS, values, strict=True)), ensure_ascii=False) + "\n")
