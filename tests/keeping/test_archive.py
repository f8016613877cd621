"""One tenant into a file and out of it: the same state, here or in another cluster; nothing where it does not fit."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError
from django.db import connection, transaction

from helpdesk.objects import store
from helpdesk.people.directory import digest
from helpdesk.sealing import unseal
from helpdesk.webhooks.models import Webhook
from tasks.objects import empty_prefix_last
from tasks.wakeups import JOBS
from tenants import context, resolve
from tenants.actions import EMPTY_PREFIX, EMPTY_PREFIX_LAST
from tenants.keeping.due import DUE_AT_ONCE
from tenants.keeping.state import State
from tests.api import Api
from tests.conftest import PASSWORD, Desk, make_desk
from tests.helpdesk.files import PNG, fetch, keys_of
from tests.keeping.archives import erase, everything, refused, schemas_of, there
from tests.keeping.scene import PASSPHRASE, SECRET, command, faults, fill, row, state
from tests.keeping.shared import shared_desk

PLACE = "SELECT (epoch::text, last_seq)::text FROM event_head"


@dataclass(frozen=True, slots=True)
class Trip:
    """A desk that was exported, erased and imported, and what was seen on the way."""

    desk: Desk
    filled: dict[str, Any]
    states: tuple[State, State]
    places: tuple[list[str], list[str]]
    """Epoch and end of the log."""
    told: tuple[str, ...]
    """By the three commands that name the state."""
    left: tuple[bool, list[str]]
    """While it was away: its row, its files."""
    wakeups: set[str]
    directories: tuple[set[bytes], set[bytes]]


@pytest.fixture(scope="module")
def trip(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trip]:
    file = tmp_path_factory.mktemp("trip") / "desk.tar"
    with django_db_blocker.unblock():
        desk = make_desk(f"trip-{uuid4().hex[:10]}")
        filled = fill(desk)
        before, place = state(desk.ref), row(desk.ref, PLACE)[1:-1].split(",")
        directory = directory_of(desk)
        told = [command("export_tenant", desk.ref.slug, file)]
        erase(desk)
        left = there(desk), keys_of(desk.ref.id)
        told += [command("import_tenant", file), command("tenant_hash", desk.ref.slug)]
        yield Trip(
            desk,
            filled,
            states=(before, state(desk.ref)),
            places=(place, row(desk.ref, PLACE)[1:-1].split(",")),
            told=tuple(told),
            left=left,
            wakeups=in_public(desk, "kind", "wakeup"),
            directories=(directory, directory_of(desk)),
        )
        erase(desk)
        connection.close()


def directory_of(desk: Desk) -> set[bytes]:
    return {bytes(one) for one in in_public(desk, "sha256", "sign_in_directory")}


def in_public(desk: Desk, column: str, table: str) -> set[Any]:
    with context.platform(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} WHERE tenant_id = %s", [desk.ref.id])
        return {found for (found,) in cursor.fetchall()}


@pytest.mark.usefixtures("transactional_access")
class TestExportEraseImport:
    def test_gives_the_same_state(self, trip: Trip) -> None:
        before, after = trip.states
        assert trip.left == (False, [])
        assert before == after
        assert all(before.sha256 in told for told in trip.told)
        assert faults(trip.desk.ref) == []

    def test_brings_back_what_people_need(self, trip: Trip) -> None:
        desk, filled = trip.desk, trip.filled
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

    def test_begins_another_epoch_at_the_same_place(self, trip: Trip) -> None:
        """Whoever read on after the export has a place that this log may give to something else."""
        (epoch, last), (now_epoch, now_last) = trip.places
        assert now_epoch != epoch
        assert now_last == last

    def test_wakes_whoever_has_to_do_with_it(self, trip: Trip) -> None:
        assert trip.wakeups >= set(DUE_AT_ONCE)
        assert set(DUE_AT_ONCE) == JOBS.keys() - {EMPTY_PREFIX, EMPTY_PREFIX_LAST}

    def test_what_was_to_be_emptied_is_not_any_more(self, trip: Trip) -> None:
        """A deleted tenant's place in the store is emptied again an hour later; it may be here again by then."""
        tenant_id = trip.desk.ref.id
        stray = f"{tenant_id}/{trip.filled['ticket']}/late"
        store.put(stray, io.BytesIO(b"arrived late"), size=12)
        kept = set(keys_of(tenant_id)) - {stray}
        empty_prefix_last(str(tenant_id))
        assert set(keys_of(tenant_id)) == kept
        assert len(kept) >= 2

    def test_the_directory_is_by_digests(self, trip: Trip) -> None:
        before, after = trip.directories
        assert before == after
        assert after >= {digest(person.email) for person in trip.desk.everybody()}

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


