"""What is no attachment: wrong types, names, sizes, keys and addresses are told and change nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from helpdesk.attachments.models import Upload
from helpdesk.clock import now
from helpdesk.events.queries import LogRow
from helpdesk.objects.models import StoredObject
from tests.conftest import Desk
from tests.helpdesk.conftest import People
from tests.helpdesk.files import PAGE, PNG, ask_to_upload, put, refused, register


@pytest.fixture
def id_(ticket: dict[str, Any]) -> str:
    return str(ticket["id"])


@pytest.fixture
def here(desk: Desk) -> Desk:
    """The same transaction as the callers', inside acme, to look at rows."""
    return desk


class TestRefused:
    @pytest.mark.parametrize(
        ("content", "declared"),
        [
            (PAGE, "image/png"),
            (PAGE, "text/plain"),
            (b"\xef\xbb\xbf\n <HTML>", "text/plain"),
            (b'<?xml version="1.0"?><!-- x --><svg onload="x()">', "text/plain"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'>", "image/jpeg"),
            (b"MZ\x90\0\3\0\0\0" + b"\0" * 60, "application/pdf"),
            (b"\x7fELF\2\1\1\0" + b"\0" * 60, "application/zip"),
            (PNG, "application/pdf"),
            (PNG, "text/plain"),
            (b"text\0with a zero", "text/csv"),
            (b"caf\xe9 in Latin-1", "text/plain"),
            (b"%PDF-1.7\n", "image/png"),
            (b"nothing known", "image/webp"),
        ],
    )
    def test_a_file_that_is_not_what_it_says(
        self, people: People, id_: str, content: bytes, declared: str, recorded: Callable[[], list[LogRow]]
    ) -> None:
        offer = ask_to_upload(people.user, id_, mimeType=declared, filename="file", fileSize=len(content))
        assert put(offer, content).status_code == 200
        answer = register(people.user, id_, offer, mimeType=declared, filename="file", fileSize=len(content))
        refused(answer, "mimeType", "wrong_type")
        assert people.user.get(f"/tickets/{id_}/attachments")["data"] == []
        assert recorded() == []

    @pytest.mark.parametrize("declared", ["text/html", "image/svg+xml", "application/x-msdownload", "text/xml"])
    def test_a_type_that_is_not_taken(self, people: People, id_: str, declared: str) -> None:
        refused(ask_to_upload(people.user, id_, mimeType=declared), "mimeType", "type_not_allowed")

    @pytest.mark.parametrize("name", ["invoice.pdf.exe", "page.HTML", "x.svg", "run.sh", "a.js ", "a.bat.", ".html"])
    def test_a_name_that_makes_computers_run_it(self, people: People, id_: str, name: str) -> None:
        refused(ask_to_upload(people.user, id_, filename=name), "filename", "name_not_allowed")

    @pytest.mark.parametrize(
        "name", ["a.\uff45\uff58\uff45", "a\uff0eexe", "a.exe\u4e2d", "a.e\u200dxe", "a.hta\u2024"]
    )
    def test_a_name_that_is_one_in_ascii(self, people: People, id_: str, name: str) -> None:
        """`Content-Disposition` has it in ASCII too, for programs that read no other."""
        refused(ask_to_upload(people.user, id_, filename=name), "filename", "name_not_allowed")

    @pytest.mark.parametrize("name", ["run", "app", "写真.png", "план.pdf", "exe.png"])
    def test_not_a_name_that_only_looks_like_it(self, people: People, id_: str, name: str) -> None:
        assert ask_to_upload(people.user, id_, filename=name).status == 200

    @pytest.mark.parametrize("name", ["", "  ", "..", "a\u202egnp.exe", "a\nb.png", "x" * 300, "dir/", "a\x7fb"])
    def test_a_name_that_is_none_or_lies(self, people: People, id_: str, name: str) -> None:
        answer = ask_to_upload(people.user, id_, filename=name)
        assert (answer.status, answer["details"][0]["field"]) == (400, "filename"), answer

    def test_larger_than_files_may_be(self, people: People, id_: str, settings: Any) -> None:
        settings.ATTACHMENT_MAX_BYTES = len(PNG) - 1
        refused(ask_to_upload(people.user, id_), "fileSize", "too_large")
        offer = ask_to_upload(people.user, id_, fileSize=None)
        put(offer)
        refused(register(people.user, id_, offer), "fileSize", "too_large")
        refused(register(people.user, id_, offer, fileSize=5), "fileSize", "too_large")

    def test_another_size_than_was_said(self, people: People, id_: str) -> None:
        offer = ask_to_upload(people.user, id_, fileSize=None)
        put(offer)
        refused(register(people.user, id_, offer, fileSize=len(PNG) + 1), "fileSize", "wrong_size")
        signed = ask_to_upload(people.user, id_)
        refused(register(people.user, id_, signed, fileSize=len(PNG) + 1), "fileSize", "size_differs")

    def test_what_nobody_uploaded(self, people: People, id_: str) -> None:
        refused(register(people.user, id_, ask_to_upload(people.user, id_)), "key", "not_uploaded")

    def test_after_its_time(self, people: People, id_: str, here: Desk) -> None:
        offer = ask_to_upload(people.user, id_)
        put(offer)
        Upload.objects.update(expires_at=now() - timedelta(seconds=1))
        refused(register(people.user, id_, offer), "key", "upload_expired")

    def test_another_type_than_was_asked_for(self, people: People, id_: str) -> None:
        offer = ask_to_upload(people.user, id_)
        refused(register(people.user, id_, offer, mimeType="image/gif"), "mimeType", "type_differs")

    @pytest.mark.parametrize(
        "url",
        [
            "javascript:alert(1)",
            "http://169.254.169.254/latest/meta-data/",
            "http://127.0.0.1:9/x",
            "file:///etc/passwd",
            "https://evil.example/{upload}/file",
            "{fileUrl}?x",
            "{key}",
        ],
    )
    def test_an_address_that_is_not_ours(self, people: People, id_: str, url: str) -> None:
        offer = ask_to_upload(people.user, id_)
        put(offer)
        named = url.format(upload=offer["key"].rpartition("/")[2], fileUrl=offer["fileUrl"], key=offer["key"])
        refused(register(people.user, id_, offer, key=None, fileUrl=named), "fileUrl", "unknown_upload")

    @pytest.mark.parametrize("key", ["../../{key}", "{key}/../x", "/{key}", "x/{upload}", "{upload}", "", "hub/{key}"])
    def test_a_key_that_was_not_issued(self, people: People, id_: str, key: str) -> None:
        offer = ask_to_upload(people.user, id_)
        put(offer)
        named = key.format(key=offer["key"], upload=offer["key"].rpartition("/")[2])
        refused(register(people.user, id_, offer, key=named), "key", "unknown_upload")

    def test_without_a_key_or_an_address(self, people: People, id_: str) -> None:
        assert register(people.user, id_, ask_to_upload(people.user, id_), key=None).status == 400

    def test_a_file_that_is_refused_again_and_again_leaves_no_copies(
        self, people: People, id_: str, here: Desk
    ) -> None:
        offer = ask_to_upload(people.user, id_, fileSize=len(PAGE))
        put(offer, PAGE)
        for _ in range(3):
            refused(register(people.user, id_, offer, fileSize=len(PAGE)), "mimeType", "wrong_type")
        copies = StoredObject.objects.filter(key__startswith=f"{offer['key']}.")
        assert copies.count() == 3
        assert not copies.filter(remove_at__gt=now()).exists()

    def test_too_many_open_uploads(self, people: People, id_: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("helpdesk.attachments.actions.MOST_OPEN_UPLOADS", 2)
        assert [ask_to_upload(people.user, id_).status for _ in range(3)] == [200, 200, 409]
        assert ask_to_upload(people.agent, id_).status == 200
