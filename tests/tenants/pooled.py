"""`HUB_DB_POOL=4 python -m tests.tenants.pooled ID:SLUG …`: the threads' test over Django's pool of connections."""

from __future__ import annotations

import os
import sys
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from tenants.context import TenantRef  # noqa: E402
from tests.tenants.test_concurrent_isolation import ROUNDS, in_threads, wrong_reads  # noqa: E402


def main() -> int:
    assert settings.DATABASES["default"]["OPTIONS"]["pool"]["max_size"] == 4
    named = [argument.partition(":") for argument in sys.argv[1:]]
    places = [TenantRef(UUID(id_), slug, slug) for id_, _, slug in named]
    wrong = in_threads(lambda number: wrong_reads(places, rounds=ROUNDS, seed=number))
    pool = connection.pool  # type: ignore[attr-defined]
    if pool is None:
        wrong.append("there was no pool")
    else:
        connection.close_pool()  # type: ignore[attr-defined]
    sys.stdout.write(f"pooled: {wrong}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
