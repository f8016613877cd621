"""Taking over one tenant: what is decided for all of its tables, and how a page is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction

from helpdesk.importing.actions.pages import page
from helpdesk.importing.queries import list_here, list_roles_here
from helpdesk.importing.rules.people import ROLES
from helpdesk.importing.rules.values import Choices, Known, Notes, NotNeeded, NotTaken, Row, id_of
from helpdesk.vocabulary import Role
from tenants import context
from tenants.importing.desks import Here
from tenants.importing.files import Files, Nowhere
from tenants.importing.report import Report
from tenants.importing.source import Source

T = TypeVar("T")
DELETED_HERE = "it was taken before, and has been deleted here since"
LED_TO = frozenset({"User", "Ticket", "Webhook"})


@dataclass(slots=True)
class Run:
    """One tenant's import. `here` None: nothing of it is here, and in a dry run nothing will be."""

    source: Source
    report: Report
    step: Callable[[int], None]
    tenant_id: str
    slug: str
    here: Here | None
    now: datetime
    choices: Choices = field(default_factory=Choices)
    files: Files = field(default_factory=Nowhere)
    dry: bool = False
    left: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """The rows that stayed behind, by table, where others lead to them."""

    def ask(self, query: Callable[..., T], *given: Any, otherwise: T) -> T:
        """Ask the desk, where there is one."""
        if self.here is None:
            return otherwise
        with context.tenant(self.here.ref), transaction.atomic():
            return query(*given)

    def write(self, action: Callable[[list[UUID]], object]) -> None:
        """One page: all that the action writes, or nothing. It is given the list for tickets that it touched."""
        if not self.dry and self.here is not None:
            with context.tenant(self.here.ref), page() as touched:
                action(touched)

    def known(self, user_ids: Collection[str]) -> Known:
        """Who of these users is a person here, or will be where nothing is written."""
        users = self.source.rows("User", "id", user_ids, tenant_id=self.tenant_id) if user_ids else []
        ids = {str(row["id"]): id_of(row["id"]) for row in users}
        roles = self.ask(list_roles_here, ids.values(), otherwise=dict[UUID, str]())
        if self.dry:
            roles = {ids[str(row["id"])]: role for row in users if (role := self._role_of(row))} | dict(roles)
        people = {source_id: id_ for source_id, id_ in ids.items() if id_ in roles}
        return Known(people, frozenset(id_ for id_ in people.values() if Role(roles[id_]).is_staff))

    def taken_of(self, table: str, ids: AbstractSet[str]) -> set[str]:
        """Which of these rows of the tenant are here, or will be where nothing is written."""
        rows = self.source.rows(table, "id", ids - {""}, tenant_id=self.tenant_id) if ids - {""} else []
        theirs = {str(row["id"]) for row in rows} - self.left[table]
        if self.dry:
            return theirs
        here = self.ask(list_here, table, [id_of(id_) for id_ in theirs], otherwise=set[UUID]())
        return {id_ for id_ in theirs if id_of(id_) in here}

    def take(self, table: str, row: Row, mapped: Callable[[Notes], T]) -> T | None:
        """What a row becomes, reported; None where it stays behind."""
        notes = Notes()
        try:
            found = mapped(notes)
        except NotNeeded as why:
            self.leave(table, row, str(why))
            return None
        except NotTaken as why:
            self.refuse(table, row, str(why))
            return None
        self.report.taken(table)
        self.report.changed(self.slug, table, str(row["id"]), notes.words)
        return found

    def leave(self, table: str, row: Row, reason: str) -> None:
        """It stays behind, and nobody will miss it."""
        if table in LED_TO:
            self.left[table].add(str(row["id"]))
        self.report.left(self.slug, table, str(row["id"]), reason)

    def refuse(self, table: str, row: Row, reason: str) -> None:
        """It stays behind."""
        if table in LED_TO:
            self.left[table].add(str(row["id"]))
        self.report.refused(self.slug, table, str(row["id"]), reason)

    def refuse_all(self, table: str, rows: Iterable[Row], reason: str) -> None:
        """All of them stay behind."""
        for row in rows:
            self.refuse(table, row, reason)

    def _role_of(self, row: Row) -> str | None:
        if str(row["id"]) in self.left["User"]:
            return None
        try:
            return self.choices.word("role", row.get("role"), ROLES)
        except NotTaken:
            return None
