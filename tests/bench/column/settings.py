"""The hub's settings with that release's migrations."""

from config.settings import *  # noqa: F403

MIGRATION_MODULES = {"helpdesk": "tests.bench.column.migrations"}
