"""The schema `extensions`: on every tenant's search path, holds functions and operators, no tables."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("tenants", "0001_initial")]

    operations: ClassVar = [
        migrations.RunSQL(
            [
                "CREATE SCHEMA IF NOT EXISTS extensions",
                "CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA extensions",
                "CREATE EXTENSION IF NOT EXISTS unaccent SCHEMA extensions",
            ],
            migrations.RunSQL.noop,
        ),
    ]
