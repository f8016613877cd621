"""Which state of the tenant schema this code wants, and who is behind."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.db.migrations.loader import MigrationLoader


@cache
def newest_version() -> str:
    """The newest migrations of the tenant apps, as `helpdesk.0001_initial`; joined by spaces where several."""
    graph = MigrationLoader(None, ignore_no_migrations=True).graph
    labels = {app.rpartition(".")[2] for app in settings.TENANT_APPS}
    return " ".join(f"{app}.{name}" for app, name in sorted(graph.leaf_nodes()) if app in labels)
