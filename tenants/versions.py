"""Which state of the tenant schema this code wants, and who is behind."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.db.migrations.loader import MigrationLoader


@cache
def newest_version() -> str:
    """The newest migrations of the tenant apps, as `helpdesk.0001_initial`; joined by spaces where several."""
    return " ".join(sorted(_newest_and_known()[0]))


def is_behind(version: str) -> bool:
    """Does a schema of this version lack something? One that a newer release has migrated does not."""
    newest, known = _newest_and_known()
    parts = version.split()
    return any(part in known - newest for part in parts) or len(parts) < len(newest)


@cache
def _newest_and_known() -> tuple[frozenset[str], frozenset[str]]:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    labels = {app.rpartition(".")[2] for app in settings.TENANT_APPS}
    newest = (f"{app}.{name}" for app, name in sorted(loader.graph.leaf_nodes()) if app in labels)
    return frozenset(newest), frozenset(f"{app}.{name}" for app, name in loader.disk_migrations)
