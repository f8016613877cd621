"""How Django reaches PostgreSQL: over a pool or not, straight or through PgBouncer. See docs/tenants.md."""

from __future__ import annotations

from typing import Any

from psycopg.conninfo import conninfo_to_dict

from config.env import Env

TIMEOUTS = {"lock_timeout": "5s", "statement_timeout": "15s", "idle_in_transaction_session_timeout": "30s"}
"""Of a process that serves people: one row that somebody keeps locked must not take all of its connections with it."""


def database(env: Env) -> dict[str, Any]:
    """The entry of DATABASES."""
    is_straight = env.hub_db_direct == "on" and bool(env.database_direct_url)
    parts = conninfo_to_dict(env.database_direct_url if is_straight else env.database_url)
    through_pgbouncer = env.hub_pgbouncer == "on" and not is_straight
    options: dict[str, Any] = {"connect_timeout": 5, "prepare_threshold": None}
    if env.hub_db_pool:
        options["pool"] = _pool(env)
        if not through_pgbouncer:  # it knows no such parameter at the start of a connection
            options["options"] = " ".join(f"-c {name}={value}" for name, value in TIMEOUTS.items())
    return {
        "ENGINE": "tenants.backend",
        "NAME": parts.get("dbname", "hub"),
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": str(parts.get("port", "")),
        "OPTIONS": options | {k: v for k, v in parts.items() if k in ("sslmode", "sslrootcert")},
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "CONN_HEALTH_CHECKS": bool(env.hub_db_pool),
        # Both are read by tenants.backend.
        "LOCAL_SETTINGS": TIMEOUTS if env.hub_db_pool and through_pgbouncer else {},
        "MOST_TENANTS": 0 if through_pgbouncer else env.hub_db_most_tenants,
    }


def _pool(env: Env) -> dict[str, Any]:
    # A short wait to reconnect, because the pool doubles it while the database is away, and would go on waiting
    # when it is back.
    return {
        "min_size": 1,
        "max_size": env.hub_db_pool,
        "timeout": 4,
        "reconnect_timeout": 5,
        "max_lifetime": env.hub_db_lifetime,
    }
