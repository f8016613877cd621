"""How to reach the database without Django, for those who must not wait for its pool."""

from __future__ import annotations

from typing import Any

from django.db import connection


def database_parameters() -> dict[str, Any]:
    """For `psycopg.connect`: the same server, user and database as Django's."""
    known = connection.settings_dict
    given = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    found: dict[str, Any] = {name: known[setting] for name, setting in given.items() if known[setting]}
    found["prepare_threshold"] = None  # PgBouncer would give the statement to another connection
    return found | {name: value for name, value in known["OPTIONS"].items() if name in ("sslmode", "sslrootcert")}
