"""The written documents say what the code says."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from tenants.management.commands.write_events_schema import events_schema


def test_the_events_schema_is_the_catalogues() -> None:
    """A change here changes what every reader of events gets: then run `make asyncapi`, and say it in the changelog."""
    assert (Path(settings.BASE_DIR) / "docs" / "events.schema.json").read_text() == events_schema()
