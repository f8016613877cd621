"""What callers were promised is kept: additions pass, breaks fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest

from tests.contracts.promise.__main__ import promised, said_now
from tests.contracts.promise.documents import broken_events, broken_rest, broken_socket, promise_of

Document = dict[str, Any]
Broken = Callable[[Document, Document], Iterator[str]]
MEANT = "If that is meant, tell it in CHANGELOG.md under 'Breaks', and: make promise"


@pytest.mark.parametrize(
    ("name", "broken"),
    [("openapi.json", broken_rest), ("asyncapi.json", broken_socket), ("events.schema.json", broken_events)],
)
def test_what_was_promised_is_kept(name: str, broken: Broken) -> None:
    assert list(broken(promised(name), said_now(name))) == [], MEANT


@pytest.fixture
def now() -> Document:
    found: Document = promise_of(said_now("openapi.json"))
    return found


def after(document: Document, change: Callable[[Document], Any]) -> list[str]:
    changed = deepcopy(document)
    change(changed)
    return list(broken_rest(document, changed))


def schema(document: Document, name: str) -> Document:
    found: Document = document["components"]["schemas"][name]
    return found


class TestABreak:
    def test_is_an_operation_that_is_gone(self, now: Document) -> None:
        found = after(now, lambda new: new["paths"]["/api/v1/tickets"].pop("post"))
        assert found == ["POST /api/v1/tickets: is gone"]

    def test_is_a_field_that_is_needed(self, now: Document) -> None:
        found = after(now, lambda new: schema(new, "CreateTicket")["required"].append("description"))
        assert found == ["POST /api/v1/tickets.description: is needed now"]

    def test_is_a_field_that_is_not_taken_any_more(self, now: Document) -> None:
        found = after(now, lambda new: schema(new, "CreateTicket")["properties"].pop("tags"))
        assert found == ["POST /api/v1/tickets.tags: is gone"]

    def test_is_a_word_that_is_not_taken_any_more(self, now: Document) -> None:
        found = after(now, lambda new: schema(new, "TicketPriority")["enum"].remove("urgent"))
        assert "POST /api/v1/tickets.priority: 'urgent' is no longer taken" in found

    def test_is_a_limit_that_lets_less_in(self, now: Document) -> None:
        found = after(now, lambda new: schema(new, "CreateTicket")["properties"]["title"].update(maxLength=100))
        assert found == ["POST /api/v1/tickets.title: maxLength is 100, was 200"]

    def test_is_a_field_that_is_not_given_any_more(self, now: Document) -> None:
        found = after(now, lambda new: schema(new, "TicketPayload")["properties"].pop("number"))
        assert any(sentence.endswith(".number: is gone") for sentence in found)

    def test_is_a_null_where_there_was_none(self, now: Document) -> None:
        maybe = {"anyOf": [{"type": "string"}, {"type": "null"}]}
        found = after(now, lambda new: schema(new, "TicketPayload")["properties"].update(title=maybe))
        assert any(sentence.endswith(".title: may now be null") for sentence in found)

    def test_is_a_field_of_another_type(self, now: Document) -> None:
        found = after(now, lambda new: schema(new, "TicketPayload")["properties"].update(number={"type": "string"}))
        assert any(sentence.endswith(".number: was integer, is string") for sentence in found)

    def test_is_a_role_that_may_not_any_more(self, now: Document) -> None:
        found = after(now, lambda new: new["paths"]["/api/v1/tickets"]["post"]["x-roles"].remove("USER"))
        assert found == ["POST /api/v1/tickets: USER may not any more"]

    def test_is_a_parameter_that_is_gone(self, now: Document) -> None:
        listing = "/api/v1/tickets"

        def forget(new: Document) -> None:
            kept = [one for one in new["paths"][listing]["get"]["parameters"] if one.get("name") != "status"]
            new["paths"][listing]["get"]["parameters"] = kept

        assert after(now, forget) == ["GET /api/v1/tickets: takes no status any more"]


class TestNoBreak:
    def test_is_a_new_operation(self, now: Document) -> None:
        assert after(now, lambda new: new["paths"].update({"/api/v1/new": {"get": {"responses": {}}}})) == []

    def test_is_a_new_field_that_need_not_be_given(self, now: Document) -> None:
        assert after(now, lambda new: schema(new, "CreateTicket")["properties"].update(more={"type": "string"})) == []

    def test_is_a_new_field_in_an_answer(self, now: Document) -> None:
        assert after(now, lambda new: schema(new, "TicketPayload")["properties"].update(more={"type": "string"})) == []

    def test_is_a_wider_limit(self, now: Document) -> None:
        title = schema(now, "CreateTicket")["properties"]["title"]
        assert after(now, lambda new: schema(new, "CreateTicket")["properties"]["title"].update(maxLength=300)) == []
        assert title["maxLength"] == 200

    def test_is_another_description(self, now: Document) -> None:
        assert after(now, lambda new: schema(new, "CreateTicket").update(description="Otherwise said.")) == []


class TestTheSocketAndTheEvents:
    def test_a_frame_that_is_gone_is_a_break(self) -> None:
        before = promise_of(said_now("asyncapi.json"))
        changed = deepcopy(before)
        changed["components"]["messages"].pop("goodbye")
        assert list(broken_socket(before, changed)) == ["goodbye: is gone"]

    def test_an_event_with_less_in_it_is_a_break(self) -> None:
        before = promise_of(said_now("events.schema.json"))
        changed = deepcopy(before)
        changed["$defs"]["TicketCreated"]["properties"].pop("ticket")
        assert list(broken_events(before, changed)) == ["TicketCreated.ticket: is gone"]
