"""What can be exported, as tables that are read page by page.

Every page is read by the person as they are at that moment, from what they may see then.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from helpdesk import desk
from helpdesk.analytics.rules import known_zones, zone_named
from helpdesk.exports.cells import Cell
from helpdesk.people.models import Person


@dataclass(frozen=True, slots=True)
class Column:
    """`width`: its share of a page's width, beside those of the others."""

    label: str
    width: float = 1.0


@dataclass(frozen=True, slots=True)
class TablePage:
    """Some rows, and where the next page begins; None: there is none."""

    rows: Sequence[Sequence[Cell]]
    next: str | None


class Table(ABC):
    """Something that is exported. `stem` names the file, `title` the document."""

    stem: ClassVar[str]
    title: ClassVar[str]
    is_counted: ClassVar[bool] = True
    """False: `count` says how many there are at most."""

    @abstractmethod
    def columns(self, person: Person, zone: ZoneInfo) -> list[Column]:
        """In the order of the cells; refuses what the person may not ask for."""

    def about(self) -> list[str]:
        """What is below the title of a document."""
        return []

    @abstractmethod
    def count(self, person: Person) -> int:
        """How many rows are to be expected."""

    @abstractmethod
    def page(self, person: Person, after: str, *, limit: int) -> TablePage:
        """The rows behind a place; the empty place is the beginning."""


def zone_for(name: str | None) -> ZoneInfo:
    """The zone that was asked for, else the desk's, else UTC."""
    wanted: Any = name or desk.current().settings.get("timeZone")
    return zone_named(wanted if wanted in known_zones() else "UTC")
