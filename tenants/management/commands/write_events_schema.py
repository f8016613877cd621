"""Write `docs/events.schema.json`: every event's shape as JSON Schema; a test holds it against the catalogue."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from helpdesk.events.catalogue import EVENTS, ORIGINAL_NAMES, PARENTS


def events_schema() -> str:
    """The document as it stands in `docs/events.schema.json`: the schema, and the tree of types."""
    schema = EVENTS.json_schema(by_alias=True, mode="serialization")
    document = schema | {"x-parents": PARENTS, "x-original-names": ORIGINAL_NAMES}
    return json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


class Command(BaseCommand):
    help = "Write docs/events.schema.json."

    def handle(self, *args: Any, **options: Any) -> None:
        (Path(settings.BASE_DIR) / "docs" / "events.schema.json").write_text(events_schema())
        self.stdout.write("Wrote docs/events.schema.json.")