@pytest.fixture(scope="module")
def standing(django_db_setup: None, django_db_blocker: Any) -> Iterator[Desk]:
    """A filled desk that is exported and not changed."""
    with django_db_blocker.unblock(), shared_desk() as made:
        yield made.desk


@pytest.mark.usefixtures("transactional_access")
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

    def test_changes_nothing(self, standing: Desk, tmp_path: Path) -> None:
        before, epoch = state(standing.ref), row(standing.ref, "SELECT epoch FROM event_head")
        command("export_tenant", standing.ref.slug, tmp_path / "desk.tar")
        assert (state(standing.ref), row(standing.ref, "SELECT epoch FROM event_head")) == (before, epoch)

    def test_holds_no_secret_and_nothing_of_others(self, standing: Desk, tmp_path: Path, globex: Desk) -> None:
        command("export_tenant", standing.ref.slug, tmp_path / "desk.tar")
        told = b"".join(everything(tmp_path / "desk.tar"))
        sealed = bytes(row(standing.ref, "SELECT sealed_secret FROM webhook"))
        assert b"Have you tried it off and on?" in told
        for secret in (SECRET.encode(), sealed, sealed.hex().encode(), PASSPHRASE.encode(), globex.user.email.encode()):
            assert secret not in told

    def test_is_nobody_elses_to_read(self, standing: Desk, tmp_path: Path) -> None:
        command("export_tenant", standing.ref.slug, tmp_path / "desk.tar")
        assert (tmp_path / "desk.tar").stat().st_mode & 0o077 == 0

    def test_writes_over_nothing_and_leaves_nothing_half(
        self, standing: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = tmp_path / "desk.tar"
        file.write_text("mine")
        with pytest.raises(CommandError, match="is there already"):
            command("export_tenant", standing.ref.slug, file)
        assert file.read_text() == "mine"

        def interrupted(*_: Any) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("tenants.keeping.exporting.Export._write_objects", interrupted)
        with pytest.raises(CommandError, match="Stopped"):
            command("export_tenant", standing.ref.slug, tmp_path / "other.tar")
        assert [one.name for one in tmp_path.iterdir()] == ["desk.tar"]

    def test_tells_of_files_that_are_not_there(self, desk: Desk, filled: dict[str, Any], tmp_path: Path) -> None:
        gone = row(desk.ref, "SELECT key FROM attachment ORDER BY id LIMIT 1")
        store.remove([gone])
        assert gone in command("export_tenant", desk.ref.slug, tmp_path / "desk.tar")
        erase(desk)
        assert "1 attachments have no file" in command("import_tenant", tmp_path / "desk.tar")

    def test_needs_a_passphrase_worth_the_name(
        self, standing: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HUB_ARCHIVE_PASSPHRASE", "short")
        with pytest.raises(CommandError, match="at least 12"):
            command("export_tenant", standing.ref.slug, tmp_path / "desk.tar")

    def test_of_somebody_unknown(self, transactional_access: None, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="no tenant made-up"):
            command("export_tenant", "made-up", tmp_path / "desk.tar")


class TestATenantThatIsHere:
    def test_is_not_written_over(self, desk: Desk, filled: dict[str, Any], tmp_path: Path) -> None:
        command("export_tenant", desk.ref.slug, tmp_path / "desk.tar")
        Api().as_(desk, desk.user).post("/tickets", {"title": "Since then"})
        before = state(desk.ref)
        refused(tmp_path / "desk.tar", "This tenant is here already")
        refused(tmp_path / "desk.tar", "This tenant is here already", slug="elsewhere")
        assert state(desk.ref) == before
        assert len(keys_of(desk.ref.id)) >= 2
