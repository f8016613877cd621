"""What a policy's conditions name is renamed: nobody's promise is lost by it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from helpdesk.events.queries import LogRow
from tests.conftest import Desk
from tests.helpdesk.conftest import People
from tests.helpdesk.log import payload
from tests.helpdesk.sla.promises import policy, settle, sla_of

Recorded = Callable[[], list[LogRow]]


def test_a_policy_follows_tags_and_options_that_are_renamed(people: People, acme: Desk, recorded: Recorded) -> None:
    options = [{"value": "gold", "label": "Gold"}, {"value": "none-yet", "label": "None"}]
    field = people.admin.post("/custom-fields", {"key": "tier", "label": "Tier", "type": "select", "options": options})
    conditions = {"tags": ["vip"], "customFields": {"tier": "gold"}}
    made = people.admin.post("/sla/policies", policy(conditions=conditions))
    assert made.status == 201, made
    ticket = people.agent.post("/tickets", {"title": "Hers", "tags": ["vip"], "customFields": {"tier": "gold"}})["id"]
    settle(acme)
    before = sla_of(people.agent, ticket)
    assert before is not None
    recorded()
    assert people.admin.post("/tags/rename", {"tags": ["vip"], "to": "dear"}).status == 200
    assert [payload(row)["changes"] for row in recorded() if row.type == "sla_policy.updated"] == [
        {"conditions": [made["conditions"], made["conditions"] | {"tags": ["dear"]}]}
    ]
    instead = {"options": [{"value": "silver", "label": "Silver"}], "replace": {"gold": "silver"}}
    assert people.admin.patch(f"/custom-fields/{field['id']}", instead).status == 200
    settle(acme)
    policy_now = people.admin.get(f"/sla/policies/{made['id']}")
    assert (policy_now["version"], policy_now["conditions"]["tags"]) == (3, ["dear"])
    assert policy_now["conditions"]["customFields"] == {"tier": "silver"}
    assert sla_of(people.agent, ticket) == before


def test_a_condition_whose_option_goes_for_good_does_not_open_the_policy_to_all(people: People, acme: Desk) -> None:
    options = [{"value": "gold", "label": "Gold"}, {"value": "silver", "label": "Silver"}]
    field = people.admin.post("/custom-fields", {"key": "tier", "label": "Tier", "type": "select", "options": options})
    made = people.admin.post("/sla/policies", policy(conditions={"customFields": {"tier": "gold"}}))
    gone: dict[str, Any] = {"options": options[1:], "replace": {"gold": None}}
    assert people.admin.patch(f"/custom-fields/{field['id']}", gone).status == 200
    assert people.admin.get(f"/sla/policies/{made['id']}")["conditions"]["customFields"] == {"tier": "gold"}
    ticket = people.agent.post("/tickets", {"title": "Somebody else's"})["id"]
    settle(acme)
    assert sla_of(people.agent, ticket) is None
