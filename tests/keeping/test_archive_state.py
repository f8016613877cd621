"""The state hash, and archives of releases before and after this one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction

from helpdesk.work import unit_of_work
from tenants import context
from tenants.keeping.state import HEADING
from tenants.keeping.tables import SEALED
from tests.conftest import Desk
from tests.keeping.archives import erase, refused, schemas_of
from tests.keeping.scene import command, faults, row, state
from tests.tenants.later import MODULES
from tests.tenants.test_migrating import forget_versions, has_mood


class TestTheStateHash:
    def test_knows_every_change_of_a_row(self, desk: Desk, filled: dict[str, Any]) -> None:
        seen = {state(desk.ref).sha256}
        for statement in (
            "UPDATE comment SET content = content || ' '",
            "UPDATE person SET first_name = first_name || 'x' WHERE id = (SELECT min(id::text)::uuid FROM person)",
            "DELETE FROM notification_preference; INSERT INTO known_word (word, is_public) VALUES ('hash', true)",
            "SELECT nextval('ticket_number_seq')",
            "UPDATE public.tenant SET settings = '{\"a\": 1.00}' WHERE id = %s",
        ):
            with context.tenant(desk.ref), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement, [desk.ref.id] if "%s" in statement else None)
            seen.add(state(desk.ref).sha256)
        assert len(seen) == 6

    def test_does_not_know_where_a_tenant_lives(self, desk: Desk, filled: dict[str, Any]) -> None:
        before = state(desk.ref)
        with context.tenant(desk.ref), unit_of_work(), connection.cursor() as cursor:
            cursor.execute("UPDATE event_head SET epoch = gen_random_uuid()")
            cursor.execute("UPDATE webhook SET sealed_secret = 'x'::bytea")
            cursor.execute("SET LOCAL timezone = 'Asia/Kathmandu'")
        assert state(desk.ref) == before
        assert HEADING == "hub state 1"

    def test_covers_every_column_that_is_sealed(self) -> None:
        sealed = {
            (model._meta.db_table, field.name)
            for model in apps.get_app_config("helpdesk").get_models()
            for field in model._meta.get_fields()
            if str(getattr(field, "column", "")).startswith("sealed_")
        }
        assert sealed == SEALED


@pytest.mark.slow
class TestAnotherRelease:
    @pytest.fixture
    def later(self, settings: Any) -> Iterator[Callable[[], None]]:
        def install() -> None:
            settings.MIGRATION_MODULES = MODULES
            forget_versions()

        yield install
        settings.MIGRATION_MODULES = {}
        forget_versions()

    def test_takes_an_older_archive_and_migrates_it(
        self, desk: Desk, filled: dict[str, Any], tmp_path: Path, later: Callable[[], None]
    ) -> None:
        before = state(desk.ref)
        command("export_tenant", desk.ref.slug, tmp_path / "desk.tar")
        erase(desk)
        later()
        told = command("import_tenant", tmp_path / "desk.tar")
        assert before.sha256 in told
        assert "3 migrations" in told
        assert has_mood(desk.ref)
        assert row(desk.ref, "SELECT badge FROM person WHERE id = %s", desk.user.id) == desk.user.email.upper()
        assert faults(desk.ref) == []

    def test_refuses_an_archive_of_a_newer_one(
        self, desk: Desk, tmp_path: Path, later: Callable[[], None], settings: Any
    ) -> None:
        later()
        command("migrate_tenants", desk.ref.slug)
        command("export_tenant", desk.ref.slug, tmp_path / "desk.tar")
        erase(desk)
        settings.MIGRATION_MODULES = {}
        forget_versions()
        refused(tmp_path / "desk.tar", "9003_badge_index.*install that one first")
        assert schemas_of(desk) == 0
