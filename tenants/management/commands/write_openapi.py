"""Write `docs/openapi.json`, the API's document; a test holds it against the code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.urls import get_resolver

from helpdesk.api import api


def openapi_document() -> str:
    """The document as it stands in `docs/openapi.json`."""
    get_resolver().url_patterns  # noqa: B018  the routers above are added with the addresses
    document = json.loads(json.dumps(api.get_openapi_schema()))  # statuses become text, as in JSON
    return json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


class Command(BaseCommand):
    help = "Write docs/openapi.json."

    def handle(self, *args: Any, **options: Any) -> None:
        target = Path(settings.BASE_DIR) / "docs" / "openapi.json"
        target.write_text(openapi_document())
        self.stdout.write("Wrote docs/openapi.json.")
