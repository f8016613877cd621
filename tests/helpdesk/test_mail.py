"""Who is mailed what, once; and what is dropped instead."""

from __future__ import annotations

from typing import Any

import pytest

from helpdesk.clock import now
from helpdesk.comments.actions import change_comment, delete_comment
from helpdesk.mail.models import KeptMail, Mail, UndeliverableAddress
from helpdesk.notifications.actions import choose
from helpdesk.people.models import Person
from helpdesk.tickets.actions import change_ticket, create_ticket, delete_ticket
from helpdesk.vocabulary import NotificationKind, TicketStatus
from helpdesk.webhooks.actions.endpoints import create_webhook, pause_failing_webhooks
from helpdesk.webhooks.models import Webhook
from helpdesk.webhooks.rules import FAILING_AT_MOST
from helpdesk.work import unit_of_work
from tests.conftest import Desk
from tests.outbox import assigned_ticket, deliver, dispatch, inbox, mailed, only_mail, reply


@pytest.fixture
def ticket(desk: Desk) -> Any:
    return assigned_ticket(desk)


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
        assert mail.subject == "Webhook paused: The ERP https://erp.example"
        assert "for five days" in mail.text
        assert "Reply-To" not in mail.headers
        assert mailed(desk.agent) == mailed(desk.user) == []
