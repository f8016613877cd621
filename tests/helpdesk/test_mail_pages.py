"""`/dev/mail`, `/dev/mail.json` and unsubscribing: without a sign-in, and with no more power than that allows."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from helpdesk.comments.actions import add_comment
from helpdesk.mail.composing import unsubscribe_key
from helpdesk.mail.models import Mail
from helpdesk.mail.tokens import Unsubscription, unsubscribe_token
from helpdesk.notifications.queries import list_preferences
from helpdesk.tickets.actions import create_ticket
from helpdesk.vocabulary import MailKind, NotificationKind
from helpdesk.work import unit_of_work
from tenants import context
from tenants.models import Tenant
from tests.api import Answer, Api
from tests.conftest import Desk
from tests.outbox import deliver, inbox

TITLE = 'The VPN </iframe><script>alert("drops")</script>'


@pytest.fixture
def client(api: Api) -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture
def mailed(api: Api, acme: Desk, globex: Desk) -> Desk:
    """A receipt and a reply at acme, a receipt at globex."""
    for desk in (globex, acme):
        with context.tenant(desk.ref):
            with unit_of_work():
                ticket = create_ticket(desk.user, fields={"title": TITLE})
            deliver(desk)
    with context.tenant(acme.ref):
        with unit_of_work():
            add_comment(acme.agent, ticket.id, content="Which client?", is_internal=False)
        deliver(acme)
    return acme


def get(client: Client, path: str, host: str = "localhost") -> Any:
    return client.get(path, headers={"Host": host})


class TestInDevelopment:
    @pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "acme.localhost", "globex.localhost", "hub"])
    def test_the_list_holds_the_mails_of_all_desks_newest_first(self, client: Client, mailed: Desk, host: str) -> None:
        mails = get(client, "/dev/mail.json", host).json()
        assert [mail["tenant"] for mail in mails] == ["acme", "acme", "globex"]
        assert set(mails[0]) == {
            "id",
            "tenant",
            "to",
            "from",
            "subject",
            "text",
            "html",
            "headers",
            "messageId",
            "createdAt",
        }
        assert all(TITLE in mail["subject"] for mail in mails)
        assert "Which client?" in mails[0]["text"]
        assert mails[0]["messageId"] == mails[0]["headers"]["Message-ID"]
        assert mails[0]["to"] == [mailed.user.email]

    def test_a_foreign_name_that_leads_here_reads_nothing(self, client: Client, mailed: Desk) -> None:
        assert get(client, "/dev/mail.json", "evil.example").status_code == 404
        assert get(client, "/dev/mail", "evil.example:8000").status_code == 404

    def test_the_page_shows_them_in_a_sandbox(self, client: Client, mailed: Desk) -> None:
        answer = get(client, "/dev/mail")
        page = answer.content.decode()
        assert answer["Content-Type"].startswith("text/html")
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert page.count("<iframe sandbox") == 3
        assert "<script" not in page

    def test_there_may_be_none(self, client: Client) -> None:
        assert get(client, "/dev/mail.json").json() == []
        assert "There is none yet" in get(client, "/dev/mail").content.decode()

    def test_another_method_is_405(self, client: Client) -> None:
        answer = client.post("/dev/mail.json", headers={"Host": "localhost"})
        assert answer.status_code == 405
        assert answer.json()["code"] == "METHOD_NOT_ALLOWED"


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("path", ["/dev/mail", "/dev/mail.json"])
def test_in_production_there_is_nothing(client: Client, mailed: Desk, settings: Any, path: str, method: str) -> None:
    settings.HUB_ENV = "production"
    answer = getattr(client, method)(path, headers={"Host": "localhost"})
    assert answer.status_code == 404
    assert answer.json()["code"] == "NOT_FOUND"
    assert TITLE not in answer.content.decode()


class TestUnsubscribing:
    @pytest.fixture
    def link(self, mailed: Desk) -> str:
        """As it stands in the header of the reply's mail; below the host."""
        with context.tenant(mailed.ref):
            header: str = inbox(mailed.user)[-1].headers["List-Unsubscribe"]
        assert header.startswith("<http://acme.localhost:")
        return "/mail/" + header.strip("<>").partition("/mail/")[2]

    def wants(self, desk: Desk) -> tuple[bool, bool]:
        with context.tenant(desk.ref):
            return list_preferences(desk.user)[NotificationKind.COMMENT_ADDED]

    @pytest.mark.parametrize("host", ["acme.localhost", "localhost"])
    def test_takes_one_click_without_a_sign_in(self, client: Client, mailed: Desk, link: str, host: str) -> None:
        answer = client.post(link, {"List-Unsubscribe": "One-Click"}, headers={"Host": host})
        assert answer.status_code == 200
        assert self.wants(mailed) == (True, False)

    def test_keeps_the_choice_for_the_app(self, client: Client, api: Api, mailed: Desk, link: str) -> None:
        choice = {"kind": "comment_added", "inApp": False, "byMail": True}
        api.as_(mailed, mailed.user).put("/notifications/preferences", {"preferences": [choice]})
        client.post(link, headers={"Host": "acme.localhost"})
        assert self.wants(mailed) == (False, False)

    def test_is_not_done_by_looking(self, client: Client, mailed: Desk, link: str) -> None:
        answer = get(client, link, "acme.localhost")
        assert answer.status_code == 200
        assert '<form method="post">' in answer.content.decode()
        assert "Acme" in answer.content.decode()
        assert self.wants(mailed) == (True, True)

    def test_stops_what_waits_already(self, client: Client, mailed: Desk, link: str) -> None:
        with context.tenant(mailed.ref):
            Mail.objects.filter(kind="public_reply").update(state="pending", due_at="2020-01-01T00:00:00Z")
            client.post(link, headers={"Host": "acme.localhost"})
            deliver(mailed)
            assert Mail.objects.get(kind="public_reply").state == "dropped"

    def test_works_at_a_suspended_desk(self, client: Client, mailed: Desk, link: str) -> None:
        with context.platform():
            Tenant.objects.filter(id=mailed.ref.id).update(is_active=False)
        assert client.post(link, headers={"Host": "localhost"}).status_code == 200
        assert self.wants(mailed) == (True, False)

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_another_desks_host_knows_no_such_link(self, client: Client, mailed: Desk, link: str, method: str) -> None:
        answer = getattr(client, method)(link, headers={"Host": "globex.localhost"})
        assert answer.status_code == 404
        assert answer.json()["code"] == "NOT_FOUND"
        assert self.wants(mailed) == (True, True)

    @pytest.mark.parametrize("token", ["x", "a" * 79, "%00", "..", "a" * 4000])
    def test_a_token_that_is_none_is_404(self, client: Client, token: str) -> None:
        answer = client.post(f"/mail/unsubscribe/{token}", headers={"Host": "localhost"})
        assert answer.status_code == 404
        assert answer.json()["code"] == "NOT_FOUND"

    def test_a_changed_token_is_404(self, client: Client, mailed: Desk, link: str) -> None:
        changed = link[:-1] + ("a" if link[-1] != "a" else "q")
        assert client.post(changed, headers={"Host": "localhost"}).status_code == 404
        assert self.wants(mailed) == (True, True)

    def test_a_receipt_cannot_be_unsubscribed_from(self, client: Client, acme: Desk) -> None:
        asked = Unsubscription(acme.ref.id, acme.user.id, MailKind.TICKET_RECEIVED)
        token = unsubscribe_token(asked, key=unsubscribe_key())
        assert client.post(f"/mail/unsubscribe/{token}", headers={"Host": "localhost"}).status_code == 404

    def test_another_method_is_405(self, client: Client, mailed: Desk, link: str) -> None:
        assert client.put(link, headers={"Host": "localhost"}).status_code == 405


