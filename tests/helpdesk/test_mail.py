"""Who is mailed what, once; what the mail says when it is sent; and what is dropped instead."""

from __future__ import annotations

from email.utils import parseaddr
from typing import Any

import pytest
from django.db import connection

from helpdesk.clock import now
from helpdesk.comments.actions import add_comment, change_comment, delete_comment
from helpdesk.dispatch.models import LogCursor
from helpdesk.mail.actions import outbox
from helpdesk.mail.actions.outbox import claim_mails, forget_old_mails, record_outcome
from helpdesk.mail.carrier import Delayed, Sent
from helpdesk.mail.composing import compose, reply_key
from helpdesk.mail.models import KeptMail, Mail, UndeliverableAddress
from helpdesk.mail.queries import next_due
from helpdesk.mail.rules import LEASE, MOST_ATTEMPTS, PAUSES
from helpdesk.mail.tokens import ReplyTo, read_message_id, read_reply_token
from helpdesk.notifications.actions import choose
from helpdesk.people.models import Person
from helpdesk.tickets.actions import change_ticket, create_ticket, delete_ticket
from helpdesk.vocabulary import NotificationKind, TicketStatus
from helpdesk.webhooks.actions.endpoints import create_webhook, pause_failing_webhooks
from helpdesk.webhooks.models import Webhook
from helpdesk.webhooks.rules import FAILING_AT_MOST
from helpdesk.work import unit_of_work
from tests.conftest import Desk
from tests.outbox import deliver, dispatch, inbox, mailed, make_due


@pytest.fixture
def ticket(desk: Desk) -> Any:
    """The requester's, assigned to the agent, and every mail that led there is gone."""
    with unit_of_work():
        made = create_ticket(desk.user, fields={"title": "The VPN drops", "description": "Every ten minutes."})
        change_ticket(desk.admin, made.id, fields={"assigned_to_id": desk.agent.id})
    dispatch()
    Mail.objects.all().delete()
    return made


def reply(actor: Person, ticket: Any, content: str, *, is_internal: bool = False) -> Any:
    with unit_of_work():
        return add_comment(actor, ticket.id, content=content, is_internal=is_internal)


def only_mail() -> Mail:
    return Mail.objects.get()


class TestANewTicket:
    def test_is_confirmed_to_its_requester_who_opened_it(self, desk: Desk) -> None:
        with unit_of_work():
            create_ticket(desk.user, fields={"title": "No sound"})
        dispatch()
        assert mailed(desk.user) == ["ticket_received"]
        assert Mail.objects.count() == 1

    def test_that_an_agent_opened_is_confirmed_to_the_requester_alone(self, desk: Desk) -> None:
        with unit_of_work():
            create_ticket(desk.agent, fields={"title": "No sound", "requester_id": desk.user.id})
        dispatch()
        assert mailed(desk.user) == ["ticket_received"]
        assert mailed(desk.agent) == []

    def test_is_told_to_the_agent_whom_it_is_assigned_to(self, desk: Desk) -> None:
        with unit_of_work():
            create_ticket(
                desk.agent, fields={"title": "x", "requester_id": desk.user.id, "assigned_to_id": desk.ada.id}
            )
        dispatch()
        assert mailed(desk.ada) == ["assigned"]

    def test_no_preference_keeps_the_receipt_away(self, desk: Desk) -> None:
        with unit_of_work():
            choose(desk.user, choices=dict.fromkeys(NotificationKind, (False, False)))
            create_ticket(desk.user, fields={"title": "No sound"})
        deliver(desk)
        assert only_mail().state == "sent"
        assert "List-Unsubscribe" not in inbox(desk.user)[0].headers


class TestAPublicReply:
    def test_goes_to_the_requester_and_not_to_its_author(self, desk: Desk, ticket: Any) -> None:
        reply(desk.agent, ticket, "Which client?")
        dispatch()
        assert mailed(desk.user) == ["public_reply"]
        assert Mail.objects.count() == 1

    def test_of_the_requester_is_mailed_to_nobody(self, desk: Desk, ticket: Any) -> None:
        reply(desk.user, ticket, "Version 7")
        dispatch()
        assert not Mail.objects.exists()

    def test_that_mentions_the_requester_is_one_mail(self, desk: Desk, ticket: Any) -> None:
        reply(desk.agent, ticket, "@user, which client?")
        dispatch()
        assert mailed(desk.user) == ["public_reply"]

    def test_is_not_mailed_to_who_wants_none(self, desk: Desk, ticket: Any) -> None:
        with unit_of_work():
            choose(desk.user, choices={NotificationKind.COMMENT_ADDED: (True, False)})
        reply(desk.agent, ticket, "Which client?")
        dispatch()
        assert not Mail.objects.exists()

    def test_is_not_mailed_to_who_is_deactivated(self, desk: Desk, ticket: Any) -> None:
        Person.objects.filter(id=desk.user.id).update(is_active=False)
        reply(desk.agent, ticket, "Which client?")
        dispatch()
        assert not Mail.objects.exists()


