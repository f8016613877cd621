"""A tenant out of one file, with its id: all of it, or nothing.

The schema is filled where nobody reaches it, its state is compared with the archive's, the files are put into the
store; the row in `public`, written last, is what makes it a tenant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from uuid import UUID, uuid4

import orjson
import structlog
from django.db import Error as DatabaseFailure
from django.db import connection, transaction
from psycopg import Error as PostgresError
from psycopg import sql

from helpdesk.clock import now
from helpdesk.events import bell
from helpdesk.objects import store
from helpdesk.objects.rules import prefix_of
from helpdesk.people.directory import remember_everybody
from helpdesk.sealing import fingerprints, seal
from helpdesk.wakeups import wake
from tenants import context, resolve
from tenants.actions import insert_row
from tenants.context import TenantRef
from tenants.domains import set_domains
from tenants.keeping.archive import OBJECT, ROWS, Checked, Member, unpacked
from tenants.keeping.building import alone, bring_up_to_date, build_schema, drop_leftovers, own_steps
from tenants.keeping.due import DUE_AT_ONCE
from tenants.keeping.errors import DoesNotFit, NotAnArchive, Refused
from tenants.keeping.manifest import Manifest, Sealed, read_manifest, read_sealed
from tenants.keeping.records import note_record, whoever_runs_this
from tenants.keeping.rows import load, with_secrets, write_alike
from tenants.keeping.state import State, make_state, sum_table
from tenants.keeping.tables import SEALED, list_tables
from tenants.migrating.route import Key, Route
from tenants.models import Domain, Tenant

UNTIL_KNOWN = timedelta(seconds=resolve.LIFETIME_S + 2)
"""A worker that asked for this tenant while it was not there believes so for a while, and would forget what is due."""

_log = structlog.get_logger(__name__)
Tell = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Imported:
    """`state` is the archive's, and was found in the database. `migrations` were taken after that.

    `keys_known`: API keys and mailed links of the archive are good here, too.
    """

    ref: TenantRef
    state: str
    migrations: int
    objects: int
    missing: int
    keys_known: bool


class Import:
    """One import of a checked archive."""

    def __init__(
        self, archive: Checked, *, slug: str = "", with_domains: bool = True, on_progress: Tell = lambda _: None
    ) -> None:
        self._archive, self._tell = archive, on_progress
        self.manifest: Manifest = read_manifest(archive.manifest)
        self.sealed: Sealed = read_sealed(archive.sealed)
        tenant = self.manifest.tenant
        self._domains = tenant.domains if with_domains else []
        self.ref = TenantRef(
            tenant.id, slug or tenant.slug, tenant.name, tenant.is_active, orjson.loads(tenant.settings)
        )
        self._route = Route()
        self._taken: set[Key] = set(self.manifest.migrations)

    def count(self) -> int:
        """Rows and objects."""
        return sum(self.sealed.rows.values()) + self.sealed.objects

    def run(self) -> Imported:
        """Raises Refused, and then nothing has changed."""
        with alone(self.ref):
            self._require_fits()
            drop_leftovers(self.ref)
            put: list[str] = []
            try:
                return self._run(put)
            except BaseException:
                self._undo(put)
                raise

    def _run(self, put: list[str]) -> Imported:
        build_schema(self.ref, self._route, self._taken)
        self._load()
        self._put_objects(put)
        taken = bring_up_to_date(self.ref, self._route)
        self._make_tenant()
        resolve.forget()
        _log.info("tenant_imported", tenant=str(self.ref.id), slug=self.ref.slug, state=self.sealed.state)
        missing, known = len(self.sealed.missing), bool(set(self.manifest.keys) & set(fingerprints()))
        return Imported(self.ref, self.sealed.state, taken, self.sealed.objects, missing, known)

    def _require_fits(self) -> None:
        if newer := sorted(self._taken - own_steps(self._route)):
            raise DoesNotFit(f"A newer release made the archive (it has {newer[-1][1]}): install that one first.")
        with context.platform(), transaction.atomic():
            there = Tenant.objects.filter(id=self.ref.id).values_list("slug", flat=True).first()
            if there is not None:
                raise DoesNotFit(f"This tenant is here already, as {there}. Erase it first (erase_tenant {there}).")
            if Tenant.objects.filter(slug=self.ref.slug).exists():
                raise DoesNotFit(f"Another tenant has the slug {self.ref.slug}. Name another one with --slug.")
            if taken := Domain.objects.filter(domain__in=self._domains).values_list("domain", flat=True).first():
                raise DoesNotFit(f"Another tenant has the domain {taken}. Import with --without-domains.")
        if self.sealed.objects:
            store.ask()

    def _load(self) -> None:
        """All rows in one transaction, which ends only where the state is the one that was exported."""
        try:
            with context.tenant(self.ref), transaction.atomic():
                write_alike()
                self._require_tables()
                self._load_rows()
                self._set_sequences()
                self._require_own_keys()
                found = self._state()
                if found.sha256 != self.sealed.state:
                    raise NotAnArchive("The rows that were loaded are not the state that the archive says.")
                with connection.cursor() as cursor:
                    # Whoever read this log elsewhere may have read further than the archive reaches.
                    cursor.execute("UPDATE event_head SET epoch = %s", [uuid4()])
        except (PostgresError, DatabaseFailure) as error:
            raise NotAnArchive(f"The rows cannot be loaded: {str(error).splitlines()[0]}") from error

    def _require_tables(self) -> None:
        said = {table.name: sorted(table.columns) for table in self.manifest.tables}
        there = {table.name: sorted(table.columns) for table in list_tables()}
        if said != there:
            wrong = sorted(name for name in said | there if said.get(name) != there.get(name))
            raise DoesNotFit(f"The archive's tables are not those of its migrations: {', '.join(wrong)}.")

    def _load_rows(self) -> None:
        with connection.cursor() as cursor:
            for table in reversed(list_tables()):  # what making the schema has put there
                cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table.name)))
        columns = {table.name: table.columns for table in self.manifest.tables}
        for name, pieces in groupby(self._members(ROWS), key=lambda member: member.name.split("/")[1]):
            if name not in columns:
                raise NotAnArchive(f"The archive has rows of {name}, of which its manifest does not know.")
            blocks = self._counted(block for piece in pieces for block in unpacked(piece))
            if places := [nth for nth, column in enumerate(columns[name]) if (name, column) in SEALED]:
                blocks = with_secrets(blocks, places, self._sealed_for_here)
            load(name, columns[name], blocks)

    def _sealed_for_here(self, sealed: bytes) -> bytes:
        try:
            return seal(self._archive.keys.unseal(sealed))
        except ValueError as error:
            raise NotAnArchive("A secret in the archive cannot be read.") from error

    def _counted(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        for block in blocks:
            yield block
            self._tell(block.count(b"\n"))

    def _set_sequences(self) -> None:
        with connection.cursor() as cursor:
            for name, following in self.sealed.sequences.items():
                cursor.execute("SELECT setval(%s::regclass, %s, false)", [f'"{name}"', following])

    def _require_own_keys(self) -> None:
        """No row of it leads to a file of another tenant."""
        with connection.cursor() as cursor:
            for table in ("attachment", "upload", "stored_object", "export"):
                foreign = sql.SQL("SELECT 1 FROM {} WHERE key <> '' AND NOT starts_with(key, %s) LIMIT 1")
                cursor.execute(foreign.format(sql.Identifier(table)), [prefix_of(self.ref.id)])
                if cursor.fetchone():
                    raise NotAnArchive(f"A row of {table} names a file that is not this tenant's.")

    def _state(self) -> State:
        tenant = self.manifest.tenant.model_dump(mode="json", by_alias=True)
        return make_state(tenant, [sum_table(table) for table in list_tables()])

    def _put_objects(self, put: list[str]) -> None:
        for member in self._members(OBJECT):
            key = prefix_of(self.ref.id) + member.name.removeprefix("objects/")
            put.append(key)
            store.put(key, member.content, size=member.size)
            self._tell(1)
        if len(put) != self.sealed.objects:
            raise NotAnArchive(f"The archive has {len(put)} objects and says {self.sealed.objects}.")
        if lost := set(put).difference(store.all_keys(prefix_of(self.ref.id)) if put else ()):
            raise Refused(f"{len(lost)} files were taken away again. Try again in a minute.")

    def _members(self, pattern: re.Pattern[str]) -> Iterator[Member]:
        return (member for member in self._archive.members() if pattern.fullmatch(member.name))

    def _make_tenant(self) -> None:
        tenant = self.manifest.tenant
        with context.tenant(self.ref), transaction.atomic():
            created, updated = (datetime.fromisoformat(one) for one in (tenant.created_at, tenant.updated_at))
            insert_row(self.ref, settings=tenant.settings, created_at=created, updated_at=updated)
            set_domains(self.ref.id, self._domains)
            remember_everybody()
            moment = now() + UNTIL_KNOWN
            for kind in DUE_AT_ONCE:
                wake(kind, moment)
            note_record(
                "imported",
                tenant_id=self.ref.id,
                slug=self.ref.slug,
                by=whoever_runs_this(),
                state=self.sealed.state,
                made_at=self.manifest.made_at,
            )
            transaction.on_commit(partial(bell.knock, self.ref.id), robust=True)

    def _undo(self, put: list[str]) -> None:
        """Unless it is a tenant already: then only what came after that went wrong."""
        with context.platform(), transaction.atomic():
            if Tenant.objects.filter(id=self.ref.id).exists():
                return
        drop_leftovers(self.ref)
        for begin in range(0, len(put), store.MOST_A_PAGE):
            store.remove(put[begin : begin + store.MOST_A_PAGE])


def tenant_id_of(archive: Checked) -> UUID:
    """Whose it is."""
    return read_manifest(archive.manifest).tenant.id
