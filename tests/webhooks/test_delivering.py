"""Webhooks from the log to a real receiver: every event once as a row, and what may be in it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from standardwebhooks import Webhook as Verifier

from helpdesk.clock import now
from helpdesk.comments.actions import add_comment, delete_comment
from helpdesk.webhooks import signing
from helpdesk.webhooks.actions import again, endpoints, filling, tries
from helpdesk.webhooks.models import WebhookAttempt
from tasks.courier.engine import Engine
from tests.api import Api
from tests.conftest import Desk
from tests.helpdesk.log import execute, rows_after
from tests.receiver import Receiver
from tests.webhooks.hooks import deliver, deliveries, endpoint, make_due, open_ticket, reload, states, work


class TestAnEvent:
    def test_arrives_signed_with_the_shape_of_rest(self, desk: Desk, receiver: Receiver, engine: Engine) -> None:
        webhook = endpoint(desk, receiver.url("/ok"), secret="my-own-old-secret")
        ticket_id = open_ticket(desk, "Füße 💧")
        deliver(desk, engine)
        (got,) = receiver.got
        assert states(desk, webhook) == ["delivered"]
        assert got.id == str(deliveries(desk, webhook)[0].id)
        standard = Verifier(signing.as_standard(b"my-own-old-secret"))
        body = standard.verify(got.body, got.headers)
        assert body["type"] == "ticket.created"
        assert body["data"]["ticket"]["id"] == str(ticket_id)
        assert body["seq"] == rows_after(desk.ref, 0)[-1].seq
        assert "Füße 💧".encode() in got.body
        assert got.headers["x-webhook-signature"] == signing.original_signature("my-own-old-secret", got.body)

    def test_of_before_the_endpoint_is_not_sent(self, desk: Desk, receiver: Receiver, engine: Engine) -> None:
        open_ticket(desk)
        webhook = endpoint(desk, receiver.url("/ok"))
        deliver(desk, engine)
        assert states(desk, webhook) == []

    def test_goes_to_those_who_asked_for_its_type(self, desk: Desk, receiver: Receiver, engine: Engine) -> None:
        endpoint(desk, receiver.url("/ok/comments"), events=["COMMENT_ADDED"])
        endpoint(desk, receiver.url("/ok/tickets"), events=["ticket.created"])
        ticket_id = open_ticket(desk)
        work(desk, lambda: add_comment(desk.agent, ticket_id, content="Hello", is_internal=False))
        deliver(desk, engine)
        assert [one.json["type"] for one in receiver.at("/ok/comments")] == ["comment.added"]
        assert [one.json["type"] for one in receiver.at("/ok/tickets")] == ["ticket.created"]

    def test_becomes_one_row_however_often_the_log_is_read(
        self, desk: Desk, receiver: Receiver, engine: Engine
    ) -> None:
        webhook = endpoint(desk, receiver.url("/ok"))
        for number in range(25):
            open_ticket(desk, f"ticket {number}")
        deliver(desk, engine)
        execute(desk.ref, "UPDATE log_cursor SET seq = 0")
        deliver(desk, engine)
        assert states(desk, webhook) == ["delivered"] * 25
        assert len({one.id for one in receiver.got}) == len(receiver.got) == 25
        assert sorted(one.json["seq"] for one in receiver.got) == [one.seq for one in deliveries(desk, webhook)]


class TestNotes:
    def test_stay_inside_unless_an_admin_said_otherwise(self, desk: Desk, receiver: Receiver, engine: Engine) -> None:
        endpoint(desk, receiver.url("/ok/public"))
        endpoint(desk, receiver.url("/ok/internal"), include_internal=True)
        ticket_id = open_ticket(desk)
        note = work(desk, lambda: add_comment(desk.agent, ticket_id, content="canary-note", is_internal=True))
        work(desk, lambda: delete_comment(desk.agent, note.id))
        again_ = work(desk, lambda: add_comment(desk.agent, ticket_id, content="canary-note", is_internal=True))
        deliver(desk, engine)
        assert b"canary-note" in b"".join(one.body for one in receiver.at("/ok/internal"))
        public = receiver.at("/ok/public")
        assert [one.json["type"] for one in public] == ["ticket.created"]
        for secret in (b"canary-note", str(note.id).encode(), str(again_.id).encode()):
            assert secret not in b"".join(one.body for one in public)

    def test_that_wait_stay_when_the_admin_takes_it_back(self, desk: Desk, receiver: Receiver, engine: Engine) -> None:
        webhook = endpoint(desk, receiver.url("/status/500"), include_internal=True, events=["comment.added"])
        ticket_id = open_ticket(desk)
        work(desk, lambda: add_comment(desk.agent, ticket_id, content="canary-note", is_internal=True))
        deliver(desk, engine)
        work(desk, lambda: endpoints.change_webhook(desk.admin, webhook.id, fields={"include_internal": False}))
        work(desk, lambda: endpoints.change_webhook(desk.agent, webhook.id, fields={"url": receiver.url("/ok/else")}))
        make_due(desk, webhook)
        deliver(desk, engine)
        (kept,) = deliveries(desk, webhook)
        assert (kept.state, kept.last_error) == ("failed", "It is not for this endpoint.")
        work(desk, lambda: again.redeliver(desk.agent, webhook.id, kept.id))
        deliver(desk, engine)
        assert receiver.at("/ok/else") == []


class TestADeletedComment:
    def test_is_gone_from_what_is_sent_later_and_from_what_was_answered(
        self, desk: Desk, receiver: Receiver, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        webhook = endpoint(desk, receiver.url("/status/500"), events=["comment.added"])
        ticket_id = open_ticket(desk)
        comment = work(desk, lambda: add_comment(desk.agent, ticket_id, content="canary-text", is_internal=False))
        deliver(desk, engine)
        assert b"canary-text" in receiver.got[0].body
        execute(desk.ref, "UPDATE webhook_attempt SET answer = 'you said: canary-text'")
        work(desk, lambda: delete_comment(desk.agent, comment.id))
        make_due(desk, webhook)
        deliver(desk, engine)
        assert receiver.got[-1].json["data"] == {"redacted": True}
        assert receiver.got[-1].id == receiver.got[0].id
        make_due(desk, webhook)
        (job,) = work(desk, lambda: tries.claim({}, limit=10))
        echo = tries.Result(job, now(), 1, ok=False, status=500, answer="you said: canary-text")
        work(desk, lambda: tries.keep([echo]))
        answers = work(desk, lambda: list(WebhookAttempt.objects.values_list("answer", flat=True)))
        assert "canary" not in "".join(answers)
        (shown,) = Api().as_(desk, desk.agent).get(f"/webhooks/{webhook.id}/deliveries")["data"]
        assert "canary" not in str(shown)


class TestAgain:
    def test_one_delivery_keeps_its_id_and_its_tries(self, desk: Desk, receiver: Receiver, engine: Engine) -> None:
        webhook = endpoint(desk, receiver.url("/ok"))
        open_ticket(desk)
        deliver(desk, engine)
        (delivery,) = deliveries(desk, webhook)
        work(desk, lambda: again.redeliver(desk.agent, webhook.id, delivery.id))
        deliver(desk, engine)
        assert [one.id for one in receiver.got] == [str(delivery.id)] * 2
        assert (deliveries(desk, webhook)[0].attempts, states(desk, webhook)) == (2, ["delivered"])

    def test_the_log_from_a_seq_or_a_moment(self, desk: Desk, receiver: Receiver, engine: Engine) -> None:
        open_ticket(desk, "before")
        webhook = endpoint(desk, receiver.url("/ok"), events=["ticket.created"])
        moment = now()
        for title in ("one", "two"):
            open_ticket(desk, title)
        deliver(desk, engine)
        before = {one.id for one in receiver.got}
        work(desk, lambda: again.replay(desk.agent, webhook.id, since_time=moment))
        deliver(desk, engine)
        assert len(receiver.got) == 4
        assert {one.id for one in receiver.got} == before
        work(desk, lambda: again.replay(desk.agent, webhook.id, since_seq=1))
        deliver(desk, engine)
        titles = [one.json["data"]["ticket"]["title"] for one in receiver.got]
        assert sorted(titles) == ["before", "one", "one", "one", "two", "two", "two"]
        assert states(desk, webhook) == ["delivered"] * 3

    def test_a_ping_asks_once_also_while_paused(self, desk: Desk, receiver: Receiver, engine: Engine) -> None:
        webhook = endpoint(desk, receiver.url("/status/500"), is_active=False)
        work(desk, lambda: again.ping(desk.agent, webhook.id))
        deliver(desk, engine)
        assert states(desk, webhook) == ["failed"]
        assert receiver.got[0].json["type"] == "webhook.ping"
        assert receiver.got[0].json["data"] == {"webhookId": str(webhook.id)}
        assert reload(desk, webhook).failing_since is None

    def test_from_before_is_not_what_a_try_in_flight_brings(self, desk: Desk, receiver: Receiver) -> None:
        webhook = endpoint(desk, receiver.url("/ok"))
        open_ticket(desk)
        (job,) = work(desk, lambda: (filling.fill(), tries.claim({}, limit=10))[1])
        work(desk, lambda: again.redeliver(desk.agent, webhook.id, job.delivery_id))
        work(desk, lambda: tries.keep([tries.Result(job, now(), 1, ok=True, status=200)]))
        assert states(desk, webhook) == ["pending"]


class TestAMonthLater:
    def test_what_came_to_its_end_is_forgotten_and_what_waits_is_not(
        self, desk: Desk, receiver: Receiver, engine: Engine
    ) -> None:
        done, waiting = endpoint(desk, receiver.url("/ok")), endpoint(desk, receiver.url("/status/500"))
        open_ticket(desk)
        deliver(desk, engine)
        assert work(desk, tries.forget_old_deliveries) == 0
        execute(desk.ref, "UPDATE webhook_delivery SET created_at = %s", now() - timedelta(days=31))
        assert work(desk, tries.forget_old_deliveries) == 1
        assert (states(desk, done), states(desk, waiting)) == ([], ["pending"])
        assert execute(desk.ref, "SELECT count(*) FROM webhook_attempt") == [(1,)]


class TestARotation:
    def test_signs_with_both_secrets_for_a_while(self, desk: Desk, receiver: Receiver, engine: Engine) -> None:
        webhook = endpoint(desk, receiver.url("/ok"), secret="the-old-secret")
        _, new = work(desk, lambda: endpoints.rotate_secret(desk.admin, webhook.id, secret=None, overlap_hours=24))
        open_ticket(desk)
        deliver(desk, engine)
        for secret in (new, signing.as_standard(b"the-old-secret")):
            Verifier(secret).verify(receiver.got[0].body, receiver.got[0].headers)
        execute(desk.ref, "UPDATE webhook SET previous_until = %s", now())
        open_ticket(desk)
        deliver(desk, engine)
        assert " " not in receiver.got[1].headers["webhook-signature"]
        Verifier(new).verify(receiver.got[1].body, receiver.got[1].headers)

    def test_of_the_key_they_are_stored_with(
        self, desk: Desk, receiver: Receiver, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        webhook = endpoint(desk, receiver.url("/ok"), secret="the-old-secret")
        (sealed,) = execute(desk.ref, "SELECT sealed_secret FROM webhook")[0]
        assert b"the-old-secret" not in bytes(sealed)
        monkeypatch.setattr(settings, "HUB_ENCRYPTION_KEYS", ("n" * 40, settings.SECRET_KEY))
        assert work(desk, endpoints.reseal_secrets)[1] == 1
        monkeypatch.setattr(settings, "HUB_ENCRYPTION_KEYS", ("n" * 40,))
        open_ticket(desk)
        deliver(desk, engine)
        assert receiver.got
        monkeypatch.setattr(settings, "HUB_ENCRYPTION_KEYS", ("other" * 10,))
        tries._opened.cache_clear()
        open_ticket(desk)
        deliver(desk, engine)
        assert "HUB_ENCRYPTION_KEYS" in deliveries(desk, webhook)[-1].last_error
        assert len(receiver.got) == 1
