"""Webhooks from the log to a real receiver: every event once as a row, each row as often as it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from ipaddress import ip_network
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection
from standardwebhooks import Webhook as Verifier

from helpdesk.clock import now
from helpdesk.comments.actions import add_comment, delete_comment
from helpdesk.tickets.actions import create_ticket
from helpdesk.webhooks import queries, signing
from helpdesk.webhooks.actions import again, endpoints, filling, tries
from helpdesk.webhooks.models import Webhook, WebhookAttempt, WebhookDelivery
from helpdesk.webhooks.queries import next_due
from helpdesk.work import unit_of_work
from tasks.courier.engine import Engine
from tasks.wakeups import count_waiting
from tenants import context
from tests.api import Api
from tests.conftest import Desk
from tests.helpdesk.log import execute, payload, rows_after
from tests.receiver import Receiver, receiving
from tests.tasks.courier import courier, dispatch, until


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


@pytest.fixture
def desk(own_desk: Callable[[], Desk], monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(settings, "WEBHOOK_ALLOWED_NETWORKS", (ip_network("127.0.0.0/8"),))
    made = own_desk()
    yield made
    connection.close()


@pytest.fixture
def engine(desk: Desk) -> Iterator[Engine]:
    with courier() as running:
        yield running


def work(desk: Desk, fn: Callable[[], Any]) -> Any:
    with context.tenant(desk.ref), unit_of_work():
        return fn()


def endpoint(desk: Desk, url: str, *, secret: str | None = None, **fields: Any) -> Webhook:
    wanted = {"url": url, "events": ["*"]} | fields
    made: Webhook = work(desk, lambda: endpoints.create_webhook(desk.admin, fields=wanted, secret=secret)[0])
    return made


def open_ticket(desk: Desk, title: str = "The VPN drops") -> UUID:
    made: UUID = work(desk, lambda: create_ticket(desk.user, fields={"title": title})).id
    return made


def deliveries(desk: Desk, webhook: Webhook) -> list[WebhookDelivery]:
    found: list[WebhookDelivery] = work(
        desk, lambda: list(WebhookDelivery.objects.filter(webhook=webhook).order_by("seq", "id"))
    )
    return found


def states(desk: Desk, webhook: Webhook) -> list[str]:
    return [one.state for one in deliveries(desk, webhook)]


def reload(desk: Desk, webhook: Webhook) -> Webhook:
    found: Webhook = work(desk, lambda: Webhook.objects.get(id=webhook.id))
    return found


def deliver(desk: Desk, engine: Engine) -> None:
    """What the jobs do: dispatch, ring, and wait until the courier rests."""
    dispatch(desk)
    engine.ring(desk.ref)
    until(lambda: desk.ref.id not in engine._serving and due_in_s(desk) > 0, "the courier does not come to rest")


def due_in_s(desk: Desk) -> float:
    at = work(desk, next_due)
    return float("inf") if at is None else (at - now()).total_seconds()


def make_due(desk: Desk, webhook: Webhook) -> None:
    execute(desk.ref, "UPDATE webhook SET not_before = NULL WHERE id = %s", webhook.id)
    due = "UPDATE webhook_delivery SET due_at = %s WHERE webhook_id = %s AND state = 'pending'"
    execute(desk.ref, due, now(), webhook.id)


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
        answers = work(desk, lambda: list(WebhookAttempt.objects.values_list("answer", flat=True)))
        assert "canary" not in "".join(answers)
        (shown,) = Api().as_(desk, desk.agent).get(f"/webhooks/{webhook.id}/deliveries")["data"]
        assert "canary" not in str(shown)


class TestAReceiverInTrouble:
    def test_is_tried_again_with_the_same_id_until_it_takes_it(
        self, desk: Desk, receiver: Receiver, engine: Engine
    ) -> None:
        webhook = endpoint(desk, receiver.url("/ok"))
        receiver.answers["/ok"] = "/status/503"
        open_ticket(desk)
        deliver(desk, engine)
        assert states(desk, webhook) == ["pending"]
        assert 3 < due_in_s(desk) < 7
        assert reload(desk, webhook).failing_since is not None
        assert count_waiting("failing_webhooks") == 1
        make_due(desk, webhook)
        del receiver.answers["/ok"]
        deliver(desk, engine)
        (delivery,) = deliveries(desk, webhook)
        assert (delivery.state, delivery.attempts, delivery.last_error) == ("delivered", 2, "")
        assert {one.id for one in receiver.got} == {str(delivery.id)}
        assert reload(desk, webhook).failing_since is None
        assert count_waiting("failing_webhooks") == 0
        first, second = work(desk, lambda: list(WebhookAttempt.objects.order_by("number")))
        assert (first.status, second.status, second.answer) == (503, 200, "thank you")

    def test_that_is_given_up_after_ten_tries(self, desk: Desk, receiver: Receiver, engine: Engine) -> None:
        webhook = endpoint(desk, receiver.url("/status/500"))
        open_ticket(desk)
        for _ in range(10):
            deliver(desk, engine)
            make_due(desk, webhook)
        (delivery,) = deliveries(desk, webhook)
        assert (delivery.state, delivery.attempts, delivery.due_at) == ("failed", 10, None)
        assert due_in_s(desk) == float("inf")

    def test_that_asks_for_a_year_gets_a_day_and_nothing_in_between(
        self, desk: Desk, receiver: Receiver, engine: Engine
    ) -> None:
        webhook = endpoint(desk, receiver.url("/later/31536000"))
        open_ticket(desk)
        deliver(desk, engine)
        open_ticket(desk)
        deliver(desk, engine)
        assert len(receiver.got) == 1
        assert 86_000 < due_in_s(desk) <= 86_400
        assert states(desk, webhook) == ["pending", "pending"]

    def test_that_is_gone_is_paused_and_somebody_told(self, desk: Desk, receiver: Receiver, engine: Engine) -> None:
        webhook = endpoint(desk, receiver.url("/status/410"))
        open_ticket(desk)
        deliver(desk, engine)
        paused = reload(desk, webhook)
        assert (paused.is_active, paused.paused_reason) == (False, "gone")
        event = rows_after(desk.ref, 0)[-1]
        assert event.type == "webhook.paused"
        assert payload(event)["data"]["webhook"]["pausedReason"] == "gone"
        open_ticket(desk)
        deliver(desk, engine)
        assert len(receiver.got) == 1
        # Its cursor has stayed: it goes on where it stopped.
        receiver.answers["/status/410"] = "/ok"
        work(desk, lambda: endpoints.change_webhook(desk.agent, webhook.id, fields={"is_active": True}))
        make_due(desk, webhook)
        deliver(desk, engine)
        assert states(desk, webhook) == ["delivered", "delivered"]

    def test_for_five_days_is_paused(self, desk: Desk, receiver: Receiver, engine: Engine) -> None:
        webhook = endpoint(desk, receiver.url("/status/500"))
        open_ticket(desk)
        deliver(desk, engine)
        assert work(desk, endpoints.pause_failing_webhooks) == 0
        execute(desk.ref, "UPDATE webhook SET failing_since = %s", now() - timedelta(days=5))
        assert work(desk, endpoints.pause_failing_webhooks) == 1
        assert (reload(desk, webhook).is_active, reload(desk, webhook).paused_reason) == (False, "failing")
        assert count_waiting("failing_webhooks") == 0

    def test_delays_nobody_else(self, desk: Desk, receiver: Receiver, engine: Engine) -> None:
        hanging, dripping = endpoint(desk, receiver.url("/hang")), endpoint(desk, receiver.url("/drip"))
        healthy = endpoint(desk, receiver.url("/ok"))
        for number in range(30):
            open_ticket(desk, f"ticket {number}")
        dispatch(desk)
        engine.ring(desk.ref)
        until(lambda: states(desk, healthy).count("delivered") == 30)
        assert "delivered" not in {*states(desk, hanging), *states(desk, dripping)}

    def test_has_at_most_a_thousand_waiting(
        self, desk: Desk, receiver: Receiver, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for module in (filling, queries):
            monkeypatch.setattr(module, "MOST_AHEAD", 5)
        webhook = endpoint(desk, receiver.url("/status/500"))
        for number in range(8):
            open_ticket(desk, f"ticket {number}")
        deliver(desk, engine)
        assert states(desk, webhook) == ["pending"] * 5
        receiver.answers["/status/500"] = "/ok"
        make_due(desk, webhook)
        deliver(desk, engine)
        assert states(desk, webhook) == ["delivered"] * 8


class TestAKilledCourier:
    def test_leaves_a_lease_that_ends(self, desk: Desk, receiver: Receiver, engine: Engine) -> None:
        webhook = endpoint(desk, receiver.url("/ok"))
        open_ticket(desk)
        (job,) = work(desk, lambda: (filling.fill(), tries.claim({}, limit=10))[1])
        assert work(desk, lambda: tries.claim({}, limit=10)) == []
        assert due_in_s(desk) > 30
        make_due(desk, webhook)
        deliver(desk, engine)
        assert [one.id for one in receiver.got] == [str(job.delivery_id)]
        assert deliveries(desk, webhook)[0].attempts == 2

    def test_does_not_try_for_ever(self, desk: Desk, receiver: Receiver) -> None:
        webhook = endpoint(desk, receiver.url("/ok"))
        open_ticket(desk)
        work(desk, filling.fill)
        for _ in range(10):
            assert len(work(desk, lambda: tries.claim({}, limit=10))) == 1
            make_due(desk, webhook)
        assert work(desk, lambda: tries.claim({}, limit=10)) == []
        assert states(desk, webhook) == ["failed"]

    def test_whose_result_comes_late_changes_nothing_unless_it_arrived(self, desk: Desk, receiver: Receiver) -> None:
        webhook = endpoint(desk, receiver.url("/ok"))
        open_ticket(desk)
        (first,) = work(desk, lambda: (filling.fill(), tries.claim({}, limit=10))[1])
        make_due(desk, webhook)
        (second,) = work(desk, lambda: tries.claim({}, limit=10))
        late = tries.Result(first, now(), 1, ok=False, status=500, error="late")
        work(desk, lambda: tries.keep([late]))
        assert deliveries(desk, webhook)[0].last_error == ""
        work(desk, lambda: tries.keep([tries.Result(first, now(), 1, ok=True, status=200)]))
        assert states(desk, webhook) == ["delivered"]
        work(desk, lambda: tries.keep([tries.Result(second, now(), 1, ok=False, status=500, error="x")]))
        assert states(desk, webhook) == ["delivered"]

    def test_whose_endpoint_was_removed_meanwhile_writes_nothing(self, desk: Desk, receiver: Receiver) -> None:
        webhook = endpoint(desk, receiver.url("/ok"))
        open_ticket(desk)
        (job,) = work(desk, lambda: (filling.fill(), tries.claim({}, limit=10))[1])
        work(desk, lambda: endpoints.delete_webhook(desk.agent, webhook.id))
        work(desk, lambda: tries.keep([tries.Result(job, now(), 1, ok=True, status=200)]))
        assert execute(desk.ref, "SELECT count(*) FROM webhook_attempt") == [(0,)]


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


class TestAMonthLater:
    def test_what_came_to_its_end_is_forgotten_and_what_waits_is_not(
        self, desk: Desk, receiver: Receiver, engine: Engine
    ) -> None:
        done, waiting = endpoint(desk, receiver.url("/ok")), endpoint(desk, receiver.url("/status/500"))
        open_ticket(desk)
        deliver(desk, engine)
        assert work(desk, tries.forget_old_deliveries) == 0
        execute(desk.ref, "UPDATE webhook_delivery SET created_at = %s", now() - tries.KEPT_FOR - timedelta(days=1))
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
        assert work(desk, endpoints.reseal_secrets) == 1
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