class TestANote:
    def test_is_never_mailed_to_a_requester(self, desk: Desk, ticket: Any) -> None:
        reply(desk.agent, ticket, "@user @ada he is rude", is_internal=True)
        deliver(desk)
        assert mailed(desk.user) == []
        assert not [mail for mail in KeptMail.objects.all() if mail not in inbox(desk.ada)]

    def test_is_mailed_with_its_text_to_the_agent_it_mentions(self, desk: Desk, ticket: Any) -> None:
        reply(desk.agent, ticket, "@ada what do you think?", is_internal=True)
        deliver(desk)
        assert mailed(desk.ada) == ["mentioned"]
        assert "what do you think?" in inbox(desk.ada)[0].text

    def test_is_not_sent_to_an_agent_who_has_become_a_requester(self, desk: Desk, ticket: Any) -> None:
        reply(desk.agent, ticket, "@ada secret", is_internal=True)
        dispatch()
        Person.objects.filter(id=desk.ada.id).update(role="USER")
        deliver(desk)
        assert only_mail().state == "dropped"
        assert not KeptMail.objects.exists()

    def test_row_that_names_a_requester_is_never_written_as_a_mail(self, desk: Desk, ticket: Any) -> None:
        """Whatever put such a row there: visibility is asked again when the mail is written."""
        note = reply(desk.agent, ticket, "he is rude", is_internal=True)
        dispatch()
        Mail.objects.create(
            person=desk.user, event_id=note.id, kind="public_reply", ticket_id=ticket.id, comment_id=note.id
        )
        deliver(desk)
        assert only_mail().state == "dropped"


class TestAStatus:
    def test_that_changed_is_told_to_the_requester(self, desk: Desk, ticket: Any) -> None:
        with unit_of_work():
            change_ticket(desk.agent, ticket.id, fields={"status": TicketStatus.IN_PROGRESS})
        deliver(desk)
        assert mailed(desk.user) == ["status_changed"]
        assert "in progress" in inbox(desk.user)[0].text
        assert mailed(desk.agent) == []

    def test_that_the_requester_changed_is_told_to_nobody(self, desk: Desk, ticket: Any) -> None:
        with unit_of_work():
            change_ticket(desk.user, ticket.id, fields={"status": TicketStatus.CLOSED})
        dispatch()
        assert not Mail.objects.exists()

    def test_that_has_changed_again_is_told_once(self, desk: Desk, ticket: Any) -> None:
        for status in (TicketStatus.PENDING, TicketStatus.RESOLVED):
            with unit_of_work():
                change_ticket(desk.agent, ticket.id, fields={"status": status})
        deliver(desk)
        assert sorted(Mail.objects.values_list("state", flat=True)) == ["dropped", "sent"]
        assert "resolved" in inbox(desk.user)[0].text


class TestAnAssignment:
    def test_is_told_to_the_assignee(self, desk: Desk, ticket: Any) -> None:
        with unit_of_work():
            change_ticket(desk.agent, ticket.id, fields={"assigned_to_id": desk.ada.id})
        dispatch()
        assert mailed(desk.ada) == ["assigned"]
        assert mailed(desk.agent) == mailed(desk.user) == []

    def test_to_oneself_is_told_to_nobody(self, desk: Desk, ticket: Any) -> None:
        with unit_of_work():
            change_ticket(desk.ada, ticket.id, fields={"assigned_to_id": desk.ada.id})
        dispatch()
        assert not Mail.objects.exists()

    def test_that_was_taken_back_is_not_sent(self, desk: Desk, ticket: Any) -> None:
        with unit_of_work():
            change_ticket(desk.agent, ticket.id, fields={"assigned_to_id": desk.ada.id})
        dispatch()
        with unit_of_work():
            change_ticket(desk.agent, ticket.id, fields={"assigned_to_id": None})
        deliver(desk)
        assert only_mail().state == "dropped"


