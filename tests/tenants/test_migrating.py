"""Many tenants are brought to a later release: by the same SQL, resumably, whatever happens to one of them."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from tenants import actions, context, versions
from tenants.context import TenantRef
from tenants.migrating.fanout import Failure, FanOut
from tenants.migrating.progress import Progress, bar, words
from tenants.migrating.route import Route
from tenants.migrations_state import missing_migrations
from tenants.models import Tenant
from tests.conftest import Desk
from tests.realtime.live import database_url
from tests.tenants.later import MODULES
from tests.tenants.test_schema import OBJECTS, objects_of

LATER = ["9001_mood", "9002_badge", "9003_badge_index"]


def forget_versions() -> None:
    versions.newest_version.cache_clear()
    versions._newest_and_known.cache_clear()


@pytest.fixture
def later_release(settings: Any) -> Iterator[Callable[[], None]]:
    """Call it, and this process runs the later release's migrations until the test ends."""

    def install() -> None:
        settings.MIGRATION_MODULES = MODULES
        forget_versions()

    yield install
    settings.MIGRATION_MODULES = {}
    forget_versions()


@pytest.fixture
def three(transactional_access: None, later_release: Callable[[], None]) -> Iterator[list[TenantRef]]:
    """Tenants of today's release, while this process runs the later one."""
    with tenants(3) as refs:
        later_release()
        yield refs


@contextmanager
def tenants(count: int) -> Iterator[list[TenantRef]]:
    """So many that are empty, and are gone after."""
    made = [actions.create_tenant(name="Many", slug=f"many-{uuid4().hex[:10]}").ref() for _ in range(count)]
    try:
        yield made
    finally:
        with context.platform(), transaction.atomic():
            left = set(Tenant.objects.filter(id__in=[ref.id for ref in made]).values_list("id", flat=True))
        for ref in made:
            if ref.id in left:
                actions.delete_tenant(ref.id, confirm=ref.slug)


def recorded(ref: TenantRef) -> list[str]:
    """The later release's migrations that this schema has recorded."""
    with context.tenant(ref), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT name FROM django_migrations WHERE app = 'helpdesk' AND name >= '9' ORDER BY id")
        return [name for (name,) in cursor.fetchall()]


def version_of(ref: TenantRef) -> str:
    with context.platform(), transaction.atomic():
        version: str = Tenant.objects.values_list("schema_version", flat=True).get(id=ref.id)
        return version


def has_mood(ref: TenantRef) -> bool:
    with context.tenant(ref), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM information_schema.columns"
            " WHERE table_schema = %s AND table_name = 'ticket' AND column_name = 'mood')",
            [ref.schema_name],
        )
        return bool(cursor.fetchone()[0])


def execute(ref: TenantRef, sql: str) -> None:
    with context.tenant(ref), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def migrate(refs: list[TenantRef], *, workers: int = 1, **options: Any) -> str:
    """By one worker, where it does not matter: each of them works out the migrations for itself."""
    out = StringIO()
    call_command("migrate_tenants", *(ref.slug for ref in refs), stdout=out, workers=workers, **options)
    return out.getvalue()


