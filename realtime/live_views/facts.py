"""What one row of the log says to live views: read once for all of them."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import orjson

from helpdesk.events.queries import LogRow
from helpdesk.tickets.conditions import document_of_shape
from helpdesk.words.documents import Document

MOST_NAMES = 10_000
_PEOPLE = ("requester", "createdBy", "assignedTo")
_NAME_FIELDS = ("id", "email", "firstName", "lastName", "name")
_WHAT_NAMES = frozenset({"firstName", "lastName", "email", "name"})
_ABOUT_TICKETS = ("ticket.", "comment.", "attachment.", "sla.")
_ABOUT_OTHERS = ("user.", "team.", "view.", "custom_field.")


class Names:
    """What people and teams are called since their last change.

    A ticket's row may have been written with the old name after the row of the change: who changed the ticket had read
    it before. Holds the newest, for as long as any transaction can last.
    """

    def __init__(self) -> None:
        self._people: dict[str, dict[str, Any]] = {}
        self._teams: dict[str, dict[str, Any]] = {}

    def learn(self, data: dict[str, Any]) -> None:
        """From the data of `user.updated` or `team.updated`."""
        if person := data.get("user"):
            _remember(self._people, {name: person[name] for name in _NAME_FIELDS})
        if team := data.get("team"):
            _remember(self._teams, {"id": team["id"], "name": team["name"]})

    def corrected(self, ticket: dict[str, Any]) -> dict[str, Any]:
        """The ticket with the names of now; the same object where nothing differs."""
        fresh: dict[str, Any] = {}
        for field, known in (*((field, self._people) for field in _PEOPLE), ("team", self._teams)):
            named = ticket.get(field)
            if named and (now := known.get(named["id"])) and now != named:
                fresh[field] = now
        return {**ticket, **fresh} if fresh else ticket


def _remember(known: dict[str, dict[str, Any]], thing: dict[str, Any]) -> None:
    known.pop(thing["id"], None)
    known[thing["id"]] = thing
    if len(known) > MOST_NAMES:
        del known[next(iter(known))]


class Facts:
    """`ticket`: the ticket as it is from this row on, as staff have it. Redacted rows and others' say nothing."""

    def __init__(self, row: LogRow, names: Names) -> None:
        """`names` learns from the row, so rows come in their order."""
        self.seq, self.type = row.seq, row.type
        self.ticket: dict[str, Any] | None = None
        self.gone: dict[str, Any] | None = None
        """`ticketId` and `number` of a deleted ticket."""
        self.renamed: Names | None = None
        """Holds the person or the team that was given another name by this row."""
        self.data: dict[str, Any] = {}
        self.changes: dict[str, Any] = {}
        if row.type.startswith((*_ABOUT_TICKETS, *_ABOUT_OTHERS)):
            self._read(row, names)

    @cached_property
    def document(self) -> Document:
        """What the ticket is found by."""
        return document_of_shape(self.ticket or {})

    def _read(self, row: LogRow, names: Names) -> None:
        payload = orjson.loads(row.payload)
        self.data, self.changes = payload.get("data", {}), payload.get("changes", {})
        if row.type == "ticket.deleted":
            self.gone = self.data
        elif row.type.startswith(_ABOUT_TICKETS):
            ticket = self.data.get("ticket")
            self.ticket = names.corrected(ticket) if ticket else None
        elif row.type in ("user.updated", "team.updated"):
            names.learn(self.data)
            if self.changes.keys() & _WHAT_NAMES:
                self.renamed = Names()
                self.renamed.learn(self.data)
