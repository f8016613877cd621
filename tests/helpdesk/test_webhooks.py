"""`/webhooks`: who may, what is refused, what is shown and what never."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from helpdesk.events.queries import LogRow
from helpdesk.webhooks.actions.endpoints import MOST_ENDPOINTS
from tests.api import Answer
from tests.contracts.errors import assert_refused
from tests.helpdesk.conftest import People
from tests.helpdesk.log import payload

URL = "https://receiver.example/hook"


@pytest.fixture
def webhook(people: People, recorded: Any) -> dict[str, Any]:
    answer = people.admin.post("/webhooks", {"url": URL, "events": ["TICKET_CREATED"], "description": "The ERP"})
    assert answer.status == 201, answer
    recorded()
    made: dict[str, Any] = answer.body
    return made


def field_of(answer: Answer) -> str:
    return str(answer["details"][0]["field"])


class TestMakingOne:
    def test_shows_its_secret_once(self, people: People, recorded: Any) -> None:
        made = people.agent.post("/webhooks", {"url": URL}).body
        assert made["secret"] == made["signingSecret"]
        assert made["secret"].startswith("whsec_")
        assert (made["events"], made["isActive"], made["includeInternal"]) == (["*"], True, False)
        for answer in (people.agent.get(f"/webhooks/{made['id']}"), people.agent.get("/webhooks")):
            assert made["secret"] not in str(answer.body)
            assert "ecret" not in str(answer.body)
        (event,) = recorded()
        assert event.type == "webhook.created"
        assert made["secret"] not in event.payload

    def test_takes_a_secret_of_ones_own(self, people: People) -> None:
        made = people.agent.post("/webhooks", {"url": URL, "secret": "schlüssel"}).body
        assert made["secret"] == "schlüssel"
        assert made["signingSecret"] == "whsec_c2NobMO8c3NlbA=="

    @pytest.mark.parametrize("secret", ["short", "x" * 257, "whsec_***", 12345678, ""])
    def test_refuses_a_secret_that_is_none(self, people: People, secret: Any) -> None:
        answer = people.agent.post("/webhooks", {"url": URL, "secret": secret})
        assert_refused(answer, "VALIDATION_ERROR")
        assert field_of(answer) == "secret"

    @pytest.mark.parametrize(
        ("url", "reason"),
        [
            ("http://127.0.0.1/", "address_refused"),
            ("http://2130706433/", "address_refused"),
            ("http://0x7f.1/", "address_refused"),
            ("http://[::ffff:10.0.0.1]/", "address_refused"),
            ("http://169.254.169.254/", "address_refused"),
            ("http://localhost:8000/", "address_refused"),
            ("javascript:alert(1)", "url_scheme"),
            ("ftp://receiver.example/", "url_scheme"),
            ("receiver.example", "url_scheme"),
            ("http://a b/", "url_syntax"),
            ("https://me:secret-word@receiver.example/", "url_credentials"),
        ],
    )
    def test_refuses_a_url_inside_or_none(self, people: People, url: str, reason: str) -> None:
        for answer in (
            people.admin.post("/webhooks", {"url": url}),
            people.admin.put(f"/webhooks/{people.admin.post('/webhooks', {'url': URL})['id']}", {"url": url}),
        ):
            assert_refused(answer, "VALIDATION_ERROR", reason=reason)
            assert field_of(answer) == "url"
            assert "secret-word" not in answer.response.content.decode()

    def test_takes_a_name_that_nobody_knows_yet(self, people: People) -> None:
        assert people.admin.post("/webhooks", {"url": "https://not-yet.invalid/"}).status == 201

    @pytest.mark.parametrize(
        "events", [[], ["nothing.happened"], ["user.created"], ["*", 1], "ticket.created", ["x" * 100], [""], None]
    )
    def test_refuses_events_that_there_are_not(self, people: People, events: Any) -> None:
        answer = people.admin.post("/webhooks", {"url": URL, "events": events})
        assert_refused(answer, "VALIDATION_ERROR")

    def test_refuses_what_is_not_its_own(self, people: People) -> None:
        for body in ({"tenantId": str(uuid4())}, {"seq": 1}, {"pausedReason": None}, {"id": str(uuid4())}):
            assert_refused(people.admin.post("/webhooks", {"url": URL} | body), "VALIDATION_ERROR")

    def test_ends_somewhere(self, people: People) -> None:
        for number in range(MOST_ENDPOINTS):
            assert people.admin.post("/webhooks", {"url": f"{URL}/{number}"}).status == 201
        assert_refused(people.admin.post("/webhooks", {"url": URL}), "CONFLICT", reason="too_many")

    def test_is_repeated_without_its_secret(self, people: People) -> None:
        caller = people.admin.with_(Idempotency_Key="once")
        first, second = (caller.post("/webhooks", {"url": URL}) for _ in range(2))
        assert first["id"] == second["id"]
        assert (second["secret"], second["signingSecret"]) == ("***", "***")
        assert len(people.admin.get("/webhooks")["data"]) == 1


class TestChangingOne:
    def test_merges_and_records(self, people: People, webhook: dict[str, Any], recorded: Any) -> None:
        answer = people.agent.put(f"/webhooks/{webhook['id']}", {"description": "Other", "events": ["*"]})
        assert (answer["description"], answer["events"], answer["url"]) == ("Other", ["*"], URL)
        (event,) = recorded()
        assert payload(event)["changes"] == {"description": ["The ERP", "Other"], "events": [["TICKET_CREATED"], ["*"]]}

    def test_says_nothing_where_nothing_changes(self, people: People, webhook: dict[str, Any], recorded: Any) -> None:
        same = {"url": URL, "events": ["TICKET_CREATED"], "isActive": True, "includeInternal": False}
        assert people.agent.patch(f"/webhooks/{webhook['id']}", same).status == 200
        assert recorded() == []

    def test_takes_a_new_secret_and_keeps_it_out_of_the_log(
        self, people: People, webhook: dict[str, Any], recorded: Any
    ) -> None:
        answer = people.agent.put(f"/webhooks/{webhook['id']}", {"secret": "a-new-secret"})
        assert "a-new-secret" not in str(answer.body)
        (event,) = recorded()
        assert payload(event)["changes"] == {"secret": ["***", "***"]}

    def test_sends_notes_out_only_as_an_admin_says(self, people: People, webhook: dict[str, Any]) -> None:
        path = f"/webhooks/{webhook['id']}"
        assert_refused(people.agent.put(path, {"includeInternal": True}), "FORBIDDEN", reason="field")
        assert_refused(people.agent.post("/webhooks", {"url": URL, "includeInternal": True}), "FORBIDDEN")
        assert people.admin.put(path, {"includeInternal": True}).status == 200
        for body in ({"url": "https://elsewhere.example/"}, {"secret": "12345678"}, {"includeInternal": False}):
            assert_refused(people.agent.put(path, body), "FORBIDDEN", reason="field")
        assert_refused(people.agent.post(f"{path}/rotate-secret", {}), "FORBIDDEN", reason="field")
        assert people.agent.put(path, {"description": "fine", "isActive": False}).status == 200

    def test_a_rotated_secret_is_shown_once(self, people: People, webhook: dict[str, Any], recorded: Any) -> None:
        answer = people.agent.post(f"/webhooks/{webhook['id']}/rotate-secret", {"overlapHours": 1})
        assert answer.status == 200
        assert answer["secret"] != webhook["secret"]
        assert answer["previousUntil"]
        (event,) = recorded()
        assert answer["secret"] not in event.payload
        for hours in (-1, 169, "x"):
            refused = people.agent.post(f"/webhooks/{webhook['id']}/rotate-secret", {"overlapHours": hours})
            assert_refused(refused, "VALIDATION_ERROR")

    def test_removing_takes_everything_along(self, people: People, webhook: dict[str, Any], recorded: Any) -> None:
        path = f"/webhooks/{webhook['id']}"
        assert people.agent.post(f"{path}/ping").status == 202
        assert people.agent.delete(path).status == 204
        assert_refused(people.agent.get(path), "NOT_FOUND")
        assert_refused(people.agent.delete(path), "NOT_FOUND")
        assert [event.type for event in recorded()] == ["webhook.deleted"]


class TestDeliveries:
    def test_are_listed_and_sent_again(self, people: People, webhook: dict[str, Any]) -> None:
        path = f"/webhooks/{webhook['id']}"
        ping = people.agent.post(f"{path}/ping")
        assert (ping.status, ping["type"], ping["state"], ping["tries"]) == (202, "webhook.ping", "pending", [])
        listed = people.agent.get(f"{path}/deliveries")
        assert [one["id"] for one in listed["data"]] == [ping["id"]]
        assert listed["data"][0]["request"]["body"]["data"] == {"webhookId": webhook["id"]}
        assert people.agent.get(f"{path}/deliveries?state=failed")["data"] == []
        assert_refused(people.agent.get(f"{path}/deliveries?state=lost"), "VALIDATION_ERROR")
        again = people.agent.post(f"{path}/deliveries/{ping['id']}/redeliver")
        assert (again.status, again["id"]) == (202, ping["id"])
        for method, missing in (
            ("GET", f"{path}/deliveries/{uuid4()}"),
            ("POST", f"{path}/deliveries/{uuid4()}/redeliver"),
        ):
            assert_refused(people.agent.call(method, missing), "NOT_FOUND")

    def test_of_another_endpoint_are_not_this_ones(self, people: People, webhook: dict[str, Any]) -> None:
        other = people.agent.post("/webhooks", {"url": URL}).body
        ping = people.agent.post(f"/webhooks/{other['id']}/ping")
        assert_refused(people.agent.get(f"/webhooks/{webhook['id']}/deliveries/{ping['id']}"), "NOT_FOUND")

    def test_from_a_place_in_the_log(self, people: People, webhook: dict[str, Any]) -> None:
        path, seq = f"/webhooks/{webhook['id']}/replay", webhook["seq"]
        assert people.agent.post(path, {"sinceSeq": seq})["seq"] == seq - 1
        assert people.agent.post(path, {"sinceTime": "2020-01-01T00:00:00Z"})["seq"] == 0
        refusals: list[tuple[dict[str, Any], str]] = [
            ({}, "one_of"),
            ({"sinceSeq": 1, "sinceTime": "2020-01-01T00:00:00Z"}, "one_of"),
            ({"sinceSeq": 2**40}, "beyond_the_log"),
        ]
        for body, reason in refusals:
            assert_refused(people.agent.post(path, body), "VALIDATION_ERROR", reason=reason)
        for body in (
            {"sinceSeq": 0},
            {"sinceSeq": True},
            {"sinceSeq": -1},
            {"sinceSeq": 2**60},
            {"sinceTime": "yesterday"},
        ):
            assert_refused(people.agent.post(path, body), "VALIDATION_ERROR")


class TestARequester:
    def test_has_no_webhooks(self, people: People, webhook: dict[str, Any]) -> None:
        for method, path in (
            ("GET", "/webhooks"),
            ("POST", "/webhooks"),
            ("GET", f"/webhooks/{webhook['id']}"),
            ("POST", f"/webhooks/{webhook['id']}/ping"),
        ):
            assert_refused(people.user.call(method, path, {"url": URL}), "FORBIDDEN")


def test_the_log_shows_webhooks_to_admins_alone(people: People, webhook: dict[str, Any], recorded: Any) -> None:
    people.admin.put(f"/webhooks/{webhook['id']}", {"description": "x"})
    rows: list[LogRow] = recorded()
    assert {(row.audience.floor.value, row.audience.people) for row in rows} == {("admin", ())}