class TestARelease:
    def test_takes_every_tenant_to_it(self, three: list[TenantRef]) -> None:
        told = migrate(three, workers=2)
        assert "3 migrated." in told
        for ref in three:
            assert recorded(ref) == LATER
            assert version_of(ref) == "helpdesk.9003_badge_index"

    def test_makes_what_django_makes(self, three: list[TenantRef]) -> None:
        by_django, ours = three[0], three[1:]
        with context.platform(direct=True):
            call_command("migrate_schemas", schema_name=by_django.schema_name, verbosity=0)
        migrate(ours)
        for kind in OBJECTS:
            expected = objects_of(by_django.schema_name, kind)
            assert [objects_of(ref.schema_name, kind) for ref in ours] == [expected, expected], kind
        assert any("mood_like" in one for one in objects_of(three[2].schema_name, "functions"))

    def test_runs_code_in_each_tenant_with_its_own_rows(
        self, own_desk: Callable[..., Desk], later_release: Callable[[], None]
    ) -> None:
        refs = [own_desk().ref, own_desk().ref]
        later_release()
        migrate(refs)
        stamps = set()
        for ref in refs:
            with context.tenant(ref), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT email, badge, stamp FROM person")
                rows = cursor.fetchall()
            assert [badge for _, badge, _ in rows] == [email.upper() for email, _, _ in rows]
            assert all(email.endswith(f"@{ref.slug}.example") for email, _, _ in rows)
            stamps |= {stamp for _, _, stamp in rows}
        assert len(stamps) == 2, "a default that is called was called once for all schemas"

    def test_that_a_tenant_has_already_costs_nothing_more(self, three: list[TenantRef]) -> None:
        migrate(three[:1])
        assert "Migrating 2 tenants" in migrate(three)
        assert migrate(three) == "All tenants are up to date.\n"

    def test_goes_on_behind_what_was_recorded(self, three: list[TenantRef]) -> None:
        """As a run leaves it that was killed between two migrations."""
        route = Route()
        with context.tenant(three[0]), transaction.atomic():
            route.step(("helpdesk", "9001_mood")).take()
            execute(
                three[0], "INSERT INTO django_migrations (app, name, applied) VALUES ('helpdesk', '9001_mood', now())"
            )
        assert "3 migrated." in migrate(three)
        assert recorded(three[0]) == LATER

    def test_can_be_looked_at_before(self, three: list[TenantRef]) -> None:
        migrate(three[:1])
        told = migrate(three, plan=True)
        assert "2 tenants are behind helpdesk.9003_badge_index." in told
        assert "helpdesk.9001_mood: 2 tenants, SQL" in told
        assert "helpdesk.9002_badge: 2 tenants, code, schema by schema" in told
        assert recorded(three[1]) == []

    def test_is_told_by_health_until_all_have_it(self, three: list[TenantRef]) -> None:
        assert "tenants" in missing_migrations()
        assert versions.is_behind(version_of(three[0]))
        migrate(three)
        assert not versions.is_behind(version_of(three[0]))

    def test_that_is_newer_than_this_one_is_left_alone(self, three: list[TenantRef], settings: Any) -> None:
        """The processes of the release before stay ready while the new one migrates; and it takes nothing back."""
        migrate(three)
        settings.MIGRATION_MODULES = {}
        forget_versions()
        assert missing_migrations() == ""
        assert migrate(three) == "All tenants are up to date.\n"
        assert version_of(three[0]) == "helpdesk.9003_badge_index"

    def test_names_only_tenants_that_exist(self, three: list[TenantRef]) -> None:
        with pytest.raises(CommandError, match="no tenant made-up"):
            call_command("migrate_tenants", "made-up")


class TestASquashedMigration:
    KEY, PARTS = ("helpdesk", "0003_idempotent_answer"), [("helpdesk", "one"), ("helpdesk", "two")]

    @pytest.fixture
    def route(self, monkeypatch: pytest.MonkeyPatch) -> Route:
        route = Route()
        monkeypatch.setattr(route._loader.disk_migrations[self.KEY], "replaces", self.PARTS)
        return route

    def test_is_done_where_all_its_parts_are(self, route: Route) -> None:
        assert route.stands_for_done(self.KEY, {*self.PARTS})
        assert not route.stands_for_done(self.KEY, {("helpdesk", "0001_initial")})

    def test_cannot_be_taken_where_some_are(self, route: Route) -> None:
        with pytest.raises(ValueError, match="in part"):
            route.stands_for_done(self.KEY, {self.PARTS[0]})


class TestATenantThatFails:
    def test_stops_no_other_and_is_named(self, three: list[TenantRef]) -> None:
        execute(three[1], "ALTER TABLE ticket ADD COLUMN mood text")
        out = StringIO()
        with pytest.raises(CommandError, match="Run migrate_tenants again"):
            call_command("migrate_tenants", *(ref.slug for ref in three), stdout=out)
        assert f"2 migrated; 1 failed: {three[1].slug}." in out.getvalue()
        assert "helpdesk.9001_mood: DuplicateColumn: column" in out.getvalue()
        assert [recorded(ref) for ref in three] == [LATER, [], LATER]
        execute(three[1], "ALTER TABLE ticket DROP COLUMN mood")
        assert "1 migrated." in migrate(three)

    def test_was_undone_as_far_as_its_migration_had_come(self, three: list[TenantRef]) -> None:
        execute(three[0], "CREATE INDEX ticket_mood ON ticket (title)")  # the name is taken: its second statement fails
        with pytest.raises(CommandError):
            migrate(three[:1])
        assert not has_mood(three[0])
        assert versions.is_behind(version_of(three[0]))

    def test_that_was_deleted_meanwhile_is_none(self, three: list[TenantRef]) -> None:
        actions.delete_tenant(three[0].id, confirm=three[0].slug)
        result = FanOut(three).run()
        assert (result.migrated, result.failures) == (3, [])


