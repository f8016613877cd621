"""A later release, for tests: helpdesk's migrations, and three more that change a tenant's schema in three ways."""

from __future__ import annotations

MODULES = {"helpdesk": "tests.tenants.later.migrations"}