class TestWhatHappensBeforeItIsSent:
    """Each of these drops the mail, says why, and nothing of it reaches a mailbox."""

    @pytest.fixture
    def queued(self, desk: Desk, ticket: Any) -> Any:
        comment = reply(desk.agent, ticket, "Top secret advice")
        dispatch()
        return comment

    def require_dropped(self, desk: Desk, why: str) -> None:
        deliver(desk)
        mail = Mail.objects.get(kind="public_reply")
        assert (mail.state, mail.due_at, mail.sent_at) == ("dropped", None, None)
        assert why in mail.last_error
        assert not KeptMail.objects.exists()

    def test_the_comment_is_deleted(self, desk: Desk, queued: Any) -> None:
        with unit_of_work():
            delete_comment(desk.agent, queued.id)
        self.require_dropped(desk, "comment has been deleted")

    def test_the_ticket_is_deleted(self, desk: Desk, ticket: Any, queued: Any) -> None:
        with unit_of_work():
            delete_ticket(desk.admin, ticket.id)
        self.require_dropped(desk, "ticket has been deleted")

    def test_the_person_is_deactivated(self, desk: Desk, queued: Any) -> None:
        Person.objects.filter(id=desk.user.id).update(is_active=False)
        self.require_dropped(desk, "deactivated")

    def test_the_ticket_gets_another_requester(self, desk: Desk, ticket: Any, queued: Any) -> None:
        with unit_of_work():
            change_ticket(desk.agent, ticket.id, fields={"requester_id": desk.other_user.id})
        self.require_dropped(desk, "no longer theirs")

    def test_the_person_wants_no_more(self, desk: Desk, queued: Any) -> None:
        with unit_of_work():
            choose(desk.user, choices={NotificationKind.COMMENT_ADDED: (True, False)})
        self.require_dropped(desk, "want no mails")

    def test_the_address_turns_out_to_be_dead(self, desk: Desk, queued: Any) -> None:
        UndeliverableAddress.objects.create(address=desk.user.email, reason="bounced")
        self.require_dropped(desk, "undeliverable")

    def test_a_corrected_comment_is_sent_as_it_stands(self, desk: Desk, queued: Any) -> None:
        with unit_of_work():
            change_comment(desk.agent, queued.id, content="Better advice")
        deliver(desk)
        text = inbox(desk.user)[0].text
        assert "Better advice" in text
        assert "Top secret" not in text


