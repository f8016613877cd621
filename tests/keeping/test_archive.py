"""One tenant into a file and out of it: the same state, here or in another cluster; nothing where it does not fit."""

from __future__ import annotations

import io
import tarfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.management import CommandError
from django.db import connection, transaction

from helpdesk.objects import store
from helpdesk.people.directory import digest
from helpdesk.sealing import unseal
from helpdesk.webhooks.models import Webhook
from helpdesk.work import unit_of_work
from tasks.objects import empty_prefix, empty_prefix_last
from tasks.wakeups import JOBS
from tenants import context, resolve
from tenants.actions import EMPTY_PREFIX, EMPTY_PREFIX_LAST, delete_tenant
from tenants.keeping import archive as archives
from tenants.keeping.due import DUE_AT_ONCE
from tenants.keeping.state import HEADING
from tenants.keeping.tables import SEALED
from tenants.models import Tenant
from tests.api import Api
from tests.conftest import PASSWORD, Desk, make_desk
from tests.helpdesk.files import PNG, fetch, keys_of
from tests.keeping.scene import PASSPHRASE, SECRET, command, faults, fill, row, state
from tests.tenants.later import MODULES
from tests.tenants.test_migrating import forget_versions, has_mood


@pytest.fixture(autouse=True, scope="session")
def _passphrase() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUB_ARCHIVE_PASSPHRASE", PASSPHRASE)
        yield


@pytest.fixture
def desk(own_desk: Callable[..., Desk]) -> Iterator[Desk]:
    yield own_desk()
    connection.close()


@pytest.fixture
def filled(desk: Desk) -> dict[str, Any]:
    return fill(desk)


def erase(desk: Desk) -> None:
    delete_tenant(desk.ref.id, confirm=desk.ref.slug)
    empty_prefix(str(desk.ref.id))
    resolve.forget()


def there(desk: Desk) -> bool:
    with context.platform(), transaction.atomic():
        return bool(Tenant.objects.filter(id=desk.ref.id).exists())


