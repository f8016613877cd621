"""Take over the tenants of the original service from its PostgreSQL; docs/importing.md goes through it step by step."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from helpdesk.importing.rules.values import Choices
from helpdesk.objects.store import StoreAway
from helpdesk.vocabulary import NotificationKind, Role, TicketPriority, TicketStatus
from tenants import context
from tenants.importing.everything import Wanted, count_rows, import_everything
from tenants.importing.files import Files, Folder, files_at
from tenants.importing.report import Report
from tenants.importing.source import NotTheOriginal, Source
from tenants.migrating.progress import Progress

ADDRESS = "ORIGINAL_DATABASE_URL"
OURS = {
    "role": {role.value for role in Role} - {Role.PLATFORM_ADMIN.value},
    "status": {status.value for status in TicketStatus},
    "priority": {priority.value for priority in TicketPriority},
    "notification": {kind.value for kind in NotificationKind},
}
"""What --map may lead to."""
LOCK = 0x1A907
"""Of PostgreSQL's advisory locks: one import at a time."""


class Command(BaseCommand):
    """`import_original [DATABASE_URL]`. Exits with 1 where a row was not taken; run again, it takes what is missing."""

    help = "Take over tenants from the original service's database, which is only read."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "database", nargs="?", metavar="DATABASE_URL", help=f"or in {ADDRESS}, where no process list shows it"
        )
        parser.add_argument("--tenant", action="append", default=[], metavar="ID|SLUG", help="only these")
        parser.add_argument("--dry-run", action="store_true", help="change nothing, and report as if it were done")
        parser.add_argument("--report", type=Path, metavar="FILE", help="a line a row: .csv, else JSON lines")
        parser.add_argument("--files", default="", metavar="DIR|s3://BUCKET[/PREFIX]", help="where the attachments lie")
        parser.add_argument("--slug", action="append", default=[], metavar="OLD=NEW", help="another slug here")
        parser.add_argument(
            "--map", action="append", default=[], metavar="KIND.WORD=OURS", help="as role.OWNER=ADMIN: what it is here"
        )
        parser.add_argument("--keep-suspended", action="store_true", help="do not open the desks when all is there")

    def handle(self, *args: Any, **options: Any) -> None:
        address = options["database"] or os.environ.get(ADDRESS, "")
        wanted = Wanted(
            tenants=options["tenant"],
            slugs=dict(_pair(given, "--slug") for given in options["slug"]),
            choices=Choices(dict(_choice(given) for given in options["map"])),
            files=_files(options["files"]),
            dry=options["dry_run"],
            keep_suspended=options["keep_suspended"],
        )
        try:
            with _alone(), Source(address) as source, _report(options["report"]) as report:
                self._run(source, report, wanted)
        except StoreAway as away:
            raise CommandError(f"{away.message} (docs/importing.md, Files)") from None
        except NotTheOriginal as why:
            raise CommandError(str(why)) from None
        if report.any_refused:
            raise CommandError("Not every row was taken: --report FILE names each, and why.")

    def _run(self, source: Source, report: Report, wanted: Wanted) -> None:
        progress = Progress(self.stdout, count_rows(source, wanted))
        try:
            import_everything(source, report, wanted, lambda done: progress.step(many=done) if done else None)
        finally:
            progress.end()
        self.stdout.write(report.table())
        if wanted.dry:
            self.stdout.write("A dry run: nothing was changed.")


@contextmanager
def _alone() -> Iterator[None]:
    with context.platform(direct=True), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise CommandError("Another import is running.")
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _files(place: str) -> Files:
    found = files_at(place)
    if isinstance(found, Folder) and not found.root.is_dir():
        raise CommandError(f"There is no folder {found.root}.")
    return found


def _report(path: Path | None) -> Report:
    if path is not None and not path.parent.is_dir():
        raise CommandError(f"There is no folder {path.parent}.")
    return Report(path)


def _pair(given: str, option: str) -> tuple[str, str]:
    theirs, equals, ours = given.partition("=")
    if not (theirs and equals and ours):
        raise CommandError(f"{option} is written {option} OLD=NEW.")
    return theirs, ours


def _choice(given: str) -> tuple[tuple[str, str], str]:
    left, ours = _pair(given, "--map")
    kind, _, word = left.partition(".")
    known = OURS.get(kind)
    if known is None or not word:
        raise CommandError(f"--map is written KIND.WORD=OURS; the kinds are {', '.join(sorted(OURS))}.")
    if ours not in known:
        raise CommandError(f"A {kind} is one of {', '.join(sorted(known))} here.")
    return (kind, word.upper()), ours
