"""Receivers that refuse, hang or are gone, and couriers that are killed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from helpdesk.clock import now
from helpdesk.webhooks import queries
from helpdesk.webhooks.actions import endpoints, filling, tries
from helpdesk.webhooks.models import WebhookAttempt
from tasks.courier.engine import Engine
from tasks.wakeups import count_waiting
from tests.conftest import Desk
from tests.helpdesk.log import execute, payload, rows_after
from tests.receiver import Receiver
from tests.tasks.courier import dispatch, until
from tests.webhooks.hooks import deliver, deliveries, due_in_s, endpoint, make_due, open_ticket, reload, states, work


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

    def test_that_is_slow_leaves_room_for_the_others(self, desk: Desk, receiver: Receiver, engine: Engine) -> None:
        slow = [endpoint(desk, receiver.url(f"/slow/2/{number}")) for number in range(5)]
        for number in range(40):
            open_ticket(desk, f"ticket {number}")
        dispatch(desk)
        engine.ring(desk.ref)
        until(lambda: len(receiver.got) > 20)
        late = endpoint(desk, receiver.url("/ok/late"))
        open_ticket(desk, "one more")
        engine.ring(desk.ref)
        until(lambda: states(desk, late) == ["delivered"])
        assert "pending" in {state for one in slow for state in states(desk, one)}

    @pytest.mark.parametrize("status", [200, 429, 503])
    def test_with_an_odd_header_stops_nobody(self, desk: Desk, receiver: Receiver, engine: Engine, status: int) -> None:
        odd, fine = endpoint(desk, receiver.url(f"/odd/{status}")), endpoint(desk, receiver.url("/ok"))
        open_ticket(desk)
        deliver(desk, engine)
        assert states(desk, fine) == ["delivered"]
        assert states(desk, odd) == ["delivered" if status == 200 else "pending"]

    def test_whose_result_cannot_be_kept_takes_no_others_with_it(self, desk: Desk, receiver: Receiver) -> None:
        webhook = endpoint(desk, receiver.url("/ok"))
        open_ticket(desk)
        open_ticket(desk)
        one, two = work(desk, lambda: (filling.fill(), tries.claim({}, limit=10))[1])
        broken = tries.Result(one, now(), 1, ok=True, status=200, answer="\x00")
        work(desk, lambda: tries.keep_what_can_be([broken, tries.Result(two, now(), 1, ok=True, status=200)]))
        assert sorted(states(desk, webhook)) == ["delivered", "pending"]

    def test_at_another_url_by_now_is_not_judged_by_the_old_one(self, desk: Desk, receiver: Receiver) -> None:
        webhook = endpoint(desk, receiver.url("/status/410"))
        open_ticket(desk)
        (job,) = work(desk, lambda: (filling.fill(), tries.claim({}, limit=10))[1])
        work(desk, lambda: endpoints.change_webhook(desk.admin, webhook.id, fields={"url": receiver.url("/ok")}))
        work(desk, lambda: tries.keep([tries.Result(job, now(), 1, ok=False, status=410)]))
        assert reload(desk, webhook).is_active
        assert reload(desk, webhook).failing_since is None

    def test_gets_what_was_given_up_when_it_is_activated_again(
        self, desk: Desk, receiver: Receiver, engine: Engine
    ) -> None:
        webhook = endpoint(desk, receiver.url("/status/500"))
        open_ticket(desk)
        for _ in range(10):
            deliver(desk, engine)
            make_due(desk, webhook)
        assert states(desk, webhook) == ["failed"]
        execute(desk.ref, "UPDATE webhook SET failing_since = %s", now() - timedelta(days=5))
        work(desk, endpoints.pause_failing_webhooks)
        receiver.answers["/status/500"] = "/ok"
        work(desk, lambda: endpoints.change_webhook(desk.agent, webhook.id, fields={"is_active": True}))
        deliver(desk, engine)
        assert states(desk, webhook) == ["delivered"]

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
