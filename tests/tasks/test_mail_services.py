"""Mail through a service: what goes along with a mail, what comes back about it, and what that does to an address."""

from __future__ import annotations

import base64
from typing import Any

import orjson
import pytest
from anymail.exceptions import AnymailRecipientsRefused, AnymailRequestsAPIError
from anymail.message import AnymailRecipientStatus
from django.core import mail as django_mail
from django.test import Client

from config.checks import check_environment
from config.env import env
from config.mail import backend_class, is_known
from helpdesk.clock import now
from helpdesk.comments.actions import add_comment
from helpdesk.mail import carrier
from helpdesk.mail.carrier import Delayed, Refused, failure_of
from helpdesk.mail.models import Mail, UndeliverableAddress
from helpdesk.mail.tokens import message_id_of
from helpdesk.people.models import Person
from helpdesk.tickets.actions import create_ticket
from helpdesk.work import unit_of_work
from tests.api import Api
from tests.conftest import Desk
from tests.contracts.errors import assert_refused
from tests.outbox import deliver

SECRET = "hub:hunter2"
MAIL_CHECKS = {"hub.W002", "hub.W003", "hub.W004", "hub.E004"}


@pytest.fixture
def service(settings: Any) -> list[Any]:
    """anymail's test backend; what it was given."""
    settings.MAIL_BACKEND, settings.MAIL_BACKEND_CLASS = "test", backend_class("test")
    django_mail.outbox = []
    return django_mail.outbox


@pytest.fixture
def ticket(desk: Desk) -> Any:
    with unit_of_work():
        return create_ticket(desk.user, fields={"title": "The VPN drops"})


def only_mail() -> Mail:
    return Mail.objects.get()


