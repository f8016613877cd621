"""One tenant out of an archive, in this cluster or another one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from pydantic import ValidationError

from tenants.asking import ask_passphrase
from tenants.keeping.archive import check
from tenants.keeping.importing import Import, Imported
from tenants.keeping.running import stoppable
from tenants.migrating.progress import Progress
from tenants.schemas import CreateTenant


class Command(BaseCommand):
    """`import_tenant FILE [--slug NEW] [--without-domains] [--check]`. All of it, or nothing.

    The archive is read to its end and checked before anything is written. What an older release made is migrated.
    """

    help = "Take a tenant in from an archive."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--slug", metavar="NEW", default="", help="find it under this slug here")
        parser.add_argument("--without-domains", action="store_true", help="leave its own domains out")
        parser.add_argument("--check", action="store_true", help="only look whether the archive is whole")

    def handle(self, *args: Any, **options: Any) -> None:
        path, passphrase = options["file"], ask_passphrase(is_new=False)
        with stoppable("Nothing was changed."):
            try:
                archive = check(path, passphrase)
            except OSError as error:
                raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
            job = Import(
                archive,
                slug=_slug(options["slug"]),
                with_domains=not options["without_domains"],
                on_progress=lambda many: progress.step(many=many),
            )
            self.stdout.write(
                f"{path}: whole. {job.manifest.tenant.slug} as of {job.manifest.made_at}, {job.count()} rows and files."
            )
            if options["check"]:
                self.stdout.write(f"State: {job.sealed.state}")
                return
            progress = Progress(self.stdout, job.count())
            try:
                done = job.run()
            finally:
                progress.end()
        self._tell(done)

    def _tell(self, done: Imported) -> None:
        self.stdout.write(f"{done.ref.slug} ({done.ref.id}) is here. State: {done.state}")
        if done.migrations:
            self.stdout.write(f"It was migrated to this release: {done.migrations} migrations.")
        if done.missing:
            self.stderr.write(f"{done.missing} attachments have no file: it was not in the store when it was exported.")
        if not done.keys_known:
            self.stderr.write(
                "API keys and links in mails of the old hub are not accepted here: people need new ones, unless you put"
                " the old hub's key last into HUB_ENCRYPTION_KEYS."
            )


def _slug(given: str) -> str:
    if not given:
        return ""
    try:
        return CreateTenant(name="Any", slug=given).slug
    except ValidationError as error:
        raise CommandError("; ".join(str(wrong["msg"]) for wrong in error.errors())) from None
