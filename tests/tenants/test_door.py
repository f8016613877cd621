"""The door into a schema: whoever did not come through it gets nothing."""

from __future__ import annotations

import threading
from typing import Any

from django.db import connection, transaction

from helpdesk.people.models import Person
from helpdesk.tickets.models import Ticket
from tenants import context
from tenants.backend.base import NoTenant, QueryOutsideTransaction
from tests.conftest import Desk


def in_a_thread(job: Any) -> Any:
    """Run `job` in a new thread, which has no context and no connection."""
    out: list[Any] = []

    def run() -> None:
        try:
            out.append(job())
        except Exception as error:
            out.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return out[0]


class TestWithoutATenant:
    def test_a_query_raises(self, acme: Desk, transactional_access: None) -> None:
        def query() -> int:
            with transaction.atomic():
                return Person.objects.count()

        assert isinstance(in_a_thread(query), NoTenant)

    def test_a_query_in_platform_does_not_find_tenant_tables(self, acme: Desk, transactional_access: None) -> None:
        def query() -> int:
            with context.platform(), transaction.atomic():
                return Ticket.objects.count()

        assert "does not exist" in str(in_a_thread(query))


class TestInsideATenant:
    def test_a_connection_made_inside_stays_inside(self, acme: Desk, transactional_access: None) -> None:
        """The stock backend goes to public when a thread's connection is made."""

        def query() -> tuple[Any, int]:
            with context.tenant(acme.ref), transaction.atomic():
                count = Person.objects.count()
                place = context.current_place()
                return place and place.schema, count

        assert in_a_thread(query) == (acme.ref.schema_name, 5)

    def test_a_query_outside_a_transaction_raises(self, acme: Desk, transactional_access: None) -> None:
        def query() -> int:
            with context.tenant(acme.ref):
                return Person.objects.count()

        assert isinstance(in_a_thread(query), QueryOutsideTransaction)

    def test_a_rollback_to_a_savepoint_does_not_lose_the_place(self, acme: Desk, transactional_access: None) -> None:
        def query() -> int:
            with context.tenant(acme.ref), transaction.atomic():
                savepoint = transaction.savepoint()
                Person.objects.count()
                transaction.savepoint_rollback(savepoint)
                return Person.objects.count()

        assert in_a_thread(query) == 5

    def test_a_cursor_kept_across_contexts_follows_the_context(
        self, acme: Desk, globex: Desk, transactional_access: None
    ) -> None:
        def query() -> list[str]:
            found = []
            with context.tenant(acme.ref), transaction.atomic():
                cursor = connection.cursor()
                for desk in (acme, globex, acme):
                    with context.tenant(desk.ref):
                        cursor.execute("SELECT email FROM person WHERE email LIKE 'admin@%%'", [])
                        found.append(cursor.fetchone()[0])
            return found

        assert in_a_thread(query) == ["admin@acme.example", "admin@globex.example", "admin@acme.example"]

    def test_nothing_is_left_on_the_connection(self, acme: Desk, transactional_access: None) -> None:
        def query() -> Any:
            with context.tenant(acme.ref), transaction.atomic():
                Person.objects.count()
            return connection.connection.execute("SHOW search_path").fetchone()[0]

        assert in_a_thread(query) == '"$user", public'
