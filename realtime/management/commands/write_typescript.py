"""`manage.py write_typescript [--check]`: writes the TypeScript client's frames, or tells whether they are right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from realtime.asyncapi import asyncapi_document
from realtime.typescript import frames_as_typescript


class Command(BaseCommand):
    help = "Write clients/typescript/src/frames.ts from the socket's contract."
    requires_system_checks: list[str] = []  # noqa: RUF012

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail when it would change")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(settings.BASE_DIR) / "clients" / "typescript" / "src" / "frames.ts"
        text = frames_as_typescript(asyncapi_document())
        if not options["check"]:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            raise CommandError(f"{path.name} is not what the code says: make asyncapi")
