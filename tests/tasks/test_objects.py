"""What nobody needs any more leaves the store, whatever dies or is away in between; nothing else does."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from helpdesk.attachments.actions import Registration, begin_registration
from helpdesk.attachments.checking import check_upload
from helpdesk.attachments.models import Attachment, Upload
from helpdesk.attachments.rules import CHECKING_LASTS, UPLOAD_LASTS
from helpdesk.clock import now
from helpdesk.objects import store as objects
from helpdesk.objects.actions import LEASE, claim_due_objects, note_removed
from helpdesk.objects.models import StoredObject
from helpdesk.objects.rules import STILL_ARRIVING
from helpdesk.work import unit_of_work
from tasks.app import app
from tasks.objects import empty_prefix, empty_prefix_last, remove_objects
from tasks.wakeups import JOBS, forget
from tenants import context
from tenants.actions import delete_tenant
from tests.api import Api
from tests.conftest import Desk
from tests.helpdesk.files import PNG, ask_to_upload, attach, keys_of, put, register, store


@pytest.fixture
def desk(own_desk: Callable[[], Desk]) -> Iterator[Desk]:
    yield own_desk()
    connection.close()


@pytest.fixture
def caller(desk: Desk) -> Api:
    return Api().as_(desk, desk.user)


@pytest.fixture
def ticket_id(caller: Api) -> str:
    return str(caller.post("/tickets", {"title": "With files"})["id"])


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From now on nobody answers where the store was; `monkeypatch.undo` brings it back."""

    def leave() -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            monkeypatch.setattr(settings, "S3_ENDPOINT_URL", f"http://127.0.0.1:{probe.getsockname()[1]}")

    return leave


def let_time_pass(desk: Desk, by: timedelta) -> None:
    """For the rows: what was to be in the future is so much nearer."""
    with context.tenant(desk.ref), transaction.atomic():
        StoredObject.objects.update(remove_at=F("remove_at") - by, put_until=F("put_until") - by)
        Upload.objects.update(expires_at=F("expires_at") - by)


