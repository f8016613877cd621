"""The outbox: claims, leases, tries, and what is kept."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from helpdesk.clock import now
from helpdesk.comments.actions import delete_comment
from helpdesk.dispatch.models import LogCursor
from helpdesk.mail import composing
from helpdesk.mail.actions import outbox
from helpdesk.mail.actions.outbox import claim_mails, forget_old_mails, record_outcome
from helpdesk.mail.carrier import Delayed, Sent
from helpdesk.mail.composing import compose
from helpdesk.mail.models import KeptMail, Mail
from helpdesk.mail.queries import next_due
from helpdesk.mail.rules import LEASE, MOST_ATTEMPTS, PAUSES, TOO_OLD
from helpdesk.mail.tokens import read_message_id
from helpdesk.people.models import Person
from helpdesk.tickets.actions import create_ticket
from helpdesk.work import unit_of_work
from tests.conftest import Desk
from tests.outbox import assigned_ticket, deliver, dispatch, inbox, mailed, make_due, only_mail, reply


@pytest.fixture
def ticket(desk: Desk) -> Any:
    return assigned_ticket(desk)


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


class TestAFlood:
    def test_of_receipts_to_an_unconfirmed_address_ends(
        self, desk: Desk, ticket: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(composing, "MOST_RECEIPTS_AN_HOUR", 2)
        for number in range(4):
            with unit_of_work():
                create_ticket(desk.user, fields={"title": f"Buy now {number}"})
            deliver(desk)
        assert sorted(Mail.objects.values_list("state", flat=True)) == ["dropped", "dropped", "sent", "sent"]
        Person.objects.update(email_confirmed_at=now())
        with unit_of_work():
            create_ticket(desk.user, fields={"title": "The last"})
        deliver(desk)
        assert Mail.objects.filter(state="sent").count() == 3


class TestWhatCouldNotLeave:
    def test_for_a_week_is_dropped(self, desk: Desk, ticket: Any) -> None:
        reply(desk.agent, ticket, "Hello")
        dispatch()
        Mail.objects.update(created_at=now() - TOO_OLD)
        deliver(desk)
        assert (only_mail().state, only_mail().last_error) == ("dropped", "It could not leave for a week.")


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
