"""Taking over one tenant: what is decided for all of its tables, and how a page is written."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction

from helpdesk.importing.actions.pages import LogIsBehind, catch_up, page
from helpdesk.importing.queries import list_roles_here
from helpdesk.importing.rules.people import ROLES
from helpdesk.importing.rules.values import Choices, Known, Notes, NotTaken, Row, id_of
from helpdesk.vocabulary import Role
from tenants import context
from tenants.importing.desks import Here
from tenants.importing.report import Report
from tenants.importing.source import Source

T = TypeVar("T")
TRIES, PAUSE_S = 50, 0.2
"""How often a page is tried while others write to the desk: ten seconds."""


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
    dry: bool = False
    refused_users: set[str] = field(default_factory=set)

    def ask(self, query: Callable[..., T], *given: Any, otherwise: T) -> T:
        """Ask the desk, where there is one."""
        if self.here is None:
            return otherwise
        with context.tenant(self.here.ref), transaction.atomic():
            return query(*given)

    def write(self, action: Callable[[list[UUID]], object]) -> None:
        """One page: all that the action writes, or nothing. It is given the list for tickets that it touched."""
        if self.dry or self.here is None:
            return
        for tries_left in reversed(range(TRIES)):
            try:
                with context.tenant(self.here.ref):
                    catch_up()
                    with page() as touched:
                        action(touched)
            except LogIsBehind:
                if not tries_left:
                    raise
                time.sleep(PAUSE_S)
            else:
                return

    def known(self, user_ids: Collection[str]) -> Known:
        """Who of these users is a person here, or will be where nothing is written."""
        users = self.source.rows("User", "id", user_ids, tenant_id=self.tenant_id) if user_ids else []
        ids = {str(row["id"]): id_of(row["id"]) for row in users}
        roles = self.ask(list_roles_here, ids.values(), otherwise=dict[UUID, str]())
        if self.dry:
            roles = {ids[str(row["id"])]: role for row in users if (role := self._role_of(row))} | dict(roles)
        people = {source_id: id_ for source_id, id_ in ids.items() if id_ in roles}
        return Known(people, frozenset(id_ for id_ in people.values() if Role(roles[id_]).is_staff))

    def take(self, table: str, row: Row, mapped: Callable[[Notes], T]) -> T | None:
        """What a row becomes, reported; None where it stays behind."""
        notes = Notes()
        try:
            found = mapped(notes)
        except NotTaken as why:
            self.refuse(table, row, str(why))
            return None
        self.report.taken(table)
        self.report.changed(self.slug, table, str(row["id"]), notes.words)
        return found

    def refuse(self, table: str, row: Row, reason: str) -> None:
        """It stays behind."""
        self.report.refused(self.slug, table, str(row["id"]), reason)

    def refuse_all(self, table: str, rows: Iterable[Row], reason: str) -> None:
        """All of them stay behind."""
        for row in rows:
            self.refuse(table, row, reason)

    def _role_of(self, row: Row) -> str | None:
        if str(row["id"]) in self.refused_users:
            return None
        try:
            return self.choices.word("role", row.get("role"), ROLES)
        except NotTaken:
            return None
