"""Files on tickets: put into a real store, looked at, listed, fetched and taken away, by whom it may be."""

from __future__ import annotations

import socket
from collections.abc import Callable
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx
import orjson
import pytest

from helpdesk.attachments.models import Attachment, Upload
from helpdesk.events.queries import LogRow
from helpdesk.objects.models import StoredObject
from helpdesk.vocabulary import Floor
from tenants import context
from tests.api import Answer, Api
from tests.conftest import Desk
from tests.helpdesk.conftest import People
from tests.helpdesk.files import PAGE, PNG, ask_to_upload, attach, fetch, keys_of, put, refused, register


@pytest.fixture
def id_(ticket: dict[str, Any]) -> str:
    return str(ticket["id"])


@pytest.fixture
def note(people: People, id_: str, recorded: Callable[[], list[LogRow]]) -> str:
    """An agent's internal note."""
    answer = people.agent.post(f"/tickets/{id_}/comments", {"content": "Between us.", "isInternal": True})
    recorded()
    return str(answer["id"])


@pytest.fixture
def here(desk: Desk) -> Desk:
    """The same transaction as the callers', inside acme, to look at rows."""
    return desk


class TestTheWholeWay:
    def test_what_was_uploaded_is_listed_and_fetched_as_it_was(
        self, people: People, id_: str, here: Desk, recorded: Callable[[], list[LogRow]]
    ) -> None:
        offer = ask_to_upload(people.user, id_)
        assert set(offer.body) == {"uploadUrl", "method", "headers", "key", "fileUrl", "expiresAt"}
        assert put(offer).status_code == 200
        answer = register(people.user, id_, offer)
        assert answer.status == 201, answer
        assert answer["fileUrl"] == offer["fileUrl"]
        assert (answer["filename"], answer["fileSize"], answer["mimeType"]) == ("photo.png", len(PNG), "image/png")
        assert (answer["ticketId"], answer["commentId"], answer["isInternal"]) == (id_, None, False)

        for caller in (people.user, people.agent):
            assert [one["id"] for one in caller.get(f"/tickets/{id_}/attachments")["data"]] == [answer["id"]]
            assert [one["id"] for one in caller.get(f"/tickets/{id_}")["attachments"]] == [answer["id"]]
            got = fetch(caller, answer.body)
            assert (got.status_code, got.content) == (200, PNG)
            assert got.headers["Content-Type"] == "image/png"
            assert got.headers["Content-Disposition"] == 'attachment; filename="photo.png"'

        row = Attachment.objects.get(id=answer["id"])
        assert bytes(row.sha256) == sha256(PNG).digest()
        [event] = recorded()
        assert (event.type, str(event.ticket)) == ("attachment.added", id_)
        assert event.audience.people == (here.user.id,)
        data = orjson.loads(event.payload)["data"]
        assert data["attachment"]["fileUrl"] == offer["fileUrl"]
        assert "X-Amz" not in event.payload

    def test_by_its_file_url_as_well_as_by_its_key(self, people: People, id_: str) -> None:
        offer = ask_to_upload(people.user, id_)
        put(offer)
        assert register(people.user, id_, offer, key=None, fileUrl=offer["fileUrl"]).status == 201

    def test_the_key_is_made_of_ids_alone(self, people: People, id_: str, here: Desk) -> None:
        offer = ask_to_upload(people.user, id_, filename="../../etc/secret-plan.png")
        tenant, ticket, upload = offer["key"].split("/")
        assert (tenant, ticket) == (str(here.ref.id), id_)
        assert str(UUID(upload)) == upload
        assert "secret" not in offer["uploadUrl"]

    def test_the_address_of_a_file_is_not_kept_by_anybody(self, people: People, id_: str) -> None:
        attachment = attach(people.user, id_)
        answer = people.user.get(urlsplit(attachment["fileUrl"]).path.removeprefix("/api/v1"))
        assert answer.headers["Cache-Control"] == "no-store"
        assert "X-Amz-Expires=60" in answer.headers["Location"]

    def test_public_files_are_activity_on_the_ticket(self, people: People, id_: str) -> None:
        before = people.user.get(f"/tickets/{id_}")
        attach(people.agent, id_)
        after = people.user.get(f"/tickets/{id_}")
        assert after["lastActivityAt"] > before["lastActivityAt"]
        assert after["version"] == before["version"]

    def test_requesters_get_no_address_of_the_agent_who_uploaded(self, people: People, id_: str) -> None:
        attach(people.agent, id_)
        assert "email" not in people.user.get(f"/tickets/{id_}/attachments")["data"][0]["uploader"]
        assert people.ada.get(f"/tickets/{id_}/attachments")["data"][0]["uploader"]["email"] == "agent@acme.example"

    @pytest.mark.parametrize(
        ("name", "header"),
        [
            ("żółw.png", "attachment; filename=\"zow.png\"; filename*=UTF-8''%C5%BC%C3%B3%C5%82w.png"),
            ("写真.png", "attachment; filename=\".png\"; filename*=UTF-8''%E5%86%99%E7%9C%9F.png"),
            ('a"b;c.png', "attachment; filename=\"a_b_c.png\"; filename*=UTF-8''a%22b%3Bc.png"),
        ],
    )
    def test_any_name_is_kept(self, people: People, id_: str, name: str, header: str) -> None:
        got = fetch(people.user, attach(people.user, id_, filename=name))
        assert got.headers["Content-Disposition"] == header


