"""A connection of Django's, made as the settings would make it in another process."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import connections

from tenants.backend.base import DatabaseWrapper


def connected(port: int | None = None, *, pool: dict[str, Any] | None = None, **more: Any) -> DatabaseWrapper:
    """Under an alias of its own; at this port, over such a pool, with these entries of DATABASES."""
    known = connections["default"].settings_dict
    options = known["OPTIONS"] | ({"pool": pool} if pool else {})
    given = known | {"OPTIONS": options, "CONN_HEALTH_CHECKS": bool(pool)} | more
    if port:
        given["PORT"] = str(port)
    alias = f"own-{uuid4().hex[:8]}"
    assert alias not in settings.DATABASES
    wrapper = DatabaseWrapper(given, alias)
    connections[alias] = wrapper
    return wrapper