class TestSending:
    def test_gives_the_ids_along_and_keeps_the_services_own(self, desk: Desk, ticket: Any, service: list[Any]) -> None:
        deliver(desk)
        (message,) = service
        params = message.anymail_test_params
        assert params["metadata"] == {"tenant_id": str(desk.ref.id), "mail_id": str(only_mail().id)}
        assert params["extra_headers"]["Auto-Submitted"] == "auto-generated"
        assert params["subject"] == f"[#{ticket.number}] The VPN drops"
        assert params["html_body"].startswith("<!doctype html>")
        assert (only_mail().state, only_mail().carrier_id) == ("sent", "0")

    @pytest.mark.parametrize(
        "name", ['Ada" <evil@example.com>, "x', "=?utf-8?q?a=0Ab?=", "Ада Лавлейс ☎", "a, b; c: <d>"]
    )
    def test_gives_every_name_to_one_recipient(self, desk: Desk, ticket: Any, service: list[Any], name: str) -> None:
        Person.objects.filter(id=desk.user.id).update(first_name=name)
        deliver(desk)
        assert only_mail().state == "sent", only_mail().last_error
        (message,) = service
        (recipient,) = message.anymail_test_params["to"]
        assert recipient.addr_spec == desk.user.email
        assert message.anymail_test_params["from"].addr_spec == "help@localhost"

    def test_to_a_refused_recipient_is_a_bounce_at_once(
        self, desk: Desk, ticket: Any, service: list[Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write = carrier.message_of

        def rejected(letter: Any) -> Any:
            message = write(letter)
            status = AnymailRecipientStatus(message_id="1", status="rejected")
            message.anymail_test_response = {"recipient_status": {desk.user.email: status}}  # type: ignore[attr-defined]
            return message

        monkeypatch.setattr(carrier, "message_of", rejected)
        deliver(desk)
        assert (only_mail().state, only_mail().attempts) == ("failed", 1)
        assert only_mail().bounce_reason == "The mail service refused the recipient."

    def test_says_of_a_failed_call_only_the_code(self) -> None:
        error = AnymailRequestsAPIError("POST https://api.example.com/?key=hunter2")
        error.status_code = 401
        assert failure_of(error) == Delayed("The mail service answered 401.")
        assert isinstance(failure_of(AnymailRecipientsRefused()), Refused)

    @pytest.mark.parametrize(
        ("name", "known"),
        [("local", True), ("smtp", True), ("postmark", True), ("amazon_ses", True), ("pigeon", False), ("a.b", False)],
    )
    def test_knows_the_services(self, name: str, known: bool) -> None:
        assert is_known(name) is known


class TestTheChecks:
    """What `manage.py check` says of MAIL_BACKEND, in production unless said otherwise."""

    @pytest.mark.parametrize(
        ("environment", "backend", "told"),
        [
            ("production", "", ["hub.W002"]),
            ("production", "local", ["hub.W003", "hub.W004"]),
            ("production", "smtp", ["hub.W004"]),
            ("production", "SES", ["hub.W004"]),
            ("production", "pigeon", ["hub.E004"]),
            ("development", "", []),
            ("development", "pigeon", ["hub.E004"]),
        ],
    )
    def test_say(self, monkeypatch: pytest.MonkeyPatch, environment: str, backend: str, told: list[str]) -> None:
        for name, value in {"hub_env": environment, "mail_backend": backend, "mail_from": ""}.items():
            monkeypatch.setattr(env, name, value)
        found = [message.id for message in check_environment() if message.id in MAIL_CHECKS]
        assert found == told


def postmark(mail: Mail, desk: Desk, record: str = "Bounce", type_: str = "HardBounce", **more: Any) -> dict[str, Any]:
    """What Postmark posts (postmarkapp.com, Webhooks overview)."""
    return {
        "RecordType": record,
        "Type": type_,
        "ID": 4323372036854775807,
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "Description": "The server was unable to deliver your message",
        "Details": "550 5.1.1 unknown user",
        "Email": mail.address,
        "BouncedAt": "2026-11-05T16:33:54.9070259Z",
        "Metadata": {"tenant_id": str(desk.ref.id), "mail_id": str(mail.id)},
    } | more


class TestReports:
    @pytest.fixture
    def sent(self, desk: Desk, ticket: Any, settings: Any) -> Mail:
        deliver(desk)
        settings.MAIL_BACKEND = "postmark"
        settings.ANYMAIL = settings.ANYMAIL | {"WEBHOOK_SECRET": SECRET}
        return only_mail()

    def post(self, body: Any, *, secret: str = SECRET, provider: str = "postmark", host: str = "localhost") -> Any:
        basic = base64.b64encode(secret.encode()).decode()
        content = body if isinstance(body, bytes) else orjson.dumps(body)
        headers = {"Host": host, "Authorization": f"Basic {basic}"}
        client = Client(raise_request_exception=False)
        return client.post(f"/mail/events/{provider}", content, content_type="application/json", headers=headers)

    def test_a_hard_bounce_stands_at_its_mail(self, desk: Desk, sent: Mail, api: Api) -> None:
        assert self.post(postmark(sent, desk)).status_code == 200
        mail = only_mail()
        assert mail.bounced_at is not None
        assert mail.bounce_reason == "bounced: 550 5.1.1 unknown user"
        (row,) = api.as_(desk, desk.agent).get("/mails")["data"]
        assert row["bounceReason"] == mail.bounce_reason
        assert row["isUndeliverable"] is False

    def test_a_report_finds_its_mail_by_our_message_id_too(self, desk: Desk, sent: Mail) -> None:
        own = message_id_of(sent.id, tenant_id=desk.ref.id, domain="localhost").strip("<>")
        assert self.post(postmark(sent, desk, Metadata={}, MessageID=own)).status_code == 200
        assert only_mail().bounced_at is not None

    def test_a_complaint_stops_mail_to_the_address_until_an_admin_clears_it(
        self, desk: Desk, ticket: Any, sent: Mail, api: Api, settings: Any
    ) -> None:
        self.post(postmark(sent, desk, "SpamComplaint", "SpamComplaint"))
        agent, admin = api.as_(desk, desk.agent), api.as_(desk, desk.admin)
        (address,) = agent.get("/undeliverable-addresses")["data"]
        assert address["address"] == desk.user.email
        assert agent.get("/mails")["data"][0]["isUndeliverable"] is True

        settings.MAIL_BACKEND = "local"
        self.reply(desk, ticket)
        assert Mail.objects.get(kind="public_reply").state == "dropped"

        path = f"/undeliverable-addresses/{address['id']}"
        assert_refused(agent.delete(path), "FORBIDDEN", reason="role")
        assert admin.delete(path).status == 204
        assert_refused(admin.delete(path), "NOT_FOUND")
        self.reply(desk, ticket)
        assert Mail.objects.filter(kind="public_reply", state="sent").count() == 1

    def reply(self, desk: Desk, ticket: Any) -> None:
        with unit_of_work():
            add_comment(desk.agent, ticket.id, content="Hello", is_internal=False)
        deliver(desk)

    def test_a_delivery_clears_the_address(self, desk: Desk, sent: Mail) -> None:
        UndeliverableAddress.objects.create(address=sent.address, reason="old", created_at="2020-01-01T00:00:00Z")
        delivered = {"RecordType": "Delivery", "Recipient": sent.address, "DeliveredAt": "2026-11-05T16:33:54Z"}
        assert self.post(postmark(sent, desk) | delivered).status_code == 200
        assert not UndeliverableAddress.objects.exists()
        assert only_mail().bounced_at is None

    def test_a_delivery_clears_no_complaint_and_no_later_bounce(self, desk: Desk, sent: Mail) -> None:
        marks = [("2020-01-01T00:00:00Z", True), (now(), False)]
        for created_at, is_complaint in marks:
            UndeliverableAddress.objects.update_or_create(
                address=sent.address,
                defaults={"reason": "x", "created_at": created_at, "is_complaint": is_complaint},
            )
            delivered = {"RecordType": "Delivery", "Recipient": sent.address, "DeliveredAt": "2026-11-05T16:33:54Z"}
            assert self.post(postmark(sent, desk) | delivered).status_code == 200
            assert UndeliverableAddress.objects.exists()

    def test_an_opened_mail_is_nobodys_business(self, desk: Desk, sent: Mail) -> None:
        assert self.post(postmark(sent, desk, "Open")).status_code == 200
        assert only_mail().bounced_at is None

    @pytest.mark.parametrize("secret", ["hub:wrong", ""])
    def test_without_the_password_nothing_is_heard(self, desk: Desk, sent: Mail, secret: str) -> None:
        answer = self.post(postmark(sent, desk), secret=secret)
        assert answer.status_code == 400
        assert answer.json()["code"] == "BAD_REQUEST"
        assert only_mail().bounced_at is None

    def test_where_no_password_is_set_nobody_is_heard(self, desk: Desk, sent: Mail, settings: Any) -> None:
        settings.ANYMAIL = {name: value for name, value in settings.ANYMAIL.items() if name != "WEBHOOK_SECRET"}
        assert self.post(postmark(sent, desk)).status_code == 404
        assert only_mail().bounced_at is None

    @pytest.mark.parametrize("provider", ["mailgun", "pigeon", "mandrill"])
    def test_another_service_than_ours_is_not_heard(self, desk: Desk, sent: Mail, provider: str) -> None:
        answer = self.post(postmark(sent, desk), provider=provider)
        assert answer.status_code == 404
        assert answer.json()["code"] == "NOT_FOUND"

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"RecordType": []}'])
    def test_what_the_service_never_sends_is_400(self, sent: Mail, body: bytes) -> None:
        answer = self.post(body)
        assert answer.status_code == 400
        assert answer.json()["code"] == "BAD_REQUEST"

    @pytest.mark.parametrize(
        "metadata", [{}, {"mail_id": "x", "tenant_id": "y"}, {"mail_id": 7}, {"tenant_id": None, "mail_id": []}]
    )
    def test_a_report_of_no_mail_of_ours_changes_nothing(self, desk: Desk, sent: Mail, metadata: Any) -> None:
        assert self.post(postmark(sent, desk, Metadata=metadata)).status_code == 200
        assert only_mail().bounced_at is None

    def test_a_report_with_another_desks_id_finds_no_mail(self, desk: Desk, sent: Mail, globex: Desk) -> None:
        crossed = {"tenant_id": str(globex.ref.id), "mail_id": str(sent.id)}
        assert self.post(postmark(sent, desk, Metadata=crossed)).status_code == 200
        assert only_mail().bounced_at is None
