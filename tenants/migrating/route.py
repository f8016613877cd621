"""The migrations of a tenant's schema in their order, and what each of them does.

A migration that is nothing but SQL is collected at the first schema that needs it, and its statements run as they
are in all others: all schemas of one state have the same objects by the same names. What runs code (RunPython), has a
default of its own for each row's moment, or must not be in a transaction is applied by Django, schema by schema.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from typing import Any

from django.db import connection, migrations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models.fields import NOT_PROVIDED

_one_reads_at_a_time = threading.Lock()
"""Django's loader reloads the migrations' packages: another thread would find one that is half there."""
Key = tuple[str, str]
"""An app's label and a migration's name."""


class Step:
    """One migration. Belongs to one thread."""

    def __init__(self, key: Key, migration: Migration, before: ProjectState) -> None:
        self.key, self.is_atomic = key, migration.atomic
        self.is_sql = migration.atomic and all(_is_sql(one) for one in _all_operations(migration.operations))
        self._migration, self._before = migration, before
        self._statements: list[str] | None = None

    def take(self) -> None:
        """Do it where this code stands: in a transaction, but for a step that is not atomic."""
        if not self.is_sql:
            with connection.schema_editor(atomic=self.is_atomic) as editor:
                self._migration.apply(self._before.clone(), editor)
            return
        if self._statements is None:
            self._statements = self._collected()
        with connection.cursor() as cursor:
            for statement in self._statements:
                cursor.execute(statement)

    def _collected(self) -> list[str]:
        with connection.schema_editor(collect_sql=True, atomic=True) as editor:
            self._migration.apply(self._before.clone(), editor, collect_sql=True)
        return [statement for statement in editor.collected_sql if not _is_remark(statement)]


class Route:
    """All steps to this release. Belongs to one thread."""

    def __init__(self) -> None:
        with _one_reads_at_a_time:
            self._loader = MigrationLoader(None, ignore_no_migrations=True)
        graph = self._loader.graph
        plan = (key for leaf in sorted(graph.leaf_nodes()) for key in graph.forwards_plan(leaf))
        self.keys: list[Key] = list(dict.fromkeys(plan))
        self._steps: dict[Key, Step] = {}

    def missing(self, recorded: Collection[Key]) -> list[Key]:
        """What a schema lacks that has recorded these, in order."""
        return [key for key in self.keys if key not in recorded]

    def stands_for_done(self, key: Key, recorded: Collection[Key]) -> bool:
        """Is it a squashed migration, all parts of which were taken? Raises ValueError where only some were."""
        parts = self._loader.disk_migrations[key].replaces
        done = [part for part in parts if part in recorded]
        if done and len(done) < len(parts):
            raise ValueError(f"{key[1]} is squashed and was taken in part: migrate_schemas must finish its parts first")
        return bool(done)

    def step(self, key: Key) -> Step:
        """What to do for it."""
        if key not in self._steps:
            before = self._loader.project_state(key, at_end=False)
            before.apps  # noqa: B018  made once, and cloned for each schema
            self._steps[key] = Step(key, self._loader.disk_migrations[key], before)
        return self._steps[key]


def _all_operations(operations: Collection[Operation]) -> Iterator[Operation]:
    for one in operations:
        yield one
        if isinstance(one, migrations.SeparateDatabaseAndState):
            yield from _all_operations(one.database_operations)


def _is_sql(operation: Operation) -> bool:
    default: Any = getattr(getattr(operation, "field", None), "default", None)
    # A default that is called is asked once for each schema; collected, it would be the same in all of them.
    return operation.reduces_to_sql and (not callable(default) or default in (dict, list, NOT_PROVIDED))


def _is_remark(statement: str) -> bool:
    return all(not line.strip() or line.lstrip().startswith("--") for line in statement.splitlines())