class TestTheListOfMails:
    @pytest.fixture
    def agent(self, api: Api, mailed: Desk) -> Api:
        return api.as_(mailed, mailed.agent)

    def test_shows_what_became_of_each(self, agent: Api, mailed: Desk) -> None:
        rows = agent.get("/mails")["data"]
        assert [row["kind"] for row in rows] == ["public_reply", "ticket_received"]
        reply = rows[0]
        assert (reply["state"], reply["attempts"], reply["error"], reply["dueAt"]) == ("sent", 1, "", None)
        assert reply["recipient"]["email"] == mailed.user.email
        assert TITLE in reply["subject"]
        assert reply["bouncedAt"] is None
        assert reply["isUndeliverable"] is False
        assert "Which client?" not in str(rows)

    def test_filters_by_ticket_and_state(self, agent: Api) -> None:
        ticket_id = agent.get("/mails")["data"][0]["ticketId"]
        assert agent.get(f"/mails?ticketId={ticket_id}")["meta"]["total"] == 2
        assert agent.get(f"/mails?ticketId={ticket_id}&state=failed")["meta"]["total"] == 0
        assert agent.get("/mails?state=sent&cursor=&limit=1")["meta"]["hasNextPage"] is True

    @pytest.mark.parametrize("query", ["state=party", "ticketId=7", "limit=101", "cursor=x"])
    def test_refuses_a_bad_query(self, agent: Api, query: str) -> None:
        assert agent.get(f"/mails?{query}").status == 400

    def test_is_not_the_requesters_to_see(self, api: Api, mailed: Desk) -> None:
        assert api.as_(mailed, mailed.user).get("/mails").status == 403

    def test_of_another_desk_is_not_there(self, agent: Api, api: Api, globex: Desk) -> None:
        ticket_id = agent.get("/mails")["data"][0]["ticketId"]
        other = api.as_(globex, globex.admin)
        assert other.get(f"/mails?ticketId={ticket_id}").status == 404
        answer: Answer = other.get("/mails")
        assert {row["recipient"]["email"] for row in answer["data"]} == {globex.user.email}
