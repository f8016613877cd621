"""One tenant into one file: rows, log and files, as of one moment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.asking import ask_passphrase
from tenants.keeping.exporting import Export
from tenants.keeping.running import stoppable, tenant_named
from tenants.migrating.progress import Progress


class Command(BaseCommand):
    """`export_tenant SLUG FILE`. Work in the tenant goes on. The file is whole, or is not there.

    The passphrase (HUB_ARCHIVE_PASSPHRASE, else asked for) seals the secrets in it and signs it. Nothing
    else is encrypted.
    """

    help = "Write a tenant into an archive."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="SLUG")
        parser.add_argument("file", metavar="FILE", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        ref, path = tenant_named(options["slug"]), options["file"]
        passphrase = ask_passphrase(is_new=True)
        with stoppable("Nothing was written."):
            export = Export(ref, passphrase, on_progress=lambda many: progress.step(many=many))
            progress = Progress(self.stdout, export.count())
            try:
                done = export.write(path)
            except OSError as error:
                raise CommandError(f"{path} cannot be written: {error.strerror}.") from None
            finally:
                progress.end()
        for key in done.missing[:20]:
            self.stderr.write(f"The file of an attachment was not in the store: {key}")
        rows = sum(one.rows for one in done.state.tables)
        self.stdout.write(f"{path}: {rows} rows, {done.objects} files, {done.bytes} bytes.")
        self.stdout.write(f"State: {done.state.sha256}")