def schemas_of(desk: Desk) -> int:
    with context.platform(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname = %s", [desk.ref.schema_name])
        return int(cursor.fetchone()[0])


def refused(file: Path, why: str, **options: Any) -> None:
    with pytest.raises(CommandError, match=why):
        command("import_tenant", file, **options)


class TestExportEraseImport:
    def test_gives_the_same_state(self, desk: Desk, filled: dict[str, Any], tmp_path: Path) -> None:
        before = state(desk.ref)
        told = command("export_tenant", desk.ref.slug, tmp_path / "desk.tar")
        assert before.sha256 in told
        erase(desk)
        assert not there(desk)
        assert keys_of(desk.ref.id) == []
        assert before.sha256 in command("import_tenant", tmp_path / "desk.tar")
        assert state(desk.ref) == before
        assert before.sha256 in command("tenant_hash", desk.ref.slug)
        assert faults(desk.ref) == []

    def test_brings_back_what_people_need(self, desk: Desk, filled: dict[str, Any], tmp_path: Path) -> None:
        command("export_tenant", desk.ref.slug, tmp_path / "desk.tar")
        erase(desk)
        command("import_tenant", tmp_path / "desk.tar")
        signed_in = Api().post("/auth/login", {"email": desk.user.email, "password": PASSWORD})
        assert signed_in.status == 200, signed_in  # without a slug: the sign-in directory knows them again
        user = Api().as_(desk, desk.user)
        assert fetch(user, filled["file"]).content == PNG
        assert Api().as_token(filled["key"]).get("/tickets").status == 200
        with context.tenant(desk.ref), transaction.atomic():
            assert unseal(Webhook.objects.get().sealed_secret) == SECRET
        following = user.post("/tickets", {"title": "The next one"})
        assert following.status == 201
        assert following["number"] > user.get(f"/tickets/{filled['ticket']}")["number"]
        assert faults(desk.ref) == []

    def test_begins_another_epoch_at_the_same_place(self, desk: Desk, filled: dict[str, Any], tmp_path: Path) -> None:
        """Whoever read on after the export has a place that this log may give to something else."""
        place = "SELECT (epoch::text, last_seq)::text FROM event_head"
        epoch, last = row(desk.ref, place)[1:-1].split(",")
        command("export_tenant", desk.ref.slug, tmp_path / "desk.tar")
        erase(desk)
        command("import_tenant", tmp_path / "desk.tar")
        now_epoch, now_last = row(desk.ref, place)[1:-1].split(",")
        assert now_epoch != epoch
        assert now_last == last

    def test_wakes_whoever_has_to_do_with_it(self, desk: Desk, filled: dict[str, Any], tmp_path: Path) -> None:
        command("export_tenant", desk.ref.slug, tmp_path / "desk.tar")
        erase(desk)
        command("import_tenant", tmp_path / "desk.tar")
        with context.platform(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT kind FROM wakeup WHERE tenant_id = %s", [desk.ref.id])
            assert {kind for (kind,) in cursor.fetchall()} >= set(DUE_AT_ONCE)
        assert set(DUE_AT_ONCE) == JOBS.keys() - {EMPTY_PREFIX, EMPTY_PREFIX_LAST}

    def test_what_was_to_be_emptied_is_not_any_more(self, desk: Desk, filled: dict[str, Any], tmp_path: Path) -> None:
        """A deleted tenant's place in the store is emptied again an hour later; it may be here again by then."""
        command("export_tenant", desk.ref.slug, tmp_path / "desk.tar")
        erase(desk)
        command("import_tenant", tmp_path / "desk.tar")
        stray = f"{desk.ref.id}/{filled['ticket']}/late"
        store.put(stray, io.BytesIO(b"arrived late"), size=12)
        kept = set(keys_of(desk.ref.id)) - {stray}
        empty_prefix_last(str(desk.ref.id))
        assert set(keys_of(desk.ref.id)) == kept
        assert len(kept) >= 2

    @pytest.mark.slow
    def test_under_another_slug_it_is_the_same_tenant(
        self, desk: Desk, filled: dict[str, Any], tmp_path: Path, own_desk: Callable[..., Desk]
    ) -> None:
        before = state(desk.ref)
        command("export_tenant", desk.ref.slug, tmp_path / "desk.tar")
        erase(desk)
        other = own_desk(desk.ref.slug)
        refused(tmp_path / "desk.tar", "Another tenant has the slug")
        assert schemas_of(desk) == 0
        command("import_tenant", tmp_path / "desk.tar", slug=f"{desk.ref.slug}-b")
        assert state(desk.ref) == before
        assert faults(other.ref) == []
        erase(Desk(context.TenantRef(desk.ref.id, f"{desk.ref.slug}-b", ""), *desk.everybody()))

    @pytest.mark.slow
    def test_domains_come_along_unless_they_are_somebodys(
        self, desk: Desk, tmp_path: Path, own_desk: Callable[..., Desk]
    ) -> None:
        host = f"help-{desk.ref.slug}.example"
        command("change_tenant", desk.ref.slug, domain=[host])
        command("export_tenant", desk.ref.slug, tmp_path / "desk.tar")
        erase(desk)
        other = own_desk()
        command("change_tenant", other.ref.slug, domain=[host])
        refused(tmp_path / "desk.tar", "--without-domains")
        command("import_tenant", tmp_path / "desk.tar", without_domains=True)
        resolve.forget()
        found = resolve.tenant_by_host(host)
        assert isinstance(found, context.TenantRef)
        assert found.id == other.ref.id

    def test_a_suspended_tenant_stays_so(self, desk: Desk, tmp_path: Path) -> None:
        command("change_tenant", desk.ref.slug, "--suspend")
        command("export_tenant", desk.ref.slug, tmp_path / "desk.tar")
        erase(desk)
        command("import_tenant", tmp_path / "desk.tar")
        resolve.forget()
        found = resolve.tenant_by_id(desk.ref.id)
        assert found is not None
        assert not found.is_active


class TestAnExport:
    @pytest.mark.slow
    def test_is_of_one_moment_while_people_write(self, desk: Desk, filled: dict[str, Any], tmp_path: Path) -> None:
        stop, agent = threading.Event(), Api().as_(desk, desk.agent)

        def write() -> None:
            while not stop.is_set():
                agent.post(f"/tickets/{filled['ticket']}/comments", {"content": "Still here"})
            connection.close()

        writer = threading.Thread(target=write)
        writer.start()
        try:
            command("export_tenant", desk.ref.slug, tmp_path / "desk.tar")
        finally:
            stop.set()
            writer.join()
        erase(desk)
        command("import_tenant", tmp_path / "desk.tar")  # holds the state that was loaded against the archive's
        assert faults(desk.ref) == []
        comments = row(desk.ref, "SELECT count(*) FROM comment")
        assert comments == row(desk.ref, "SELECT count(*) FROM event WHERE type = 'comment.added'")

    def test_changes_nothing(self, desk: Desk, filled: dict[str, Any], tmp_path: Path) -> None:
        before, epoch = state(desk.ref), row(desk.ref, "SELECT epoch FROM event_head")
        command("export_tenant", desk.ref.slug, tmp_path / "desk.tar")
        assert (state(desk.ref), row(desk.ref, "SELECT epoch FROM event_head")) == (before, epoch)

    def test_holds_no_secret_and_nothing_of_others(
        self, desk: Desk, filled: dict[str, Any], tmp_path: Path, globex: Desk
    ) -> None:
        command("export_tenant", desk.ref.slug, tmp_path / "desk.tar")
        told = b"".join(everything(tmp_path / "desk.tar"))
        sealed = bytes(row(desk.ref, "SELECT sealed_secret FROM webhook"))
        assert b"Have you tried it off and on?" in told
        for secret in (SECRET.encode(), sealed, sealed.hex().encode(), PASSPHRASE.encode(), globex.user.email.encode()):
            assert secret not in told

    def test_is_nobody_elses_to_read(self, desk: Desk, tmp_path: Path) -> None:
        command("export_tenant", desk.ref.slug, tmp_path / "desk.tar")
        assert (tmp_path / "desk.tar").stat().st_mode & 0o077 == 0

    def test_writes_over_nothing_and_leaves_nothing_half(
        self, desk: Desk, filled: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = tmp_path / "desk.tar"
        file.write_text("mine")
        with pytest.raises(CommandError, match="is there already"):
            command("export_tenant", desk.ref.slug, file)
        assert file.read_text() == "mine"

        def interrupted(*_: Any) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("tenants.keeping.exporting.Export._write_objects", interrupted)
        with pytest.raises(CommandError, match="Stopped"):
            command("export_tenant", desk.ref.slug, tmp_path / "other.tar")
        assert [one.name for one in tmp_path.iterdir()] == ["desk.tar"]

    def test_tells_of_files_that_are_not_there(self, desk: Desk, filled: dict[str, Any], tmp_path: Path) -> None:
        gone = row(desk.ref, "SELECT key FROM attachment ORDER BY id LIMIT 1")
        store.remove([gone])
        assert gone in command("export_tenant", desk.ref.slug, tmp_path / "desk.tar")
        erase(desk)
        assert "1 attachments have no file" in command("import_tenant", tmp_path / "desk.tar")

    def test_needs_a_passphrase_worth_the_name(
        self, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HUB_ARCHIVE_PASSPHRASE", "short")
        with pytest.raises(CommandError, match="at least 12"):
            command("export_tenant", desk.ref.slug, tmp_path / "desk.tar")

    def test_of_somebody_unknown(self, transactional_access: None, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="no tenant made-up"):
            command("export_tenant", "made-up", tmp_path / "desk.tar")


@pytest.fixture(scope="session")
def kept(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Desk, bytes]:
    """An archive of a tenant that is not here any more."""
    file = tmp_path_factory.mktemp("kept") / "desk.tar"
    with django_db_blocker.unblock():
        desk = make_desk(f"kept-{uuid4().hex[:10]}")
        fill(desk)
        command("export_tenant", desk.ref.slug, file)
        erase(desk)
        connection.close()
    return desk, file.read_bytes()


class TestAnArchiveIsRefused:
    @pytest.fixture
    def file(self, kept: tuple[Desk, bytes], transactional_access: None, tmp_path: Path) -> Iterator[Path]:
        """The tenant is not here afterwards either, and nothing of it."""
        desk, whole = kept
        (tmp_path / "desk.tar").write_bytes(whole)
        yield tmp_path / "desk.tar"
        assert (there(desk), schemas_of(desk), keys_of(desk.ref.id)) == (False, 0, [])
        with context.platform(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM sign_in_directory WHERE tenant_id = %s", [desk.ref.id])
            assert cursor.fetchone()[0] == 0
        connection.close()

    @pytest.mark.parametrize("left", [0.0, 0.1, 0.5, 0.9, 0.99])
    def test_cut_off(self, file: Path, left: float) -> None:
        whole = file.read_bytes()
        file.write_bytes(whole[: int(len(whole.rstrip(b"\0")) * left)])
        refused(file, "archive")

    @pytest.mark.slow
    def test_with_a_byte_altered_wherever(self, file: Path) -> None:
        whole = file.read_bytes()
        for place in range(300, len(whole) - 10240 - 600, len(whole) // 23):
            if whole[place] == 0:
                continue  # what fills a block up means nothing
            altered = bytearray(whole)
            altered[place] ^= 1
            file.write_bytes(bytes(altered))
            refused(file, ".")

    def test_put_together_anew_by_somebody_without_the_passphrase(self, file: Path) -> None:
        members = [(name, content.replace(b"Have you tried", b"Nobody tried  ")) for name, content in contents(file)]
        write(file, [(name, b"x" if name.startswith("objects/") else content) for name, content in members])
        refused(file, "altered")

    def test_without_one_of_its_members(self, file: Path) -> None:
        write(file, [(name, content) for name, content in contents(file) if not name.startswith("rows/comment/")])
        refused(file, "altered")

    @pytest.mark.parametrize(
        "name",
        ["../../etc/passwd", "/etc/passwd", "rows/../manifest.json", "objects/../x", "rows/ticket/1.gz", "a" * 300],
    )
    def test_with_a_member_of_another_name(self, file: Path, name: str) -> None:
        write(file, [*contents(file)[:-1], (name, b"root"), contents(file)[-1]])
        refused(file, "it holds")

    @pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE])
    def test_with_a_member_that_is_no_file(self, file: Path, kind: bytes) -> None:
        write(file, contents(file), kind=kind)
        refused(file, "it holds 'manifest.json'")

    def test_that_is_none(self, file: Path) -> None:
        file.write_bytes(b"PK\x03\x04 something else" * 1000)
        refused(file, "no archive of a tenant")
        write(file, [("manifest.json", b"[]")])
        refused(file, "manifest.json cannot be read")
        refused(file.with_name("nowhere.tar"), "No such file")

    def test_with_another_passphrase(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HUB_ARCHIVE_PASSPHRASE", "another passphrase")
        refused(file, "another passphrase")

    def test_of_a_later_format(self, file: Path) -> None:
        name, manifest = contents(file)[0]
        write(file, [(name, manifest.replace(b'"format": 1', b'"format": 2')), *contents(file)[1:]])
        refused(file, "A newer release made it")

    def test_when_it_is_stopped_in_the_middle(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        puts: list[str] = []
        put = store.put

        def interrupted(key: str, *given: Any, **options: Any) -> None:
            if puts:
                raise KeyboardInterrupt
            puts.append(key)
            put(key, *given, **options)

        monkeypatch.setattr(store, "put", interrupted)
        refused(file, "Stopped. Nothing was changed.")
        assert puts

    def test_when_the_store_is_away(self, file: Path, settings: Any) -> None:
        endpoint = settings.S3_ENDPOINT_URL
        settings.S3_ENDPOINT_URL = "http://127.0.0.1:9"
        refused(file, "store of files does not answer")
        settings.S3_ENDPOINT_URL = endpoint

    def test_looking_at_it_takes_nothing_in(self, file: Path) -> None:
        assert "whole" in command("import_tenant", file, check=True)


class TestATenantThatIsHere:
    def test_is_not_written_over(self, desk: Desk, filled: dict[str, Any], tmp_path: Path) -> None:
        command("export_tenant", desk.ref.slug, tmp_path / "desk.tar")
        Api().as_(desk, desk.user).post("/tickets", {"title": "Since then"})
        before = state(desk.ref)
        refused(tmp_path / "desk.tar", "This tenant is here already")
        refused(tmp_path / "desk.tar", "This tenant is here already", slug="elsewhere")
        assert state(desk.ref) == before
        assert len(keys_of(desk.ref.id)) >= 2


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


def contents(file: Path) -> list[tuple[str, bytes]]:
    return [(member.name, member.content.read()) for member in archives.read_members(file)]


def everything(file: Path) -> Iterator[bytes]:
    for member in archives.read_members(file):
        yield b"".join(archives.unpacked(member)) if member.name.endswith(".gz") else member.content.read()


def write(file: Path, members: list[tuple[str, bytes]], *, kind: bytes = tarfile.REGTYPE) -> None:
    with tarfile.open(file, "w:") as tar:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size, info.type = (len(content), kind) if kind == tarfile.REGTYPE else (0, kind)
            info.linkname = "elsewhere" if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE) else ""
            tar.addfile(info, io.BytesIO(content))


def test_the_directory_is_by_digests(desk: Desk, tmp_path: Path) -> None:
    command("export_tenant", desk.ref.slug, tmp_path / "desk.tar")
    erase(desk)
    command("import_tenant", tmp_path / "desk.tar")
    with context.platform(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT sha256 FROM sign_in_directory WHERE tenant_id = %s", [desk.ref.id])
        assert {bytes(one) for (one,) in cursor.fetchall()} == {digest(person.email) for person in desk.everybody()}