class TestALockedTable:
    def test_is_tried_again_behind_the_others(self, three: list[TenantRef]) -> None:
        done: list[TenantRef] = []
        with holding(three[0]) as reader:

            def progress(ref: TenantRef, _: Failure | None) -> None:
                done.append(ref)
                if len(done) == 2:
                    reader.rollback()

            result = FanOut(three, lock_timeout_ms=20, on_progress=progress).run()
        assert (result.migrated, result.failures) == (3, [])
        assert done[-1] == three[0], "it did not wait for the others"

    def test_that_stays_locked_is_told(self, three: list[TenantRef]) -> None:
        with holding(three[0]):
            result = FanOut(three, lock_timeout_ms=10, tries=2).run()
        assert [failure.ref for failure in result.failures] == [three[0]]
        assert "LockNotAvailable" in result.failures[0].reason
        assert result.migrated == 2


@pytest.mark.slow
class TestTwoRunsAtOnce:
    def test_do_each_thing_once(self, three: list[TenantRef]) -> None:
        results: list[Any] = []
        with holding(three[0]) as reader:
            one, other = FanOut(three, workers=2, lock_timeout_ms=5000), FanOut(three, workers=2, lock_timeout_ms=5000)
            running = [threading.Thread(target=lambda run=run: results.append(run.run())) for run in (one, other)]
            for thread in running:
                thread.start()
            time.sleep(0.2)
            reader.rollback()
            for thread in running:
                thread.join()
        assert [result.failures for result in results] == [[], []]
        assert [recorded(ref) for ref in three] == [LATER] * 3


class TestTheBar:
    def test_is_full_at_the_end_and_not_before(self) -> None:
        assert bar(999, 1000).count("#") < len(bar(999, 1000)) - 2
        assert "." not in bar(1000, 1000)

    def test_tells_rate_rest_and_failures(self) -> None:
        assert words(400, 1000, 2, 10.0) == "400 of 1000, 40 a second, 15 s left, 2 failed"
        assert words(1, 4, 0, 3.0) == "1 of 4, 3.0 s each, 9 s left"
        assert words(4, 4, 0, 4.0) == "4 of 4, 1 a second"

    def test_is_a_line_now_and_then_where_nobody_looks(self) -> None:
        out, at = StringIO(), [0.0]
        progress = Progress(out, 100, clock=lambda: at[0])
        for _ in range(100):
            at[0] += 0.125
            progress.step()
        progress.end()
        assert [line.split(",")[0] for line in out.getvalue().splitlines()] == ["40 of 100", "80 of 100", "100 of 100"]

    def test_is_drawn_anew_on_a_terminal_and_failures_stay_above_it(self) -> None:
        class Terminal(StringIO):
            def isatty(self) -> bool:
                return True

        out = Terminal()
        progress = Progress(out, 2)
        progress.step("acme: it is locked")
        progress.step()
        progress.end()
        assert "\r\033[Kacme: it is locked\n" in out.getvalue()
        assert out.getvalue().endswith("2 of 2, " + out.getvalue().rpartition("2 of 2, ")[2])
        assert out.getvalue().endswith("1 failed\n")


def holding(ref: TenantRef) -> psycopg.Connection[Any]:
    """Somebody reads this tenant's tickets, in a transaction that stays open."""
    reader = psycopg.connect(database_url())
    reader.execute(f'SELECT count(*) FROM "{ref.schema_name}".ticket')
    return reader


@pytest.mark.slow
class TestKilled:
    TENANTS = 8

    def test_in_the_middle_the_second_run_finishes_it(self, transactional_access: None) -> None:
        with tenants(self.TENANTS) as refs:
            first = self.start(refs, HUB_TEST_PAUSE_S="0.15")
            wait_until(lambda: sum(bool(recorded(ref)) for ref in refs) >= 2)
            first.kill()
            first.communicate()
            wait_until(nobody_migrates)
            standing = [(has_mood(ref), recorded(ref)[:1] == ["9001_mood"]) for ref in refs]
            assert set(standing) == {(True, True), (False, False)}, "a schema stands between two migrations"
            second = self.start(refs)
            told, _ = second.communicate(timeout=60)
            assert second.returncode == 0, told
            assert [recorded(ref) for ref in refs] == [LATER] * self.TENANTS
            assert {version_of(ref) for ref in refs} == {"helpdesk.9003_badge_index"}

    def start(self, refs: list[TenantRef], **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "manage.py", "migrate_tenants", *(ref.slug for ref in refs)],
            cwd=django_settings.BASE_DIR,
            env=os.environ
            | {"DJANGO_SETTINGS_MODULE": "tests.tenants.later.settings", "DATABASE_URL": database_url(), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


def nobody_migrates() -> bool:
    """The server undoes what a killed client had not committed, a moment later."""
    with context.platform(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%%pg_sleep(0.15)%%' AND state = 'active'"
        )
        return bool(cursor.fetchone()[0] <= 1)


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)
