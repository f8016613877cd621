"""A tenant into one file: its rows as of one moment while writers go on, then the files of its attachments."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

from helpdesk.clock import now, rfc3339
from helpdesk.objects import store
from helpdesk.objects.rules import prefix_of
from helpdesk.sealing import Unreadable, fingerprints, unseal
from tenants import context
from tenants.context import TenantRef
from tenants.keeping.archive import FORMAT, MANIFEST, Writer
from tenants.keeping.errors import Refused
from tenants.keeping.passphrase import SALT_BYTES, ArchiveKeys
from tenants.keeping.records import note_record, whoever_runs_this
from tenants.keeping.rows import in_pieces, rows_of, with_secrets, write_alike
from tenants.keeping.state import State, Summing, TableState, get_tenant_row, make_state, sum_table
from tenants.keeping.tables import Table, list_tables

_OBJECTS = sql.SQL("SELECT key, remove_at IS NULL FROM stored_object WHERE attempts = 0 ORDER BY key").format()
"""All that may lie in the store. What nobody holds is on its way in or out: an upload that may never have come."""
Tell = Callable[[int], None]
"""Hears how many more rows or objects are in the archive."""


@dataclass(frozen=True, slots=True)
class Exported:
    state: State
    objects: int
    missing: list[str]
    bytes: int


class Export:
    """One export. `count` says beforehand how much it will be, for a progress bar."""

    def __init__(self, ref: TenantRef, passphrase: str, *, on_progress: Tell = lambda _: None) -> None:
        self._ref, self._tell = ref, on_progress
        self._salt = secrets.token_bytes(SALT_BYTES)
        self._keys = ArchiveKeys(passphrase, self._salt)

    def count(self) -> int:
        """Rows and objects, roughly: writers go on."""
        with _snapshot(self._ref), connection.cursor() as cursor:
            found = 0
            for name in [*(table.name for table in list_tables()), "stored_object"]:
                cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name)))
                found += cursor.fetchone()[0]
        return found

    def write(self, path: Path) -> Exported:
        """All of it or nothing: under another name until it is whole. Raises Refused where the file is there."""
        if path.exists():
            raise Refused(f"{path} is there already.")
        part = path.with_name(f"{path.name}.part")
        try:
            part.unlink(missing_ok=True)
            part.touch(mode=0o600)
            with part.open("wb") as file:
                done = self._write(file)
                file.flush()
                os.fsync(file.fileno())
                size = file.tell()
            part.rename(path)
            self._note(done[0])
        finally:
            part.unlink(missing_ok=True)
        return Exported(*done, size)

    def _note(self, state: State) -> None:
        with context.platform(), transaction.atomic():
            note_record(
                "exported", tenant_id=self._ref.id, slug=self._ref.slug, by=whoever_runs_this(), state=state.sha256
            )

    def _write(self, file: IO[bytes]) -> tuple[State, int, list[str]]:
        writer = Writer(file, self._keys)
        with TemporaryFile() as keys:
            with _snapshot(self._ref):
                state = self._write_rows(writer)
                for rows in rows_of(_OBJECTS):
                    keys.write(rows)
            # Outside the transaction: whoever takes a file away meanwhile takes it away.
            keys.seek(0)
            objects, missing = self._write_objects(writer, (line.decode().split() for line in keys))
        writer.end(
            {
                "state": state.sha256,
                "rows": {one.name: one.rows for one in state.tables},
                "sequences": state.sequences,
                "objects": objects,
                "missing": missing,
            }
        )
        return state, objects, missing

    def _write_rows(self, writer: Writer) -> State:
        write_alike()
        tables, tenant = list_tables(), get_tenant_row(self._ref)
        writer.document(MANIFEST, self._manifest(tenant, tables))
        return make_state(tenant, [self._write_table(writer, table) for table in tables])

    def _write_table(self, writer: Writer, table: Table) -> TableState:
        summing, kept = Summing(table), rows_of(table.selected(hashed=False))
        if places := table.sealed_columns():
            kept = with_secrets(kept, places, self._sealed_for_archive)
        for number, piece in enumerate(in_pieces(kept), start=1):
            writer.rows(table.name, number, piece)
            self._tell(summing.add(piece))
        return summing.state() if table.is_hashed_as_kept() else sum_table(table)

    def _sealed_for_archive(self, sealed: bytes) -> bytes:
        try:
            return self._keys.seal(unseal(sealed))
        except Unreadable as error:
            raise Refused("A webhook's secret was sealed with a key that is not in HUB_ENCRYPTION_KEYS.") from error

    def _write_objects(self, writer: Writer, keys: Iterator[list[str]]) -> tuple[int, list[str]]:
        count, missing = 0, []
        for key, is_held in keys:
            with store.opened(key) as found:
                if found is None:
                    missing += [key] if is_held == "t" else []
                else:
                    size, content = found
                    writer.member(f"objects/{key.removeprefix(prefix_of(self._ref.id))}", size, content)
                    count += 1
            self._tell(1)
        return count, missing

    def _manifest(self, tenant: dict[str, Any], tables: list[Table]) -> dict[str, Any]:
        labels = sorted(app.rpartition(".")[2] for app in settings.TENANT_APPS)
        with connection.cursor() as cursor:
            cursor.execute("SELECT app, name FROM django_migrations WHERE app = ANY(%s) ORDER BY 1, 2", [labels])
            migrations = [list(row) for row in cursor.fetchall()]
            cursor.execute("SELECT epoch, last_seq FROM event_head")
            epoch, last_seq = cursor.fetchone()
        return {
            "format": FORMAT,
            "release": max(name for _, name in migrations),
            "madeAt": rfc3339(now()),
            "salt": self._salt.hex(),
            "proof": self._keys.proof(),
            "tenant": tenant,
            "migrations": migrations,
            "tables": [{"name": table.name, "columns": list(table.columns)} for table in tables],
            "keys": fingerprints(),
            "epoch": str(epoch),
            "lastSeq": last_seq,
        }


@contextmanager
def _snapshot(ref: TenantRef) -> Iterator[None]:
    """One moment of a tenant, whatever others write meanwhile. Nobody waits for it."""
    with context.tenant(ref), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