def rows(desk: Desk) -> set[str]:
    with context.tenant(desk.ref), transaction.atomic():
        return set(StoredObject.objects.values_list("key", flat=True))


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """The address of somebody who says this to everything."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def talk() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    with connection:
                        connection.recv(65536)
                        connection.sendall(answer)

        threading.Thread(target=talk, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)


def work(desk: Desk) -> int:
    return int(remove_objects(str(desk.ref.id)))


def due(tenant_id: UUID, kind: str) -> Any:
    with context.platform(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT due_at FROM public.wakeup WHERE tenant_id = %s AND kind = %s", [tenant_id, kind])
        found = cursor.fetchone()
        return found[0] if found else None


def test_every_job_is_one_that_the_workers_know() -> None:
    app.loader.import_default_modules()
    assert set(JOBS.values()) <= set(app.tasks)


class TestAnAttachment:
    def test_that_stays_is_left_alone(self, desk: Desk, caller: Api, ticket_id: str) -> None:
        attach(caller, ticket_id)
        work(desk)
        let_time_pass(desk, timedelta(days=1))
        work(desk)
        with context.tenant(desk.ref), transaction.atomic():
            kept = Attachment.objects.get().key
        assert keys_of(desk.ref.id) == [kept]
        assert rows(desk) == {kept}
        assert due(desk.ref.id, "objects") is None

    def test_that_was_taken_away_leaves_the_store(self, desk: Desk, caller: Api, ticket_id: str) -> None:
        attachment = attach(caller, ticket_id)
        caller.delete(f"/tickets/{ticket_id}/attachments/{attachment['id']}")
        assert due(desk.ref.id, "objects") <= now()
        assert work(desk) == 2
        assert keys_of(desk.ref.id) == []
        let_time_pass(desk, STILL_ARRIVING + timedelta(hours=1))
        work(desk)
        assert rows(desk) == set()
        assert due(desk.ref.id, "objects") is None

    def test_goes_with_its_comment_and_with_its_ticket(self, desk: Desk, caller: Api, ticket_id: str) -> None:
        comment = caller.post(f"/tickets/{ticket_id}/comments", {"content": "See there."})["id"]
        attach(caller, ticket_id, commentId=comment)
        with_ticket = attach(caller, ticket_id)
        caller.delete(f"/tickets/{ticket_id}/comments/{comment}")
        work(desk)
        assert [key.split("/")[2].split(".")[0] for key in keys_of(desk.ref.id)] == [with_ticket["id"]]
        assert Api().as_(desk, desk.admin).delete(f"/tickets/{ticket_id}").status == 204
        work(desk)
        assert keys_of(desk.ref.id) == []


class TestAnUpload:
    def test_that_was_registered_leaves_only_its_copy(self, desk: Desk, caller: Api, ticket_id: str) -> None:
        attach(caller, ticket_id)
        assert len(keys_of(desk.ref.id)) == 2
        work(desk)
        assert len(keys_of(desk.ref.id)) == 1

    def test_that_nobody_registered_is_swept(self, desk: Desk, caller: Api, ticket_id: str) -> None:
        put(ask_to_upload(caller, ticket_id))
        ask_to_upload(caller, ticket_id)
        let_time_pass(desk, timedelta(hours=23))
        assert work(desk) == 0
        let_time_pass(desk, timedelta(hours=1))
        assert work(desk) == 2
        assert keys_of(desk.ref.id) == []
        with context.tenant(desk.ref), transaction.atomic():
            assert not Upload.objects.exists()

    def test_that_arrives_late_is_swept_by_a_last_look(self, desk: Desk, caller: Api, ticket_id: str) -> None:
        offer = ask_to_upload(caller, ticket_id)
        assert Api().as_(desk, desk.admin).delete(f"/tickets/{ticket_id}").status == 204
        work(desk)
        store().put_object(Bucket=settings.S3_BUCKET, Key=offer["key"], Body=PNG)  # began in time, ended now
        let_time_pass(desk, UPLOAD_LASTS + STILL_ARRIVING)
        assert work(desk) == 1
        assert (keys_of(desk.ref.id), rows(desk)) == ([], set())

    def test_whose_registration_died_half_way_is_swept(self, desk: Desk, caller: Api, ticket_id: str) -> None:
        offer = ask_to_upload(caller, ticket_id)
        put(offer)
        with context.tenant(desk.ref), unit_of_work():
            begun = begin_registration(
                desk.user,
                UUID(ticket_id),
                key=offer["key"],
                named_file_url=None,
                filename="photo.png",
                mime_type="image/png",
                size=len(PNG),
                comment_id=None,
            )
        source = {"Bucket": settings.S3_BUCKET, "Key": offer["key"]}
        store().copy_object(Bucket=settings.S3_BUCKET, Key=begun.copy_key, CopySource=source)
        assert register(caller, ticket_id, offer).status == 201  # who asks again gets it all the same
        let_time_pass(desk, timedelta(minutes=20))
        work(desk)
        with context.tenant(desk.ref), transaction.atomic():
            assert keys_of(desk.ref.id) == [Attachment.objects.get().key]


class TestTrouble:
    @pytest.mark.parametrize("is_removed", [False, True], ids=["being removed", "removed"])
    def test_a_copy_that_the_sweep_has_taken_up_cannot_be_held_any_more(
        self, desk: Desk, caller: Api, ticket_id: str, is_removed: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whoever looked at it for too long gets a 503, and not an attachment whose file is gone."""

        def look_for_too_long(registration: Registration) -> bytes:
            sha256 = check_upload(registration)
            let_time_pass(desk, CHECKING_LASTS)
            with context.tenant(desk.ref), unit_of_work():
                keys = claim_due_objects()
                assert registration.copy_key in keys
            if is_removed:
                objects.remove(keys)
                with context.tenant(desk.ref), unit_of_work():
                    note_removed(keys)
            return sha256

        offer = ask_to_upload(caller, ticket_id)
        put(offer)
        monkeypatch.setattr("helpdesk.attachments.api.check_upload", look_for_too_long)
        assert register(caller, ticket_id, offer).status == 503
        with context.tenant(desk.ref), transaction.atomic():
            assert not Attachment.objects.exists()

    @pytest.mark.parametrize(
        "answer",
        [
            b"HTTP/1.1 200 OK\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>",
            b"HTTP/1.1 307 Elsewhere\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
            b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 6\r\n\r\n<html>",
            b"SSH-2.0\r\n",
        ],
    )
    def test_something_else_than_a_store_is_a_store_that_is_away(
        self, desk: Desk, caller: Api, ticket_id: str, answer: bytes, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        offer = ask_to_upload(caller, ticket_id)
        put(offer)
        with answering(answer) as address:
            monkeypatch.setattr(settings, "S3_ENDPOINT_URL", address)
            assert register(caller, ticket_id, offer).status in (503, 400)
            for ask in (lambda: objects.remove(["x"]), lambda: objects.list_keys("x"), lambda: objects.get_size("x")):
                with suppress(objects.StoreAway):
                    ask()

    def test_the_store_away_delays_it(
        self, desk: Desk, caller: Api, ticket_id: str, away: Callable[[], None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        attachment = attach(caller, ticket_id)
        caller.delete(f"/tickets/{ticket_id}/attachments/{attachment['id']}")
        away()
        assert work(desk) == 0
        assert due(desk.ref.id, "objects") > now()
        monkeypatch.undo()
        assert len(keys_of(desk.ref.id)) == 2
        let_time_pass(desk, timedelta(minutes=11))
        work(desk)
        assert keys_of(desk.ref.id) == []

    def test_a_worker_killed_after_its_claim_is_followed_by_another(
        self, desk: Desk, caller: Api, ticket_id: str
    ) -> None:
        attachment = attach(caller, ticket_id)
        caller.delete(f"/tickets/{ticket_id}/attachments/{attachment['id']}")
        with context.tenant(desk.ref), unit_of_work():
            assert len(claim_due_objects()) == 2  # and it dies
        assert work(desk) == 0
        assert due(desk.ref.id, "objects") is not None
        let_time_pass(desk, LEASE)
        assert work(desk) == 2
        assert keys_of(desk.ref.id) == []


class TestATenantDeleted:
    def test_takes_its_files_along_and_nobody_elses(
        self, own_desk: Callable[[], Desk], desk: Desk, caller: Api, ticket_id: str
    ) -> None:
        other = own_desk()
        stranger = Api().as_(other, other.user)
        attach(stranger, stranger.post("/tickets", {"title": "Theirs"})["id"])
        attach(caller, ticket_id)
        put(ask_to_upload(caller, ticket_id))
        delete_tenant(desk.ref.id, confirm=desk.ref.slug)
        assert len(keys_of(desk.ref.id)) == 3
        forget(desk.ref.id)  # as every job does that finds no such tenant
        assert due(desk.ref.id, "empty_prefix") <= now()
        assert empty_prefix(str(desk.ref.id)) == 3
        assert keys_of(desk.ref.id) == []
        assert due(desk.ref.id, "empty_prefix") is None
        assert len(keys_of(other.ref.id)) == 2

    def test_is_looked_after_once_more_when_nothing_can_arrive(self, desk: Desk, caller: Api, ticket_id: str) -> None:
        offer = ask_to_upload(caller, ticket_id)
        delete_tenant(desk.ref.id, confirm=desk.ref.slug)
        empty_prefix(str(desk.ref.id))
        assert put(offer).status_code == 200  # its address is still good
        assert due(desk.ref.id, "empty_prefix_last") >= now() + STILL_ARRIVING
        assert empty_prefix_last(str(desk.ref.id)) == 1
        assert keys_of(desk.ref.id) == []
        assert due(desk.ref.id, "empty_prefix_last") is None

    def test_with_the_store_away_is_remembered(
        self, desk: Desk, caller: Api, ticket_id: str, away: Callable[[], None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        attach(caller, ticket_id)
        away()
        delete_tenant(desk.ref.id, confirm=desk.ref.slug)
        empty_prefix(str(desk.ref.id))
        assert due(desk.ref.id, "empty_prefix") > now()
        monkeypatch.undo()
        assert empty_prefix(str(desk.ref.id)) == 2
        assert keys_of(desk.ref.id) == []
