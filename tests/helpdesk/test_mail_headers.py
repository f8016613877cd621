"""What stands in the headers of a mail, and what cannot get into them."""

from __future__ import annotations

from email.utils import parseaddr
from typing import Any

import pytest

from helpdesk.mail.composing import reply_key
from helpdesk.mail.models import KeptMail
from helpdesk.mail.tokens import ReplyTo, read_reply_token
from helpdesk.people.models import Person
from helpdesk.tickets.actions import create_ticket
from helpdesk.work import unit_of_work
from tests.conftest import Desk
from tests.outbox import assigned_ticket, deliver, inbox, only_mail, reply


@pytest.fixture
def ticket(desk: Desk) -> Any:
    return assigned_ticket(desk)


class TestTheHeaders:
    @pytest.fixture
    def mail(self, desk: Desk, ticket: Any) -> KeptMail:
        reply(desk.agent, ticket, "Hello")
        deliver(desk)
        return inbox(desk.user)[0]

    def test_name_the_ticket_the_agent_and_the_desk(self, desk: Desk, ticket: Any, mail: KeptMail) -> None:
        assert mail.subject == f"[#{ticket.number}] The VPN drops"
        name, address = parseaddr(mail.sender)
        assert name == f"{desk.agent.name} ({desk.ref.name})"
        assert address == "help@localhost"
        assert mail.to == [desk.user.email]
        assert mail.headers["To"] == f'"{desk.user.name}" <{desk.user.email}>'

    def test_say_that_a_program_wrote_it(self, mail: KeptMail) -> None:
        assert mail.headers["Auto-Submitted"] == "auto-generated"
        assert mail.headers["X-Auto-Response-Suppress"] == "All"

    def test_thread_all_mails_of_a_ticket(self, desk: Desk, ticket: Any, mail: KeptMail) -> None:
        reply(desk.agent, ticket, "Hello again")
        deliver(desk)
        first, second = inbox(desk.user)
        assert first.message_id != second.message_id
        for header in ("References", "In-Reply-To"):
            assert first.headers[header] == second.headers[header]

    def test_take_answers_at_a_signed_address(self, desk: Desk, ticket: Any, mail: KeptMail) -> None:
        local, _, domain = mail.headers["Reply-To"].partition("@")
        assert domain == "localhost"
        assert len(local) <= 64
        token = local.removeprefix("reply+")
        assert read_reply_token(token, tenant_id=desk.ref.id, key=reply_key()) == ReplyTo(ticket.number, desk.user.id)

    def test_let_one_unsubscribe_in_one_click(self, desk: Desk, mail: KeptMail) -> None:
        assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert mail.headers["List-Unsubscribe"].startswith("<http://acme.localhost")
        assert mail.headers["List-Unsubscribe"].strip("<>") in mail.text


class TestInjection:
    """What people type stays what they typed: no header, no second recipient, no markup comes of it."""

    TITLES = (
        "VPN\r\nBcc: everybody@example.com",
        "VPN\u2028Bcc: x@example.com",
        "=?utf-8?q?VPN=0D=0ABcc:_x@example.com?=",
        "VPN\u202edrops",
        "Прокси не работает ☎",
        "x" * 200,
    )

    @pytest.mark.parametrize("title", TITLES)
    def test_by_a_title(self, desk: Desk, title: str) -> None:
        with unit_of_work():
            create_ticket(desk.user, fields={"title": title})
        deliver(desk)
        assert only_mail().state == "sent", only_mail().last_error
        (mail,) = inbox(desk.user)
        assert not set(mail.subject) & set("\r\n\u2028\u202e")
        assert "=?" not in mail.subject
        assert set(mail.headers) == {
            "Message-ID",
            "In-Reply-To",
            "References",
            "Auto-Submitted",
            "X-Auto-Response-Suppress",
            "Reply-To",
            "To",
        }

    @pytest.mark.parametrize(
        "name",
        [
            'Ada" <evil@example.com>, "x',
            "Ada\r\nBcc: evil@example.com",
            "=?utf-8?q?a=0Ab?=",
            "Ада Лавлейс",
            "a, b; c: <d>",
            "x" * 100,
        ],
    )
    def test_by_a_name(self, desk: Desk, ticket: Any, name: str) -> None:
        Person.objects.filter(id__in=[desk.agent.id, desk.user.id]).update(first_name=name)
        reply(desk.agent, ticket, "Hello")
        deliver(desk)
        assert only_mail().state == "sent", only_mail().last_error
        (mail,) = inbox(desk.user)
        assert parseaddr(mail.sender)[1] == "help@localhost"
        assert mail.to == [desk.user.email]

    def test_by_a_comment(self, desk: Desk, ticket: Any) -> None:
        reply(desk.agent, ticket, '<script>alert(1)</script>\n<img src=x onerror="x"> & {{ desk.name }}')
        deliver(desk)
        (mail,) = inbox(desk.user)
        assert "<script" not in mail.html
        assert "&lt;script&gt;alert(1)&lt;/script&gt;<br>" in mail.html
        assert "{{ desk.name }}" in mail.html
        assert '<img src=x onerror="x"> & {{ desk.name }}' in mail.text