class TestTheStore:
    def test_takes_nothing_else_than_what_was_asked_for(self, people: People, id_: str) -> None:
        offer = ask_to_upload(people.user, id_)
        assert put(offer, PNG + b"!").status_code == 403
        assert put(offer, headers={"Content-Type": "text/html"}).status_code == 403
        forged = Answer(offer.response)
        forged.body = offer.body | {"uploadUrl": offer["uploadUrl"].replace(offer["key"], f"{offer['key']}0")}
        assert put(forged).status_code == 403

    def test_answers_a_browser_of_another_origin(self, people: People, id_: str) -> None:
        offer = ask_to_upload(people.user, id_)
        asked = {
            "Origin": "https://console.example",
            "Access-Control-Request-Method": "PUT",
            "Access-Control-Request-Headers": "content-type",
        }
        preflight = httpx.options(offer["uploadUrl"], headers=asked)
        assert preflight.status_code == 200
        assert preflight.headers["Access-Control-Allow-Origin"] in ("*", "https://console.example")
        assert "PUT" in preflight.headers["Access-Control-Allow-Methods"]
        assert "content-type" in preflight.headers["Access-Control-Allow-Headers"].lower()

    def test_gives_nothing_without_a_signature(self, people: People, id_: str) -> None:
        attachment = attach(people.user, id_)
        answer = people.user.get(urlsplit(attachment["fileUrl"]).path.removeprefix("/api/v1"))
        assert httpx.get(answer.headers["Location"].partition("?")[0]).status_code in (400, 403)

    def test_what_was_registered_cannot_be_changed_by_who_uploaded_it(self, people: People, id_: str) -> None:
        """The upload's address lasts longer than the registration: what was looked at lies elsewhere."""
        offer = ask_to_upload(people.user, id_)
        put(offer)
        attachment = register(people.user, id_, offer)
        assert put(offer, PAGE.ljust(len(PNG))).status_code == 200
        assert fetch(people.agent, attachment.body).content == PNG


class TestSomebodyElses:
    def test_upload_is_none_of_ones_own(self, people: People, id_: str) -> None:
        offer = ask_to_upload(people.agent, id_)
        put(offer)
        for caller in (people.user, people.ada, people.admin):
            refused(register(caller, id_, offer), "key", "unknown_upload")

    def test_ticket_is_another(self, people: People, id_: str) -> None:
        other = people.user.post("/tickets", {"title": "Another"})["id"]
        offer = ask_to_upload(people.user, id_)
        put(offer)
        refused(register(people.user, other, offer), "key", "unknown_upload")

    def test_ticket_is_hidden(self, people: People, id_: str) -> None:
        attachment = attach(people.user, id_)
        offer = ask_to_upload(people.user, id_)
        assert ask_to_upload(people.other_user, id_).status == 404
        assert register(people.other_user, id_, offer).status == 404
        assert people.other_user.get(f"/tickets/{id_}/attachments").status == 404
        assert people.other_user.get(f"/tickets/{id_}/attachments/{attachment['id']}/file").status == 404
        assert people.other_user.delete(f"/tickets/{id_}/attachments/{attachment['id']}").status == 404

    def test_attachment_is_not_found_by_way_of_ones_own_ticket(self, people: People, id_: str) -> None:
        attachment = attach(people.user, id_)
        own = people.other_user.post("/tickets", {"title": "Mine"})["id"]
        assert people.other_user.get(f"/tickets/{own}/attachments/{attachment['id']}/file").status == 404
        assert people.other_user.delete(f"/tickets/{own}/attachments/{attachment['id']}").status == 404
        assert people.agent.get(f"/tickets/{own}/attachments/{attachment['id']}/file").status == 404

    def test_tenant_has_nothing_to_do_with_it(self, people: People, id_: str, api: Api, globex: Desk) -> None:
        offer = ask_to_upload(people.user, id_)
        put(offer)
        attachment = attach(people.user, id_)
        stranger = api.as_(globex, globex.admin)
        own = stranger.post("/tickets", {"title": "Ours"})["id"]
        refused(register(stranger, own, offer), "key", "unknown_upload")
        assert register(stranger, id_, offer).status == 404
        assert ask_to_upload(stranger, id_).status == 404
        assert stranger.get(f"/tickets/{own}/attachments/{attachment['id']}/file").status == 404
        assert stranger.get(f"/tickets/{id_}/attachments").status == 404


