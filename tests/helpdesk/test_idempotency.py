"""A repeated POST is done once, and answered alike."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection, transaction

from helpdesk.clock import now
from helpdesk.idempotency.actions import forget_old_answers
from helpdesk.idempotency.models import IdempotentAnswer
from helpdesk.tickets.models import Ticket
from helpdesk.work import unit_of_work
from tenants import context
from tests.api import Answer, Api
from tests.conftest import Desk, token_for


def tickets_of(desk: Desk) -> int:
    with context.tenant(desk.ref), transaction.atomic():
        return Ticket.objects.count()


class TestARepeatedPost:
    def test_is_done_once_and_answered_alike(self, api: Api, acme: Desk) -> None:
        caller = api.as_(acme, acme.user).with_(Idempotency_Key="order-1")
        first = caller.post("/tickets", {"title": "Once"})
        again = caller.post("/tickets", {"title": "Once"})
        assert (first.status, again.status) == (201, 201)
        assert again.body == first.body
        assert again.headers["ETag"] == first.headers["ETag"]
        assert again.headers["Idempotency-Replayed"] == "true"
        assert "Idempotency-Replayed" not in first.headers
        assert tickets_of(acme) == 1

    def test_with_another_body_is_refused(self, api: Api, acme: Desk) -> None:
        caller = api.as_(acme, acme.user).with_(Idempotency_Key="order-2")
        caller.post("/tickets", {"title": "Once"})
        refused = caller.post("/tickets", {"title": "Twice"})
        assert (refused.status, refused["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
        assert refused["details"][0]["code"] == "key_reused"
        assert tickets_of(acme) == 1

    def test_of_somebody_else_is_another_request(self, api: Api, acme: Desk) -> None:
        for person in (acme.user, acme.other_user):
            api.as_(acme, person).with_(Idempotency_Key="order-3").post("/tickets", {"title": "Mine"})
        assert tickets_of(acme) == 2

    def test_to_another_path_is_another_request(self, api: Api, acme: Desk) -> None:
        caller = api.as_(acme, acme.agent).with_(Idempotency_Key="order-4")
        ticket = caller.post("/tickets", {"title": "One"})
        comment = caller.post(f"/tickets/{ticket['id']}/comments", {"content": "Two"})
        assert comment.status == 201

    def test_after_a_refusal_is_tried_again(self, api: Api, acme: Desk) -> None:
        caller = api.as_(acme, acme.user).with_(Idempotency_Key="order-5")
        assert caller.post("/tickets", {"title": " "}).status == 400
        assert caller.post("/tickets", {"title": "Now right"}).status == 201

    def test_after_a_day_is_a_new_request(self, api: Api, acme: Desk) -> None:
        caller = api.as_(acme, acme.user).with_(Idempotency_Key="order-6")
        caller.post("/tickets", {"title": "Old"})
        with context.tenant(acme.ref), unit_of_work():
            IdempotentAnswer.objects.update(created_at=now() - timedelta(hours=25))
        assert caller.post("/tickets", {"title": "New"}).status == 201
        with context.tenant(acme.ref), unit_of_work():
            IdempotentAnswer.objects.update(created_at=now() - timedelta(hours=25))
            assert forget_old_answers() == 1

    def test_without_a_sensible_key_is_refused(self, api: Api, acme: Desk) -> None:
        for key in ("", "with space", "x" * 256, "ü"):
            caller = api.as_(acme, acme.user).with_(Idempotency_Key=key)
            refused = caller.post("/tickets", {"title": "No"})
            assert (refused.status, refused["details"][0]["field"]) == (400, "Idempotency-Key")
        assert tickets_of(acme) == 0


class TestTwoAtOnce:
    def test_one_is_done_and_the_other_told_or_answered_alike(self, own_desk: Callable[..., Desk]) -> None:
        desk = own_desk()
        caller = Api(token_for(desk, desk.user)).with_(Idempotency_Key="race")
        answers: list[Answer] = []

        def post() -> None:
            try:
                answers.append(caller.post("/tickets", {"title": "Race"}))
            finally:
                connection.close()

        threads = [threading.Thread(target=post) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {answer.status for answer in answers} <= {201, 409}
        assert all(a["details"][0]["code"] == "still_running" for a in answers if a.status == 409)
        ids: set[Any] = {answer["id"] for answer in answers if answer.status == 201}
        assert len(ids) == 1
        assert tickets_of(desk) == 1
