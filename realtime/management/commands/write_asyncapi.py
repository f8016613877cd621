"""`manage.py write_asyncapi [--check]`: writes docs/asyncapi.json from the frames, or tells whether it is right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from realtime.asyncapi import asyncapi_document


class Command(BaseCommand):
    help = "Write docs/asyncapi.json, the snapshot of the socket's contract."
    requires_system_checks: list[str] = []  # noqa: RUF012

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail when it would change")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(settings.BASE_DIR) / "docs" / "asyncapi.json"
        text = orjson.dumps(asyncapi_document(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        if not options["check"]:
            path.write_bytes(text)
        elif not path.exists() or path.read_bytes() != text:
            raise CommandError("docs/asyncapi.json is not what the code says: make asyncapi")
