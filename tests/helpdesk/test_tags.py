"""Tags: which there are, and one name for several over all tickets and views."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from helpdesk.events.queries import LogRow
from helpdesk.sweeps.rules import TagsRenamed
from helpdesk.vocabulary import Floor
from tests.api import Api
from tests.conftest import Desk
from tests.contracts.errors import assert_refused
from tests.helpdesk.conftest import People
from tests.helpdesk.log import payload

Recorded = Callable[[], list[LogRow]]


@pytest.fixture
def tagged(people: People) -> list[str]:
    """The ids of tickets with tags."""
    tags = [["vpn", "wifi"], ["VPN"], ["wi-fi", "wifi"], []]
    return [people.agent.post("/tickets", {"title": "x", "tags": found})["id"] for found in tags]


def tags_of(people: People, ticket_id: str) -> list[str]:
    found: list[str] = people.agent.get(f"/tickets/{ticket_id}")["tags"]
    return found


class TestTheList:
    def test_counts_the_most_used_first(self, people: People, tagged: list[str]) -> None:
        answer = people.agent.get("/tags")
        counts = [(found["tag"], found["count"]) for found in answer["data"]]
        assert counts == [("wifi", 2), ("VPN", 1), ("vpn", 1), ("wi-fi", 1)]
        assert answer["meta"] == {"limit": 100, "hasMore": False}

    def test_begins_with_what_is_typed(self, people: People, tagged: list[str]) -> None:
        answer = people.agent.get("/tags?q=VP&limit=1")
        assert [found["tag"] for found in answer["data"]] == ["VPN"]
        assert answer["meta"]["hasMore"] is True
        assert people.agent.get("/tags?q=%25")["data"] == []

    def test_is_the_staffs_of_one_desk(self, people: People, api: Api, globex: Desk, tagged: list[str]) -> None:
        assert_refused(people.user.get("/tags"), "FORBIDDEN", reason="role")
        assert api.as_(globex, globex.agent).get("/tags")["data"] == []


class TestRenaming:
    def test_merges_on_every_ticket_and_tells_of_each(
        self, people: People, tagged: list[str], recorded: Recorded
    ) -> None:
        recorded()
        answer = people.admin.post("/tags/rename", {"tags": ["wifi", "wi-fi"], "to": "network"})
        assert answer.body == {"changed": 2, "isDone": True}
        assert [tags_of(people, one) for one in tagged] == [["vpn", "network"], ["VPN"], ["network"], []]
        first, *tickets = recorded()
        assert (first.type, first.audience.floor) == ("tag.renamed", Floor.AGENT)
        assert payload(first)["data"] == {"tags": ["wifi", "wi-fi"], "to": "network"}
        assert [row.type for row in tickets] == ["ticket.updated"] * 2
        assert {str(row.ticket) for row in tickets} == {tagged[0], tagged[2]}
        assert people.agent.get("/tickets?q=network")["meta"]["total"] == 2
        assert people.agent.get("/tickets?q=in:tags%20wifi")["meta"]["total"] == 0

    def test_takes_saved_views_along(self, people: People, tagged: list[str], recorded: Recorded) -> None:
        where = {"tag": ["wifi", "vpn"], "q": 'cable -tag:wi-fi,x tag:"wifi"'}
        view = people.agent.post("/views", {"name": "Wi-Fi", "filter": where})
        recorded()
        people.admin.post("/tags/rename", {"tags": ["wifi", "wi-fi"], "to": "radio net"})
        found = people.agent.get(f"/views/{view['id']}")
        assert found["filter"]["tag"] == ["radio net", "vpn"]
        assert found["version"] == 2
        told = [row for row in recorded() if row.type == "view.updated"]
        assert [payload(row)["data"]["view"]["id"] for row in told] == [view["id"]]
        assert people.agent.get(f"/tickets?view={view['id']}").status == 200

    def test_is_for_admins(self, people: People, tagged: list[str], recorded: Recorded) -> None:
        recorded()
        for caller in (people.agent, people.user):
            refused = caller.post("/tags/rename", {"tags": ["vpn"], "to": "x"})
            assert_refused(refused, "FORBIDDEN", reason="role")
        assert recorded() == []

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"tags": [], "to": "x"}, "tags"),
            ({"tags": ["vpn"], "to": " "}, "to"),
            ({"tags": ["vpn"], "to": "vpn"}, "to"),
            ({"tags": ["vpn"], "to": "x" * 51}, "to"),
            ({"tags": ["vpn"]}, "to"),
        ],
    )
    def test_that_says_nothing_is_refused(self, people: People, body: dict[str, Any], field: str) -> None:
        assert_refused(people.admin.post("/tags/rename", body), "VALIDATION_ERROR", field=field)


@pytest.mark.parametrize(
    ("question", "after"),
    [
        ("tag:a", "tag:new"),
        ("vpn tag:a,b,x -tag:b", "vpn tag:new,x -tag:new"),
        ('tag:"a b" tags:"two words"', 'tag:"a b" tags:"new"'),
        ("mytag:a status:open", "mytag:a status:open"),
        ("a tag:c", "a tag:c"),
    ],
)
def test_a_question_asks_for_the_new_name(question: str, after: str) -> None:
    assert TagsRenamed(("a", "b", "two words"), "new").filter_after({"q": question}) == {"q": after}


def test_a_new_name_of_two_words_is_asked_for_as_one() -> None:
    """Beside others it cannot be written: there the old name stays."""
    renamed = TagsRenamed(("a",), "two words").filter_after({"q": "tag:a,b -tag:a"})
    assert renamed == {"q": 'tag:a,b -tag:"two words"'}


def test_a_view_whose_question_would_get_too_long_still_opens(people: People) -> None:
    field = {"key": "region", "label": "Region", "type": "select", "options": [{"value": "a", "label": "A"}]}
    made = people.admin.post("/custom-fields", field)
    others = ",".join([f"{one}" + "b" * 45 for one in range(6)] + ["a"])
    asked = {"q": f"tag:a {'w' * 480}", "field": [f"region:{others}"]}
    view = people.agent.post("/views", {"name": "Long", "filter": asked})
    assert view.status == 201
    assert people.admin.post("/tags/rename", {"tags": ["a"], "to": "c" * 50}).status == 200
    instead = {"options": [{"value": "d" * 50, "label": "D"}], "replace": {"a": "d" * 50}}
    assert people.admin.patch(f"/custom-fields/{made['id']}", instead).status == 200
    assert people.agent.get(f"/tickets?view={view['id']}").status == 200
    assert people.agent.get("/views/counts").status == 200
    assert people.agent.get(f"/views/{view['id']}")["filter"] == asked
