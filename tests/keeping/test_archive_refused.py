"""An archive that is not whole, not ours or not for us is refused in words, and nothing of it is left."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction

from helpdesk.objects import store
from tenants import context
from tests.conftest import Desk, make_desk
from tests.helpdesk.files import keys_of
from tests.keeping.archives import contents, erase, refused, schemas_of, there, write
from tests.keeping.scene import command, fill


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