class TestTheOutbox:
    def test_queues_nobody_twice_when_the_log_is_read_again(self, desk: Desk, ticket: Any) -> None:
        reply(desk.agent, ticket, "Once")
        deliver(desk)
        before = set(Mail.objects.values_list("id", flat=True))
        kept = KeptMail.objects.count()
        LogCursor.objects.update(seq=0)
        deliver(desk)
        assert set(Mail.objects.values_list("id", flat=True)) >= before
        assert mailed(desk.user).count("public_reply") == 1
        assert [mail.message_id for mail in inbox(desk.user)].count(inbox(desk.user)[0].message_id) == 1
        assert KeptMail.objects.count() >= kept

    def test_wakes_the_courier_with_the_row(self, desk: Desk, ticket: Any) -> None:
        reply(desk.agent, ticket, "Hello")
        dispatch()
        assert wakeup(desk) is not None
        deliver(desk)
        assert wakeup(desk) is None

    def test_stores_no_text_of_a_comment(self, desk: Desk, ticket: Any) -> None:
        reply(desk.agent, ticket, "Top secret advice")
        deliver(desk)
        assert "Top secret" not in str(Mail.objects.values())

    def test_tries_again_on_schedule_with_one_message_id(
        self, desk: Desk, ticket: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        reply(desk.agent, ticket, "Hello")
        dispatch()
        seen = []
        for attempt in range(1, MOST_ATTEMPTS + 1):
            with unit_of_work():
                (letter,) = claim_mails().letters
                seen.append(letter.headers["Message-ID"])
                moment = now()
                monkeypatch.setattr(outbox, "now", lambda moment=moment: moment)
                record_outcome(letter, Delayed("The mail server is away."))
                monkeypatch.undo()
            mail = only_mail()
            assert mail.attempts == attempt
            assert mail.last_error == "The mail server is away."
            if attempt < MOST_ATTEMPTS:
                assert (mail.state, mail.due_at) == ("pending", moment + PAUSES[attempt - 1])
            make_due()
        assert (mail.state, mail.due_at) == ("failed", None)
        assert len(set(seen)) == 1
        assert read_message_id(seen[0]) == (mail.id, desk.ref.id)

    def test_leaves_a_claimed_mail_to_its_worker_until_the_lease_ends(self, desk: Desk, ticket: Any) -> None:
        reply(desk.agent, ticket, "Hello")
        dispatch()
        with unit_of_work():
            before = now()
            assert len(claim_mails().letters) == 1
            assert claim_mails().count == 0
        assert (due := next_due()) is not None
        assert due >= before + LEASE
        make_due()  # its worker was killed
        with unit_of_work():
            (again,) = claim_mails().letters
        assert again.attempt == 2

    def test_believes_a_late_success_and_no_late_failure(self, desk: Desk, ticket: Any) -> None:
        reply(desk.agent, ticket, "Hello")
        dispatch()
        with unit_of_work():
            (late,) = claim_mails().letters
            make_due()
            claim_mails()
            record_outcome(late, Delayed("too late"))
            assert only_mail().last_error == ""
            record_outcome(late, Sent("abc"))
        assert (only_mail().state, only_mail().carrier_id) == ("sent", "abc")

    def test_gives_up_a_mail_whose_workers_all_die(self, desk: Desk, ticket: Any) -> None:
        reply(desk.agent, ticket, "Hello")
        dispatch()
        Mail.objects.update(attempts=MOST_ATTEMPTS)
        deliver(desk)
        assert only_mail().state == "failed"

    def test_a_mail_that_cannot_be_written_stops_no_other(
        self, desk: Desk, ticket: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        reply(desk.agent, ticket, "First")
        reply(desk.agent, ticket, "Second")
        dispatch()
        poison = Mail.objects.order_by("due_at", "id")[0].id

        def fragile(mail: Mail, templates: Any) -> Any:
            if mail.id == poison:
                raise RuntimeError("the password is hunter2")
            return compose(mail, templates)

        monkeypatch.setattr(outbox, "compose", fragile)
        deliver(desk)
        ill = Mail.objects.get(id=poison)
        assert (ill.state, ill.last_error) == ("pending", "It could not be written (RuntimeError).")
        assert Mail.objects.exclude(id=poison).get().state == "sent"

    def test_forgets_what_is_old_and_keeps_the_newest_of_the_local_store(
        self, desk: Desk, ticket: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for text in ("one", "two", "three"):
            reply(desk.agent, ticket, text)
        deliver(desk)
        reply(desk.agent, ticket, "waits")
        dispatch()
        Mail.objects.update(created_at="2020-01-01T00:00:00Z")
        monkeypatch.setattr(outbox, "MOST_KEPT_LOCALLY", 2)
        newest = {mail.id for mail in inbox(desk.user)[-2:]}
        forget_old_mails()
        assert [mail.state for mail in Mail.objects.all()] == ["pending"]
        assert {mail.id for mail in KeptMail.objects.all()} == newest

    def test_takes_no_notice_of_a_redacted_event(self, desk: Desk, ticket: Any) -> None:
        comment = reply(desk.agent, ticket, "Unsaid")
        with unit_of_work():
            delete_comment(desk.agent, comment.id)
        deliver(desk)
        assert not Mail.objects.exists()


def wakeup(desk: Desk) -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT due_at FROM public.wakeup WHERE tenant_id = %s AND kind = 'mail'", [desk.ref.id])
        return cursor.fetchone()


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


class TestAPausedWebhook:
    def test_is_told_to_the_admins_alone(self, desk: Desk) -> None:
        fields = {"url": "https://erp.example/hooks", "events": ["*"], "description": "The ERP"}
        with unit_of_work():
            webhook, _ = create_webhook(desk.agent, fields=fields, secret=None)
            Webhook.objects.filter(id=webhook.id).update(failing_since=now() - FAILING_AT_MOST)
            assert pause_failing_webhooks() == 1
        deliver(desk)
        assert mailed(desk.admin) == ["webhook_paused"]
        (mail,) = inbox(desk.admin)
        assert mail.subject == "Webhook paused: The ERP https://erp.example/hooks"
        assert "for five days" in mail.text
        assert "Reply-To" not in mail.headers
        assert mailed(desk.agent) == mailed(desk.user) == []


class TestWithoutAMailServer:
    def test_mails_wait_and_it_counts_as_no_try(self, desk: Desk, settings: Any) -> None:
        with unit_of_work():
            create_ticket(desk.user, fields={"title": "The VPN drops"})
        settings.MAIL_BACKEND = ""
        deliver(desk)
        mail = Mail.objects.get()
        assert (mail.state, mail.attempts) == ("pending", 0)
        assert "MAIL_BACKEND" in mail.last_error
        assert mail.due_at is not None
        assert mail.due_at > now()
        settings.MAIL_BACKEND = "local"
        make_due()
        deliver(desk)
        assert Mail.objects.get().state == "sent"
