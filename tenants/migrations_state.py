"""What `public` still lacks, and how far the tenants are: asked by `migrate_hub` and by health."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.models import Count

from tenants import context
from tenants.models import Tenant
from tenants.versions import is_behind


@cache
def _wanted() -> frozenset[tuple[str, str]]:
    labels = {app.rpartition(".")[2] for app in settings.SHARED_APPS}
    return frozenset(key for key in MigrationLoader(None).disk_migrations if key[0] in labels)


def public_is_behind() -> bool:
    """Does `public` lack a migration of the shared apps?"""
    with context.platform(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.django_migrations')")
        if cursor.fetchone()[0] is None:
            return True
        cursor.execute("SELECT app, name FROM django_migrations")
        return not _wanted() <= set(cursor.fetchall())


def missing_migrations() -> str:
    """What lacks migrations, in words; empty where nothing does."""
    if public_is_behind():
        return "migrations of public"
    with context.platform(), transaction.atomic():
        found = Tenant.objects.values_list("schema_version").annotate(count=Count("id"))
        behind = sum(count for version, count in found if is_behind(version))
    return f"migrations of {behind} tenants" if behind else ""
