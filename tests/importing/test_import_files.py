"""Files, webhooks and notifications of an import: what comes along, and what stays behind with a reason."""

from __future__ import annotations

from pathlib import Path

import boto3
import httpx
import pytest
from django.conf import settings
from django.db import transaction

from helpdesk.attachments.models import Attachment
from helpdesk.objects.models import StoredObject
from helpdesk.sealing import unseal
from helpdesk.webhooks.actions.filling import fill
from helpdesk.webhooks.actions.tries import claim
from helpdesk.webhooks.models import Webhook, WebhookDelivery
from helpdesk.work import unit_of_work
from tenants import context
from tests.helpdesk.files import PNG, fetch, keys_of
from tests.importing import awkward
from tests.importing.conftest import Import, Imported, moment, reasons, sign_in

pytestmark = pytest.mark.usefixtures("looking")


class TestFiles:
    def test_are_fetched_by_whoever_sees_the_ticket(self, imported: Imported) -> None:
        imports = imported.imports
        uma = sign_in(imports, "uma")
        found = {one["id"]: one for one in uma.get(f"/tickets/{imports.id('vpn')}")["attachments"]}
        assert set(found) == {imports.original.ids[name] for name in ("photo", "by-path", "local")}
        photo = found[imports.original.ids["photo"]]
        assert (photo["filename"], photo["uploaderId"]) == ("photo 50%.png", imports.original.ids["uma"])
        assert fetch(uma, photo).content == PNG
        assert fetch(uma, found[imports.original.ids["by-path"]]).content == PNG + b"2"
        boss = sign_in(imports, "boss")
        told = boss.get(f"/tickets/{imports.id('vpn')}/timeline")["data"]
        assert [one["occurredAt"] for one in told if one["type"] == "attachment.added"] == [
            moment(minute) for minute in (24, 23, 22)
        ]

    def test_lie_below_the_tenant_and_are_held(self, imported: Imported) -> None:
        ref = imported.imports.ref
        with context.tenant(ref), transaction.atomic():
            keys = set(Attachment.objects.values_list("key", flat=True))
            assert set(StoredObject.objects.filter(remove_at=None).values_list("key", flat=True)) == keys
        assert set(keys_of(ref.id)) == keys

    @pytest.mark.parametrize(
        ("name", "why"),
        [
            ("no-file", "its file is not there"),
            ("outside", "its file is not there"),
            ("page", "its file is not of the type image/png"),
            ("script", "files with its ending are not taken here"),
            ("odd-type", "(ATTACHMENT_TYPES)"),
            ("on-nothing", "it leads to no tenant"),
        ],
    )
    def test_that_no_upload_could_be_stay_behind(self, imported: Imported, name: str, why: str) -> None:
        (told,) = reasons(imported.imports, imported.lines, name)
        assert why in told

    def test_of_another_size_than_was_said_are_named(self, imported: Imported) -> None:
        size = len(PNG) + 1
        assert reasons(imported.imports, imported.lines, "local", what=("changed",)) == [
            f"its file has {size} bytes, not 1"
        ]

    @pytest.mark.slow
    def test_come_from_a_bucket_too(self, imports: Import, monkeypatch: pytest.MonkeyPatch) -> None:
        prefix = f"original/{imports.slug}"
        named = {"ENDPOINT_URL": "endpoint_url", "ACCESS_KEY_ID": "aws_access_key_id"}
        named |= {"SECRET_ACCESS_KEY": "aws_secret_access_key", "REGION": "region_name"}
        given = {ours: getattr(settings, f"S3_{name}") for name, ours in named.items()}
        for name, ours in named.items():
            monkeypatch.setenv(f"ORIGINAL_S3_{name}", given[ours])
        store = boto3.client("s3", **given)
        for key, content in awkward.files(imports.original).items():
            store.put_object(Bucket=settings.S3_BUCKET, Key=f"{prefix}/{key}", Body=content)
        imports.run(files=f"s3://{settings.S3_BUCKET}/{prefix}")
        uma = sign_in(imports, "uma")
        found = uma.get(f"/tickets/{imports.id('vpn')}/attachments")["data"]
        assert [httpx.codes.OK if fetch(uma, one).content else None for one in found] == [httpx.codes.OK] * 3

    @pytest.mark.slow
    def test_that_were_missing_are_taken_when_they_are_there(self, imports: Import, tmp_path: Path) -> None:
        imports.run(files="")
        uma = sign_in(imports, "uma")
        assert uma.get(f"/tickets/{imports.id('vpn')}/attachments")["data"] == []
        imports.run()
        assert len(uma.get(f"/tickets/{imports.id('vpn')}/attachments")["data"]) == 3
        assert uma.delete(f"/tickets/{imports.id('vpn')}/attachments/{imports.id('photo')}").status == 204
        _, lines, _ = imports.run()
        assert reasons(imports, lines, "photo") == ["it was taken before, and has been deleted here since"]


