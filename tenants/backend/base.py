"""The database backend: django-tenants', with the schema taken from `tenants.context`.

Every statement asks where it is. In a transaction the search path is set with SET LOCAL, once, and
again only when the place changes; so it ends with the transaction and nothing is left on a pooled
connection. Outside a transaction a statement raises unless its place is `direct`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from django.core.exceptions import ImproperlyConfigured
from django.db.backends.postgresql.features import DatabaseFeatures as PostgresFeatures
from django.db.backends.postgresql.operations import DatabaseOperations as PostgresOperations
from django.db.backends.utils import CursorDebugWrapper, CursorWrapper
from django_tenants.postgresql_backend import base as stock
from django_tenants.utils import quote_schema_name

from tenants.context import PUBLIC_SCHEMA, Place, assign_place, current_place


class NoTenant(ImproperlyConfigured):
    """A query ran without a tenant: nobody came through tenants.context."""


class QueryOutsideTransaction(ImproperlyConfigured):
    """A query ran outside a transaction: open a unit of work (or `atomic`) inside the tenant's context."""


class DatabaseOperations(PostgresOperations):
    def deferrable_sql(self) -> str:
        # Citus reports a failed deferred key at COMMIT as an InternalError, so keys are checked at once.
        return ""


class DatabaseFeatures(PostgresFeatures):
    can_defer_constraint_checks = False  # so what is deleted together is deleted in the right order


class _PlacedCursor(CursorWrapper):
    def _execute(self, sql: Any, params: Any, *rest: Any) -> Any:
        self.db.go_to_place(self.cursor)
        return super()._execute(sql, params, *rest)

    def _executemany(self, sql: Any, param_list: Any, *rest: Any) -> Any:
        self.db.go_to_place(self.cursor)
        return super()._executemany(sql, param_list, *rest)

    def callproc(self, *args: Any, **kwargs: Any) -> Any:
        self.db.go_to_place(self.cursor)
        return super().callproc(*args, **kwargs)

    def copy(self, *args: Any, **kwargs: Any) -> Any:
        self.db.go_to_place(self.cursor)
        return self.cursor.copy(*args, **kwargs)

    def stream(self, *args: Any, **kwargs: Any) -> Any:
        self.db.go_to_place(self.cursor)
        return self.cursor.stream(*args, **kwargs)


class _PlacedDebugCursor(_PlacedCursor, CursorDebugWrapper):
    pass


class DatabaseWrapper(stock.DatabaseWrapper):
    """See the module. `schema_name`, `set_tenant` and `set_schema` read and write the context."""

    ops_class = DatabaseOperations
    features_class = DatabaseFeatures
    _path_set: Place | None = None
    _placeless = False
    _made = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        local = self.settings_dict.get("LOCAL_SETTINGS", {})
        # Sent along with the search path where a connection cannot be given them at its start.
        self._local_settings = "".join(f"; SET LOCAL {name} = '{value}'" for name, value in local.items())
        # The stock constructor goes to `public`; a connection that is made inside a tenant must not.
        self._made = True

    # What django-tenants keeps on the connection, kept in the context instead.

    @property
    def schema_name(self) -> str | None:
        place = current_place()
        return place.schema if place else None

    @schema_name.setter
    def schema_name(self, value: str | None) -> None:
        """Stock code assigns it while it is set up; the context is the only truth."""

    @property
    def tenant(self) -> Any:
        place = current_place()
        if place is None:
            return None
        return place.tenant or stock.FakeTenant(schema_name=place.schema)

    @tenant.setter
    def tenant(self, value: Any) -> None:
        """As `schema_name`."""

    def set_tenant(self, tenant: Any, include_public: bool = True) -> None:  # noqa: FBT001, FBT002
        stock._check_schema_name(tenant.schema_name)
        assign_place(Place(tenant.schema_name, tenant=tenant, direct=True))

    def set_schema_to_public(self) -> None:
        if self._made:
            assign_place(Place(PUBLIC_SCHEMA, direct=True))

    # Where a statement runs.

    def go_to_place(self, cursor: Any) -> None:
        """Point the connection at the current place, or raise before anything is sent."""
        if self._placeless:
            return
        place = current_place()
        if place is None:
            raise NoTenant(NoTenant.__doc__)
        in_transaction = self.in_atomic_block or not self.autocommit
        if not in_transaction and not place.direct:
            raise QueryOutsideTransaction(QueryOutsideTransaction.__doc__)
        if in_transaction and self._path_set is not None and self._path_set.schema == place.schema:
            return
        scope = "SET LOCAL" if in_transaction else "SET"
        statement = f"{scope} search_path = {_path_of(place)}"
        if in_transaction and self._path_set is None:
            statement += self._local_settings
        with self.wrap_database_errors:
            cursor.execute(statement)
        self._path_set = place if in_transaction else None
        _been_to(self.connection).add(place.schema)

    def _cursor(self, name: str | None = None) -> Any:
        return stock.original_backend.DatabaseWrapper._cursor(self, name)

    def make_cursor(self, cursor: Any) -> CursorWrapper:
        return _PlacedCursor(cursor, self)

    def make_debug_cursor(self, cursor: Any) -> CursorWrapper:
        return _PlacedDebugCursor(cursor, self)

    def chunked_cursor(self) -> Any:
        # A server-side cursor runs one statement only, so the path is set on a cursor of its own.
        with self.cursor() as cursor:
            self.go_to_place(cursor.cursor)
        return super().chunked_cursor()

    # What forgets the path: SET LOCAL ends with its transaction, and a rollback to a savepoint reverts it.

    def connect(self) -> None:
        self._path_set = None
        self._without_place(super().connect)

    def close(self) -> None:
        self._path_set = None
        super().close()

    def _close(self) -> None:
        """Back to the pool; one that has been to many tenants is closed before, and the pool makes another."""
        most = self.settings_dict.get("MOST_TENANTS", 0)
        if self.connection is not None and 0 < most < len(_been_to(self.connection)):
            self.connection.close()
        super()._close()

    def set_autocommit(self, *args: Any, **kwargs: Any) -> None:
        self._path_set = None
        super().set_autocommit(*args, **kwargs)

    def commit(self) -> None:
        self._path_set = None
        super().commit()

    def rollback(self) -> None:
        self._path_set = None
        super().rollback()

    def _savepoint(self, sid: str) -> None:
        self._without_place(super()._savepoint, sid)

    def _savepoint_commit(self, sid: str) -> None:
        self._without_place(super()._savepoint_commit, sid)

    def _savepoint_rollback(self, sid: str) -> None:
        self._path_set = None
        self._without_place(super()._savepoint_rollback, sid)

    def savepoint_rollback(self, sid: str) -> None:
        stock.original_backend.DatabaseWrapper.savepoint_rollback(self, sid)

    def check_constraints(self, table_names: Any = None) -> None:
        self._without_place(super().check_constraints, table_names)

    def _without_place(self, call: Callable[..., Any], *args: Any) -> None:
        before, self._placeless = self._placeless, True
        try:
            call(*args)
        finally:
            self._placeless = before


_visited: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()


def _been_to(connection: Any) -> set[str]:
    """The schemas that this connection of psycopg has been to, in whichever thread."""
    return _visited.setdefault(connection, set())


def _path_of(place: Place) -> str:
    stock._check_schema_name(place.schema)
    return ", ".join(quote_schema_name(name) for name in (place.schema, *stock.EXTRA_SEARCH_PATHS))