class TestOnANote:
    def test_it_is_as_internal_as_the_note_everywhere(
        self, people: People, id_: str, note: str, recorded: Callable[[], list[LogRow]]
    ) -> None:
        attachment = attach(people.agent, id_, commentId=note)
        assert (attachment["commentId"], attachment["isInternal"]) == (note, True)
        [event] = recorded()
        assert (event.audience.floor, event.audience.people) == (Floor.AGENT, ())

        assert people.user.get(f"/tickets/{id_}/attachments")["data"] == []
        assert people.user.get(f"/tickets/{id_}/attachments")["meta"]["total"] == 0
        assert people.user.get(f"/tickets/{id_}")["attachments"] == []
        assert people.user.get(f"/tickets/{id_}/attachments/{attachment['id']}/file").status == 404
        assert people.user.delete(f"/tickets/{id_}/attachments/{attachment['id']}").status == 404
        timeline = people.user.get(f"/tickets/{id_}/timeline")
        assert "attachment" not in timeline.response.content.decode()
        assert fetch(people.ada, attachment).content == PNG

    def test_it_leaves_no_trace_on_the_ticket(self, people: People, id_: str, note: str) -> None:
        before = people.user.get(f"/tickets/{id_}")["lastActivityAt"]
        attach(people.agent, id_, commentId=note)
        assert people.user.get(f"/tickets/{id_}")["lastActivityAt"] == before

    def test_only_ones_own_comment_of_this_ticket_takes_it(self, people: People, id_: str, note: str) -> None:
        other = people.user.post("/tickets", {"title": "Another"})["id"]
        elsewhere = people.user.post(f"/tickets/{other}/comments", {"content": "There."})["id"]
        user, ada = people.user, people.ada
        for caller, comment in ((ada, note), (user, note), (user, elsewhere), (user, uuid4())):
            offer = ask_to_upload(caller, id_)
            put(offer)
            refused(register(caller, id_, offer, commentId=str(comment)), "commentId", "unknown_comment")

    def test_it_goes_with_the_note_from_rows_and_log(self, people: People, id_: str, note: str, here: Desk) -> None:
        attach(people.agent, id_, commentId=note, filename="canary-name.png")
        key = Attachment.objects.get(comment_id=note).key
        assert people.agent.delete(f"/tickets/{id_}/comments/{note}").status == 204
        assert people.agent.get(f"/tickets/{id_}/attachments")["data"] == []
        assert "canary-name" not in people.agent.get(f"/tickets/{id_}/timeline").response.content.decode()
        assert StoredObject.objects.get(key=key).remove_at is not None


class TestTakingAway:
    def test_ones_own(self, people: People, id_: str, here: Desk, recorded: Callable[[], list[LogRow]]) -> None:
        attachment = attach(people.user, id_, filename="canary-name.png")
        key = Attachment.objects.get().key
        assert people.user.delete(f"/tickets/{id_}/attachments/{attachment['id']}").status == 204
        assert not Attachment.objects.exists()
        assert StoredObject.objects.get(key=key).remove_at is not None
        added, deleted = recorded()
        assert "canary-name" not in added.payload
        assert deleted.type == "attachment.deleted"
        assert orjson.loads(deleted.payload)["data"]["attachmentId"] == attachment["id"]
        assert people.user.get(f"/tickets/{id_}/attachments/{attachment['id']}/file").status == 404

    def test_anybodys_by_admins_only(self, people: People, id_: str) -> None:
        attachment = attach(people.user, id_)
        path = f"/tickets/{id_}/attachments/{attachment['id']}"
        answer = people.agent.delete(path)
        assert (answer.status, answer["details"][0]["code"]) == (403, "not_uploader")
        assert people.admin.delete(path).status == 204

    def test_with_the_ticket(self, people: People, id_: str, here: Desk) -> None:
        attach(people.user, id_)
        comment = people.user.post(f"/tickets/{id_}/comments", {"content": "See there."})["id"]
        attach(people.user, id_, commentId=comment)
        ask_to_upload(people.user, id_)
        assert people.admin.delete(f"/tickets/{id_}").status == 204
        assert not Attachment.objects.exists()
        assert not Upload.objects.exists()
        assert StoredObject.objects.exists()
        assert not StoredObject.objects.filter(remove_at=None).exists()