class TestWebhooks:
    def test_keep_address_events_and_secret(self, imported: Imported) -> None:
        imports = imported.imports
        found = {one["id"]: one for one in sign_in(imports, "boss").get("/webhooks")["data"]}
        assert set(found) == {imports.original.ids["hook"], imports.original.ids["plain-hook"]}
        hook = found[imports.original.ids["hook"]]
        assert (hook["url"], hook["events"]) == ("https://receiver.example/hook", ["TICKET_CREATED", "COMMENT_ADDED"])
        assert (hook["isActive"], hook["includeInternal"], hook["createdAt"]) == (True, False, moment(3))
        with context.tenant(imports.ref), transaction.atomic():
            assert unseal(Webhook.objects.get(id=imports.id("hook")).sealed_secret) == "an old shared secret"

    @pytest.mark.slow
    def test_are_sent_nothing_of_the_past_even_when_it_is_replayed(self, imports: Import) -> None:
        imports.run()
        boss = sign_in(imports, "boss")
        assert boss.post(f"/webhooks/{imports.id('hook')}/replay", {"sinceSeq": 1}).status == 202
        boss.post("/tickets", {"title": "News"})
        with context.tenant(imports.ref), unit_of_work():
            while fill():
                pass
            new = WebhookDelivery.objects.exclude(id__in=[imports.id("delivered"), imports.id("failed")])
            assert [one.type for one in new] == ["ticket.created"]

    def test_show_what_was_delivered_of_late(self, imported: Imported) -> None:
        imports = imported.imports
        boss = sign_in(imports, "boss")
        found = {one["id"]: one for one in boss.get(f"/webhooks/{imports.id('hook')}/deliveries")["data"]}
        assert {one["state"] for one in found.values()} == {"delivered", "failed"}
        failed = found[imports.original.ids["failed"]]
        assert (failed["type"], failed["lastStatus"], failed["attempts"]) == ("ticket.created", 500, 1)

    def test_cannot_be_sent_again_what_the_original_sent(self, imported: Imported) -> None:
        imports = imported.imports
        boss = sign_in(imports, "boss")
        path = f"/webhooks/{imports.id('hook')}/deliveries/{imports.id('failed')}"
        assert boss.post(f"{path}/redeliver").status == 202
        with context.tenant(imports.ref), unit_of_work():
            assert claim({}, limit=10) == []
        assert (boss.get(path)["state"], boss.get(path)["lastError"]) == (
            "failed",
            "The event is not in the log any more.",
        )

    @pytest.mark.parametrize(
        ("name", "why"),
        [
            ("inner-hook", "WEBHOOK_ALLOWED_NETWORKS"),
            ("weak-hook", "its secret is shorter than 8 characters"),
            ("deaf-hook", "it is told of no event that there is here"),
            ("old-delivery", "older than the 30 days"),
            ("of-no-hook", "its webhook was not taken"),
        ],
    )
    def test_that_could_not_be_made_here_stay_behind(self, imported: Imported, name: str, why: str) -> None:
        (told,) = reasons(imported.imports, imported.lines, name)
        assert why in told

    def test_of_long_ago_are_no_fault(self, imported: Imported) -> None:
        assert reasons(imported.imports, imported.lines, "old-delivery", what=("refused",)) == []

    def test_lose_events_that_are_none_here(self, imported: Imported) -> None:
        (told,) = reasons(imported.imports, imported.lines, "plain-hook", what=("changed",))
        assert "SLA_BREACHED" in told


class TestNotifications:
    def test_are_read_or_unread_as_they_were(self, imported: Imported) -> None:
        imports = imported.imports
        (read,) = sign_in(imports, "uma").get("/notifications")["data"]
        assert (read["id"], read["isRead"], read["type"]) == (imports.original.ids["read"], True, "comment_added")
        assert (read["message"], read["createdAt"]) == ("This is reply.", moment(50))
        (unread,) = sign_in(imports, "sam").get("/notifications?unreadOnly=true")["data"]
        assert (unread["id"], unread["type"]) == (imports.original.ids["unread"], "assigned")

    @pytest.mark.parametrize(
        ("name", "why"),
        [
            ("of-a-new-ticket", "--map notification.TICKET_CREATED=OURS"),
            ("of-no-ticket", "it is about no ticket that was taken"),
            ("of-nothing", "it is about no ticket that was taken"),
            ("to-nobody", "it leads to no tenant"),
        ],
    )
    def test_of_nothing_that_is_here_stay_behind(self, imported: Imported, name: str, why: str) -> None:
        (told,) = reasons(imported.imports, imported.lines, name)
        assert why in told

    @pytest.mark.slow
    def test_that_were_deleted_here_do_not_come_back(self, imports: Import) -> None:
        imports.run()
        uma = sign_in(imports, "uma")
        assert uma.delete(f"/notifications/{imports.id('read')}").status == 204
        imports.run()
        assert uma.get("/notifications")["data"] == []
