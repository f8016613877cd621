"""The courier against a real SMTP server that is well, refuses, drops, hangs, or is away and comes back."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import Any

import pytest
from django.db import connection, transaction

from helpdesk.comments.actions import add_comment
from helpdesk.mail import carrier
from helpdesk.mail.carrier import Carrier, Delayed, Refused, failure_of
from helpdesk.mail.models import Mail, UndeliverableAddress
from helpdesk.mail.tokens import read_message_id
from helpdesk.tickets.actions import create_ticket
from helpdesk.work import unit_of_work
from tasks import mail as courier
from tasks.mail import deliver_mail
from tenants import context
from tests.conftest import Desk
from tests.outbox import deliver, dispatch, make_due
from tests.smtp import free_port, hanging_server, smtp_sink

TITLE = "Прокси: the VPN drops"


@pytest.fixture
def port(settings: Any, monkeypatch: pytest.MonkeyPatch) -> int:
    """Where the hub looks for its mail server."""
    settings.MAIL_BACKEND = "smtp"
    settings.MAIL_BACKEND_CLASS = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_TIMEOUT = 10
    monkeypatch.setattr(carrier, "LETTER_WITHIN_S", 1.0)
    return int(settings.EMAIL_PORT)


@pytest.fixture
def ticket(desk: Desk) -> Any:
    with unit_of_work():
        return create_ticket(desk.user, fields={"title": TITLE})


def only_mail() -> Mail:
    return Mail.objects.get()


def reply(desk: Desk, ticket: Any, times: int) -> None:
    for number in range(times):
        with unit_of_work():
            add_comment(desk.agent, ticket.id, content=f"Reply {number}", is_internal=False)


class TestAServerThatIsWell:
    def test_gets_the_whole_mail_once(self, desk: Desk, ticket: Any, port: int) -> None:
        with smtp_sink(port) as sink:
            deliver(desk)
            deliver(desk)
        (letter,) = sink.letters
        assert sink.envelopes == [("help@localhost", [desk.user.email])]
        assert letter["Subject"] == f"[#{ticket.number}] {TITLE}"
        assert read_message_id(letter["Message-ID"]) == (only_mail().id, desk.ref.id)
        assert letter["Reply-To"].startswith("reply+")
        assert letter["Auto-Submitted"] == "auto-generated"
        assert letter.get_content_type() == "multipart/alternative"
        text, page = letter.iter_parts()
        assert TITLE in text.get_content()
        assert f"<strong>#{ticket.number} {TITLE}</strong>" in page.get_content()
        assert (only_mail().state, only_mail().attempts, only_mail().due_at) == ("sent", 1, None)

    def test_gets_many_over_one_connection(self, desk: Desk, ticket: Any, port: int) -> None:
        reply(desk, ticket, 5)
        with smtp_sink(port) as sink:
            deliver(desk)
        assert len(sink.letters) == 6
        assert len(sink.sessions) == 1
        assert len({letter["Message-ID"] for letter in sink.letters}) == 6
        assert len({letter["References"] for letter in sink.letters}) == 1


class TestAServerThatRefuses:
    def test_the_recipient_for_good_is_a_bounce_at_once(self, desk: Desk, ticket: Any, port: int) -> None:
        with smtp_sink(port, refuse_recipient="550 5.1.1 No such user") as sink:
            deliver(desk)
        mail = only_mail()
        assert (mail.state, mail.attempts, mail.due_at) == ("failed", 1, None)
        assert mail.last_error == mail.bounce_reason == "550 5.1.1 No such user"
        assert mail.bounced_at is not None
        assert sink.letters == []

    def test_the_recipient_for_now_is_tried_again(self, desk: Desk, ticket: Any, port: int) -> None:
        with smtp_sink(port, refuse_recipient="451 4.7.1 Greylisted") as sink:
            deliver(desk)
            assert (only_mail().state, only_mail().last_error) == ("pending", "451 4.7.1 Greylisted")
            assert only_mail().bounced_at is None
            sink.refuse_recipient = ""
            make_due()
            deliver(desk)
        assert (only_mail().state, only_mail().attempts) == ("sent", 2)

    def test_the_text_for_good_ends_it_and_says_nothing_of_the_address(
        self, desk: Desk, ticket: Any, port: int
    ) -> None:
        with smtp_sink(port, refuse_data="554 5.7.1 Spam"):
            deliver(desk)
        assert (only_mail().state, only_mail().last_error) == ("failed", "554 5.7.1 Spam")
        assert only_mail().bounced_at is None

    @pytest.mark.parametrize(
        "said", ["554 5.7.1 Relay access denied", "530 Authentication required", "503 Bad sequence", "552 5.2.2 Full"]
    )
    def test_us_is_tried_again_and_says_nothing_of_the_address(
        self, desk: Desk, ticket: Any, port: int, said: str
    ) -> None:
        reply(desk, ticket, 3)
        with smtp_sink(port, refuse_recipient=said):
            deliver(desk)
        assert set(Mail.objects.values_list("state", "last_error", "bounced_at")) == {("pending", said, None)}
        assert not UndeliverableAddress.objects.exists()

    def test_a_recipient_three_times_gets_no_more(self, desk: Desk, ticket: Any, port: int) -> None:
        reply(desk, ticket, 2)
        with smtp_sink(port, refuse_recipient="550 5.1.1 No such user"):
            deliver(desk)
        assert UndeliverableAddress.objects.get().address == desk.user.email
        reply(desk, ticket, 1)
        with smtp_sink(port) as sink:
            deliver(desk)
        assert sink.letters == []
        assert Mail.objects.filter(state="dropped").count() == 1


class TestAServerThatFails:
    def test_by_dropping_after_it_took_the_mail_gets_it_again_with_one_message_id(
        self, desk: Desk, ticket: Any, port: int
    ) -> None:
        with smtp_sink(port, drop_after_data=1) as sink:
            deliver(desk)
            assert (only_mail().state, only_mail().last_error) == ("pending", "The mail server closed the connection.")
            make_due()
            deliver(desk)
        first, second = sink.letters
        assert first["Message-ID"] == second["Message-ID"]
        assert (only_mail().state, only_mail().attempts) == ("sent", 2)

    def test_by_dropping_one_mail_gets_the_others(self, desk: Desk, ticket: Any, port: int) -> None:
        reply(desk, ticket, 2)
        with smtp_sink(port, drop_after_data=1):
            deliver(desk)
        assert sorted(Mail.objects.values_list("state", flat=True)) == ["pending", "sent", "sent"]

    def test_by_hanging_is_waited_for_once_a_claim(self, desk: Desk, ticket: Any, port: int, settings: Any) -> None:
        settings.EMAIL_TIMEOUT = 0.3
        reply(desk, ticket, 4)
        with hanging_server(port) as taken:
            deliver(desk)
        assert len(taken) == 1
        assert set(Mail.objects.values_list("state", "attempts", "last_error")) == {
            ("pending", 0, "The mail server did not answer in time.")
        }

    def test_by_dripping_its_answers_is_left(
        self, desk: Desk, ticket: Any, port: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with smtp_sink(port, drip_after_data=0.2):
            deliver(desk)
        assert only_mail().state == "pending"
        assert only_mail().last_error

    def test_by_being_away_gets_it_when_it_is_back(self, desk: Desk, ticket: Any, port: int) -> None:
        deliver(desk)
        assert (only_mail().state, only_mail().attempts) == ("pending", 0), "away counts as no try"
        assert only_mail().last_error == "The mail server cannot be reached (ConnectionRefusedError)."
        assert wakeup(desk) == only_mail().due_at
        with smtp_sink(port) as sink:
            deliver(desk)
            assert sink.letters == []  # not due yet
            make_due()
            deliver(desk)
        assert len(sink.letters) == 1
        assert wakeup(desk) is None


class TestNoServer:
    def test_is_told_and_pretends_nothing(self, desk: Desk, ticket: Any, settings: Any) -> None:
        settings.MAIL_BACKEND = ""
        deliver(desk)
        assert only_mail().state == "pending"
        assert "MAIL_BACKEND" in only_mail().last_error


class TestTheDoor:
    def test_turns_a_job_away_when_its_slots_are_taken(
        self, desk: Desk, ticket: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        dispatch()
        monkeypatch.setattr(courier, "_slots", BoundedSemaphore(1))
        with courier._slots:
            assert deliver_mail(str(desk.ref.id)) == 0
        assert (only_mail().state, only_mail().attempts) == ("pending", 0)
        assert wakeup(desk) is not None
        assert deliver_mail(str(desk.ref.id)) == 1

    def test_forgets_the_wake_ups_of_a_tenant_that_is_gone(self, db: None) -> None:
        gone = "01890a5d-ac96-774b-bcce-b302099a8057"
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("INSERT INTO public.wakeup (tenant_id, kind, due_at) VALUES (%s, 'mail', now())", [gone])
        assert deliver_mail(gone) == 0
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM public.wakeup WHERE tenant_id = %s", [gone])
            assert cursor.fetchone()[0] == 0

    def test_holds_no_transaction_open_while_a_mail_is_carried(
        self, own_desk: Callable[..., Desk], port: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        desk = own_desk()
        seen: list[bool] = []
        carry = Carrier.carry

        def watching(self: Any, letter: Any) -> Any:
            seen.append(connection.in_atomic_block)
            return carry(self, letter)

        monkeypatch.setattr(Carrier, "carry", watching)
        with context.tenant(desk.ref):
            with unit_of_work():
                create_ticket(desk.user, fields={"title": TITLE})
            dispatch()
        with smtp_sink(port) as sink:
            deliver_mail(str(desk.ref.id))
        assert seen == [False]
        assert len(sink.letters) == 1


class OfOtherProcesses(set[str]):
    """Jobs of other couriers, of which this process knows nothing."""

    def __contains__(self, tenant_id: object) -> bool:
        return False


def test_four_couriers_at_once_send_each_mail_once(
    own_desk: Callable[..., Desk], port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = own_desk()
    monkeypatch.setattr(courier, "_desks", OfOtherProcesses())
    monkeypatch.setattr(courier, "MOST_CLAIMS", 20)
    with context.tenant(desk.ref):
        with unit_of_work():
            for number in range(40):
                create_ticket(desk.user, fields={"title": f"Ticket {number}"})
        dispatch()

    def work(_: int) -> int:
        try:
            return int(deliver_mail(str(desk.ref.id)))
        finally:
            connection.close()

    with smtp_sink(port) as sink, ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(work, range(4)))
    assert sum(taken) == 40
    assert len({letter["Message-ID"] for letter in sink.letters}) == len(sink.letters) == 40
    with context.tenant(desk.ref), unit_of_work():
        assert set(Mail.objects.values_list("state", "attempts")) == {("sent", 1)}
        assert wakeup(desk) is None


class TestWords:
    def test_of_a_refused_sign_in_hold_no_name(self) -> None:
        outcome = failure_of(smtplib.SMTPAuthenticationError(535, b"5.7.8 bad password for hunter2"))
        assert outcome == Delayed("The mail server refused our name or password (535).")

    def test_of_an_unknown_trouble_hold_only_its_kind(self) -> None:
        assert failure_of(RuntimeError("api key hunter2")) == Delayed("It could not be sent (RuntimeError).")

    def test_of_a_refused_sender_blame_nobody_for_good(self) -> None:
        assert isinstance(failure_of(smtplib.SMTPSenderRefused(530, b"Sign in first", "a@b")), Delayed)

    def test_of_a_server_are_one_line(self) -> None:
        outcome = failure_of(smtplib.SMTPDataError(554, b"no\r\nBcc: x\0y"))
        assert outcome == Refused("554 no Bcc: x y")


def wakeup(desk: Desk) -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT due_at FROM public.wakeup WHERE tenant_id = %s AND kind = 'mail'", [desk.ref.id])
        row = cursor.fetchone()
    return row[0] if row else None