class TestTwice:
    def test_the_same_upload_is_one_attachment(self, people: People, id_: str, here: Desk) -> None:
        offer = ask_to_upload(people.user, id_)
        put(offer)
        assert register(people.user, id_, offer).status == 201
        again = register(people.user, id_, offer)
        assert (again.status, again["details"][0]["code"]) == (409, "already_registered")
        assert Attachment.objects.count() == 1

    def test_with_the_same_idempotency_key_it_gets_the_same_answer(self, people: People, id_: str) -> None:
        offer = ask_to_upload(people.user, id_)
        put(offer)
        caller = people.user.with_(Idempotency_Key="one")
        first, second = register(caller, id_, offer), register(caller, id_, offer)
        assert (first.status, second.status) == (201, 201)
        assert first.body == second.body
        assert second.headers["Idempotency-Replayed"] == "true"
        assert register(caller, id_, offer, filename="other.png").status == 422

    def test_an_upload_address_is_new_each_time(self, people: People, id_: str) -> None:
        caller = people.user.with_(Idempotency_Key="two")
        assert ask_to_upload(caller, id_)["key"] != ask_to_upload(caller, id_)["key"]


class TestWithTheStoreAway:
    def test_only_what_needs_it_is_unavailable(self, people: People, id_: str, settings: Any, unused_port: int) -> None:
        attachment, offer = attach(people.user, id_), ask_to_upload(people.user, id_)
        put(offer)
        settings.S3_ENDPOINT_URL = settings.S3_PUBLIC_URL = f"http://127.0.0.1:{unused_port}"
        file = f"/tickets/{id_}/attachments/{attachment['id']}/file"
        for answer in (ask_to_upload(people.user, id_), register(people.user, id_, offer), people.user.get(file)):
            assert (answer.status, answer["code"]) == (503, "UNAVAILABLE")
            assert int(answer.headers["Retry-After"]) > 0
            assert "127.0.0.1" not in str(answer.body)
        assert people.user.get(f"/tickets/{id_}/attachments")["meta"]["total"] == 1
        assert people.user.post(f"/tickets/{id_}/comments", {"content": "Still here."}).status == 201
        assert people.user.delete(f"/tickets/{id_}/attachments/{attachment['id']}").status == 204

    def test_nothing_is_lost_meanwhile(self, people: People, id_: str, settings: Any, unused_port: int) -> None:
        offer, there = ask_to_upload(people.user, id_), settings.S3_ENDPOINT_URL
        put(offer)
        settings.S3_ENDPOINT_URL = f"http://127.0.0.1:{unused_port}"
        assert register(people.user, id_, offer).status == 503
        settings.S3_ENDPOINT_URL = there
        assert register(people.user, id_, offer).status == 201

    def test_health_is_degraded_and_says_so(self, api: Api, settings: Any, unused_port: int) -> None:
        assert api.get("/health/ready")["checks"]["objects"]["status"] == "ok"
        settings.S3_ENDPOINT_URL = f"http://127.0.0.1:{unused_port}"
        answer = api.get("/health/ready")
        assert (answer.status, answer["status"]) == (200, "degraded")
        assert answer["checks"]["objects"] == {"status": "failed", "message": "away"}


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class TestNothingOutside:
    def test_every_key_in_the_store_has_a_row(self, people: People, id_: str, here: Desk) -> None:
        attach(people.user, id_)
        put(ask_to_upload(people.user, id_))
        known = set(StoredObject.objects.values_list("key", flat=True))
        ours = {key for key in keys_of(here.ref.id) if key.split("/")[1] == id_}
        assert ours
        assert ours <= known
        assert context.current_place() is not None
