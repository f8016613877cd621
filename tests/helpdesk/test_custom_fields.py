"""Custom fields: what may stand in them, who gets and changes which, and what becomes of tickets when they change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from helpdesk.events.queries import LogRow
from helpdesk.sweeps.actions import MOST_AT_ONCE, PAGE, sweep_some
from helpdesk.tickets.models import Ticket
from helpdesk.vocabulary import Floor
from helpdesk.work import unit_of_work
from tenants import context
from tests.api import Answer, Api
from tests.conftest import Desk
from tests.contracts.errors import assert_refused
from tests.helpdesk.conftest import People
from tests.helpdesk.log import execute, payload

CSV = "/exports/tickets.csv?columns=customFields"
NOBODY = "01930f2a-0001-4000-8000-000000000001"
Recorded = Callable[[], list[LogRow]]
REGIONS = [{"value": "emea", "label": "Europe"}, {"value": "apac", "label": "Asia"}, {"value": "us", "label": "States"}]


def defined(caller: Api, key: str, kind: str = "text", **more: Any) -> Answer:
    answer = caller.post("/custom-fields", {"key": key, "label": key.title(), "type": kind} | more)
    assert answer.status == 201, answer
    return answer


def opened(caller: Api, fields: dict[str, Any], **more: Any) -> Answer:
    answer = caller.post("/tickets", {"title": "A ticket", "customFields": fields} | more)
    assert answer.status == 201, answer
    return answer


def titles(caller: Api, query: str) -> list[str]:
    return [found["title"] for found in caller.get(f"/tickets?{query}")["data"]]


class TestADefinition:
    def test_is_made_and_told_to_staff(self, people: People, recorded: Recorded) -> None:
        made = defined(people.admin, "region", "select", options=REGIONS, default="us", isShown=True)
        assert (made["default"], made["version"], made["required"], made["isEditable"]) == ("us", 1, "no", False)
        (row,) = recorded()
        assert (row.type, row.audience.floor, row.audience.people) == ("custom_field.created", Floor.AGENT, ())
        assert payload(row)["data"]["customField"]["options"] == REGIONS
        assert people.agent.get(f"/custom-fields/{made['id']}")["key"] == "region"

    def test_is_changed_by_admins_alone(self, people: People) -> None:
        made = defined(people.admin, "region")
        for caller in (people.agent, people.user):
            assert_refused(caller.patch(f"/custom-fields/{made['id']}", {"label": "X"}), "FORBIDDEN", reason="role")
            assert_refused(
                caller.post("/custom-fields", {"key": "b", "label": "B", "type": "text"}), "FORBIDDEN", reason="role"
            )
            assert_refused(caller.delete(f"/custom-fields/{made['id']}"), "FORBIDDEN", reason="role")

    def test_of_what_is_not_shown_a_requester_knows_nothing(self, people: People) -> None:
        hidden, shown = defined(people.admin, "secret"), defined(people.admin, "site", isShown=True)
        assert [field["key"] for field in people.user.get("/custom-fields")["data"]] == ["site"]
        assert people.user.get(f"/custom-fields/{hidden['id']}").status == 404
        assert people.admin.patch(f"/custom-fields/{shown['id']}", {"isArchived": True}).status == 200
        assert people.user.get("/custom-fields")["data"] == []
        assert len(people.agent.get("/custom-fields")["data"]) == 2

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"key": "Two words"}, "key"),
            ({"key": "9"}, "key"),
            ({"type": "colour"}, "type"),
            ({"type": "select"}, "options"),
            ({"options": REGIONS}, "options"),
            ({"type": "select", "options": [REGIONS[0], REGIONS[0]]}, "options"),
            ({"type": "select", "options": [{"value": "none", "label": "None"}]}, "options.0.value"),
            ({"type": "select", "options": REGIONS, "default": "mars"}, "default"),
            ({"type": "number", "default": "5"}, "default"),
            ({"type": "number", "default": True}, "default"),
            ({"type": "date", "default": "2026-02-30"}, "default"),
            ({"type": "url", "default": "javascript:alert(1)"}, "default"),
            ({"type": "user", "default": NOBODY}, "default"),
            ({"type": "user", "isShown": True}, "isShown"),
            ({"isEditable": True}, "isEditable"),
            ({"label": " "}, "label"),
            ({"colour": "red"}, "colour"),
        ],
    )
    def test_that_does_not_fit_is_refused(
        self, people: People, recorded: Recorded, wrong: dict[str, Any], field: str
    ) -> None:
        answer = people.admin.post("/custom-fields", {"key": "region", "label": "Region", "type": "text"} | wrong)
        assert answer.status == 400
        assert answer["details"][0]["field"] == field
        assert recorded() == []
        assert people.admin.get("/custom-fields")["data"] == []

    def test_keeps_its_key_for_itself(self, people: People) -> None:
        defined(people.admin, "region")
        again = people.admin.post("/custom-fields", {"key": "region", "label": "Another", "type": "number"})
        assert_refused(again, "CONFLICT", reason="key_taken")

    def test_is_not_changed_over_somebody_elses_change(self, people: People) -> None:
        made = defined(people.admin, "region")
        path = f"/custom-fields/{made['id']}"
        assert people.admin.patch(path, {"label": "One"}).headers["ETag"] == '"2"'
        stale = people.admin.with_(If_Match='"1"').patch(path, {"label": "Two"})
        assert_refused(stale, "PRECONDITION_FAILED", reason="stale")
        assert stale["data"]["current"]["label"] == "One"

    def test_goes_only_where_no_ticket_holds_it(self, people: People, recorded: Recorded) -> None:
        made = defined(people.admin, "site")
        opened(people.agent, {"site": "North"})
        refused = people.admin.delete(f"/custom-fields/{made['id']}")
        assert_refused(refused, "CONFLICT", reason="field_in_use")
        assert refused["data"] == {"count": 1, "isCapped": False}
        unused = defined(people.admin, "unused")
        recorded()
        assert people.admin.delete(f"/custom-fields/{unused['id']}").status == 204
        assert [row.type for row in recorded()] == ["custom_field.deleted"]

    def test_of_another_desk_is_not_there(self, people: People, api: Api, globex: Desk) -> None:
        made = defined(people.admin, "site", isShown=True)
        other = api.as_(globex, globex.admin)
        assert other.get("/custom-fields")["data"] == []
        assert other.patch(f"/custom-fields/{made['id']}", {"label": "X"}).status == 404


class TestValues:
    @pytest.mark.parametrize(
        ("kind", "given", "kept"),
        [
            ("text", "  North  ", "North"),
            ("number", 2.5, 2.5),
            ("number", -7, -7),
            ("date", "2028-02-29", "2028-02-29"),
            ("select", "apac", "apac"),
            ("multi_select", ["us", "emea", "us"], ["emea", "us"]),
            ("checkbox", False, False),
            ("url", "https://wiki.example/a?b=c", "https://wiki.example/a?b=c"),
        ],
    )
    def test_are_kept_as_their_kind(self, people: People, kind: str, given: Any, kept: Any) -> None:
        defined(people.admin, "value", kind, options=REGIONS if "select" in kind else [])
        assert opened(people.agent, {"value": given})["customFields"] == {"value": kept}

    @pytest.mark.parametrize("nothing", [None, "", []])
    def test_that_say_nothing_are_not_kept(self, people: People, nothing: Any) -> None:
        defined(people.admin, "value")
        made = opened(people.agent, {"value": "there"})
        changed = people.agent.patch(f"/tickets/{made['id']}", {"customFields": {"value": nothing}})
        assert changed["customFields"] == {}

    @pytest.mark.parametrize(
        ("kind", "wrong", "code"),
        [
            ("text", 5, "type"),
            ("text", "x" * 2001, "too_long"),
            ("number", "5", "type"),
            ("number", True, "type"),
            ("number", 10**15 + 1, "too_large"),
            ("date", "31.01.2026", "type"),
            ("date", "2026-02-30", "date"),
            ("date", 20260101, "type"),
            ("select", "mars", "unknown_option"),
            ("select", ["emea"], "unknown_option"),
            ("multi_select", "emea", "type"),
            ("multi_select", ["emea", 5], "unknown_option"),
            ("checkbox", "yes", "type"),
            ("checkbox", 1, "type"),
            ("user", "nobody", "type"),
            ("user", NOBODY, "unknown_person"),
            ("url", "ftp://files.example", "url"),
            ("url", "https://", "url"),
            ("url", "https://[", "url"),
            ("url", {"a": 1}, "type"),
        ],
    )
    def test_of_another_kind_are_refused_on_their_field(
        self, people: People, recorded: Recorded, kind: str, wrong: Any, code: str
    ) -> None:
        defined(people.admin, "value", kind, options=REGIONS if "select" in kind else [])
        made = opened(people.agent, {})
        recorded()
        for name in ("customFields", "setCustomFields"):
            answer = people.agent.patch(f"/tickets/{made['id']}", {name: {"value": wrong}})
            assert answer.status == 400
            assert [(found["field"], found["code"]) for found in answer["details"]] == [(f"{name}.value", code)]
        assert people.agent.post("/tickets", {"title": "x", "customFields": {"value": wrong}}).status == 400
        assert recorded() == []

    def test_name_people_who_are_there(self, people: People, acme: Desk) -> None:
        defined(people.admin, "buyer", "user")
        assert opened(people.agent, {"buyer": str(acme.user.id)})["customFields"] == {"buyer": str(acme.user.id)}

    def test_of_keys_that_nobody_defined_are_left_as_they_are(self, people: People) -> None:
        free = {"Room Nr.": [1, {"a": None}], "x": None, "metadata": True}
        defined(people.admin, "site")
        made = opened(people.agent, {**free, "site": " N "})
        assert made["customFields"] == {**free, "site": "N"}

    def test_that_were_there_before_the_field_stay_until_they_are_changed(self, people: People) -> None:
        made = opened(people.agent, {"seats": "many", "other": 1})
        defined(people.admin, "seats", "number")
        path = f"/tickets/{made['id']}"
        kept = people.agent.patch(path, {"customFields": {"seats": "many", "other": 2}})
        assert kept["customFields"] == {"seats": "many", "other": 2}
        assert people.agent.patch(path, {"setCustomFields": {"seats": "few"}}).status == 400
        assert people.agent.patch(path, {"setCustomFields": {"seats": 5}})["customFields"]["seats"] == 5

    def test_are_set_one_by_one_without_touching_the_others(self, people: People, recorded: Recorded) -> None:
        made = opened(people.agent, {"a": 1, "b": 2})
        recorded()
        changed = people.agent.patch(f"/tickets/{made['id']}", {"setCustomFields": {"b": None, "c": 3}})
        assert changed["customFields"] == {"a": 1, "c": 3}
        (row,) = recorded()
        assert payload(row)["changes"] == {"customFields": [{"a": 1, "b": 2}, {"a": 1, "c": 3}]}
        assert people.agent.patch(f"/tickets/{made['id']}", {"setCustomFields": {"a": 1}})["version"] == 2
        assert recorded() == []

    def test_have_defaults_on_new_tickets(self, people: People) -> None:
        defined(people.admin, "region", "select", options=REGIONS, default="us")
        assert opened(people.agent, {})["customFields"] == {"region": "us"}
        assert opened(people.agent, {"region": "emea"})["customFields"] == {"region": "emea"}

    def test_of_an_archived_field_stay_and_take_nothing_new(self, people: People) -> None:
        field = defined(people.admin, "site", default="North")
        made = opened(people.agent, {"site": "South"})
        people.admin.patch(f"/custom-fields/{field['id']}", {"isArchived": True})
        path = f"/tickets/{made['id']}"
        assert people.agent.get(path)["customFields"] == {"site": "South"}
        assert people.agent.patch(path, {"setCustomFields": {"site": "West"}})["details"][0]["code"] == "archived"
        assert people.agent.patch(path, {"setCustomFields": {"site": None}})["customFields"] == {}
        assert opened(people.agent, {})["customFields"] == {}


class TestRequired:
    def test_on_creating(self, people: People) -> None:
        defined(people.admin, "site", required="creating")
        refused = people.agent.post("/tickets", {"title": "x"})
        assert [(found["field"], found["code"]) for found in refused["details"]] == [("customFields.site", "required")]
        made = opened(people.agent, {"site": "N"})
        emptied = people.agent.patch(f"/tickets/{made['id']}", {"customFields": {}})
        assert emptied["details"][0]["code"] == "required"
        assert people.user.post("/tickets", {"title": "not theirs to fill in"}).status == 201

    def test_of_requesters_what_they_may_fill_in(self, people: People) -> None:
        defined(people.admin, "site", required="creating", isShown=True, isEditable=True)
        assert people.user.post("/tickets", {"title": "x"})["details"][0]["code"] == "required"
        assert opened(people.user, {"site": "N"})["customFields"] == {"site": "N"}

    @pytest.mark.parametrize("status", ["resolved", "closed"])
    def test_on_resolving(self, people: People, recorded: Recorded, status: str) -> None:
        defined(people.admin, "cause", required="resolving", isShown=True)
        made = opened(people.user, {})
        path = f"/tickets/{made['id']}"
        recorded()
        refused = people.agent.patch(path, {"status": status})
        assert [(found["field"], found["code"]) for found in refused["details"]] == [("customFields.cause", "required")]
        assert recorded() == []
        assert people.agent.patch(path, {"status": "pending"}).status == 200
        done = people.agent.patch(path, {"status": status, "setCustomFields": {"cause": "A cable"}})
        assert (done["status"], done["customFields"]) == (status, {"cause": "A cable"})

    def test_does_not_keep_a_requester_from_closing(self, people: People) -> None:
        defined(people.admin, "cause", required="resolving", isShown=True)
        made = opened(people.user, {})
        assert people.user.patch(f"/tickets/{made['id']}", {"status": "closed"}).status == 200

    def test_refuses_in_bulk_each_ticket_by_itself(self, people: People) -> None:
        defined(people.admin, "cause", required="resolving")
        empty, filled = opened(people.agent, {}), opened(people.agent, {"cause": "A cable"})
        body = {"ids": [empty["id"], filled["id"]], "set": {"status": "resolved"}}
        results = people.agent.post("/tickets/bulk", body)["data"]
        assert [result["status"] for result in results] == ["refused", "changed"]
        assert people.agent.get(f"/tickets/{filled['id']}")["customFields"] == {"cause": "A cable"}


class TestRequesters:
    def test_get_no_hidden_value_on_any_way(self, people: People, acme: Desk, recorded: Recorded) -> None:
        defined(people.admin, "secret")
        defined(people.admin, "site", isShown=True)
        made = opened(people.agent, {"secret": "Zanzibar1", "site": "North"}, requesterId=str(acme.user.id))
        path = f"/tickets/{made['id']}"
        people.agent.patch(path, {"setCustomFields": {"secret": "Zanzibar2", "site": "South"}})
        people.agent.patch(path, {"setCustomFields": {"secret": None}, "title": "Another"})
        people.agent.patch(path, {"setCustomFields": {"secret": "Zanzibar3"}})
        for way in (
            path,
            "/tickets",
            f"{path}/timeline",
            "/search?q=another",
            "/exports/tickets.csv?columns=customFields",
        ):
            answer = people.user.get(way)
            assert answer.status == 200, answer
            text = answer.response.content.decode()
            assert "South" in text, way
            assert "Zanzibar" not in text, way
            assert "secret" not in text, way
            assert "hiddenFields" not in text, way
        last = [row for row in recorded() if row.ticket][-1]
        assert (last.type, last.audience.people) == ("ticket.updated", ())

    def test_see_no_more_of_what_was_hidden_since(self, people: People, acme: Desk) -> None:
        field = defined(people.admin, "site", isShown=True)
        made = opened(people.agent, {"site": "Zanzibar"}, requesterId=str(acme.user.id))
        timeline = f"/tickets/{made['id']}/timeline"
        assert "Zanzibar" in people.user.get(timeline).response.content.decode()
        assert people.admin.patch(f"/custom-fields/{field['id']}", {"isShown": False}).status == 200
        assert "Zanzibar" not in people.user.get(timeline).response.content.decode()
        assert people.user.get(f"/tickets/{made['id']}")["customFields"] == {}
        assert "Zanzibar" in people.agent.get(timeline).response.content.decode()

    def test_fill_in_only_what_is_theirs(self, people: People, acme: Desk, recorded: Recorded) -> None:
        defined(people.admin, "secret", "select", options=REGIONS)
        defined(people.admin, "site", isShown=True)
        defined(people.admin, "floor", "number", isShown=True, isEditable=True)
        fields = {"secret": "emea", "site": "North", "floor": 1}
        made = opened(people.agent, fields, requesterId=str(acme.user.id))
        path = f"/tickets/{made['id']}"
        recorded()
        for refused in ({"site": "South"}, {"secret": "mars"}, {"secret": "us"}, {"unknown": 1}):
            assert_refused(people.user.patch(path, {"setCustomFields": refused}), "FORBIDDEN", reason="field")
            assert_refused(
                people.user.post("/tickets", {"title": "x", "customFields": refused}), "FORBIDDEN", reason="field"
            )
        assert people.user.patch(path, {"setCustomFields": {"floor": "up"}}).status == 400
        assert recorded() == []
        changed = people.user.patch(path, {"customFields": {"site": "North", "floor": 2}})
        assert changed["customFields"] == {"site": "North", "floor": 2}
        assert people.agent.get(path)["customFields"] == fields | {"floor": 2}

    def test_ask_for_nothing_that_would_tell_them(self, people: People, acme: Desk) -> None:
        defined(people.admin, "secret")
        opened(people.agent, {"secret": "Zanzibar"}, requesterId=str(acme.user.id))
        assert people.user.get("/tickets?field=secret:Zanzibar").status == 403
        assert people.user.get("/tickets?sortBy=field:secret").status == 403
        assert people.user.get("/tickets?q=field:secret:Zanzibar").status == 400
        assert people.user.get("/search?q=in:fields%20zanzibar").status == 400
        assert people.user.get("/tickets?q=zanzibar")["data"] == []
        assert len(people.user.get("/tickets?q=-zanzibar")["data"]) == 1
        assert people.user.get("/search?q=zanzibar")["data"] == []
        assert people.user.get("/search?q=zanzibra")["meta"]["corrected"] == []
        assert len(people.agent.get("/tickets?q=zanzibar")["data"]) == 1
        assert people.agent.get("/search?q=in:fields%20zanzibar")["data"][0]["ticket"]["title"] == "A ticket"
        assert people.agent.get("/search?q=in:comments%20zanzibar")["data"] == []


class TestLists:
    @pytest.fixture
    def tickets(self, people: People) -> None:
        values: list[dict[str, Any]] = [
            {"seats": 5, "region": "emea", "due": "2026-01-31", "vip": True, "parts": ["a", "b"]},
            {"seats": 10.5, "region": "apac", "due": "2026-02-01", "vip": False},
            {"seats": "5", "region": "emea"},
            {},
        ]
        for number, fields in enumerate(values):
            opened(people.agent, fields, title=f"{number}")

    @pytest.mark.parametrize(
        ("condition", "found"),
        [
            ("seats:5", ["0", "2"]),
            ("seats:>5", ["1"]),
            ("seats:>=5", ["0", "1"]),
            ("seats:1..7", ["0"]),
            ("region:emea,apac", ["0", "1", "2"]),
            ("due:>2026-01-31", ["1"]),
            ("due:2026-01-01..2026-01-31", ["0"]),
            ("vip:yes", ["0"]),
            ("vip:no", ["1"]),
            ("vip:none", ["2", "3"]),
            ("parts:b", ["0"]),
            ("parts:any", ["0"]),
        ],
    )
    def test_are_filtered(self, people: People, tickets: None, condition: str, found: list[str]) -> None:
        assert sorted(titles(people.agent, f"field={condition}")) == found
        assert sorted(titles(people.agent, f"q=field:{condition}")) == found
        others = sorted(set("0123") - set(found))
        assert sorted(titles(people.agent, f"q=-field:{condition}")) == others

    def test_all_of_several_conditions_are_meant(self, people: People, tickets: None) -> None:
        assert titles(people.agent, "field=region:emea&field=seats:>=5") == ["0"]

    @pytest.mark.parametrize(
        "wrong", ["seats", "seats:", ":5", "seats:>many", "a b:c", "due:2026-01-01..5", "x:" + "1" * 400]
    )
    def test_of_what_is_not_understood_are_refused(self, people: People, wrong: str) -> None:
        answer = people.agent.get(f"/tickets?field={wrong}")
        assert answer.status == 400
        assert answer["details"][0]["field"].startswith("field")

    def test_are_sorted_by_any_field_on_pages_and_cursors(self, people: People, tickets: None) -> None:
        for order, wanted in (("asc", ["3", "2", "0", "1"]), ("desc", ["1", "0", "2", "3"])):
            query = f"sortBy=field:seats&sortOrder={order}"
            assert titles(people.agent, query) == wanted
            walked, cursor = list[str](), ""
            while cursor is not None:
                page = people.agent.get(f"/tickets?{query}&limit=1&cursor={cursor}")
                walked += [found["title"] for found in page["data"]]
                cursor = page["meta"]["nextCursor"]
            assert walked == wanted

    def test_are_saved_as_views(self, people: People, tickets: None) -> None:
        view = people.agent.post(
            "/views",
            {
                "name": "EMEA",
                "filter": {"field": ["region:emea"]},
                "sortBy": "field:seats",
                "columns": ["number", "field:region"],
            },
        )
        assert view.status == 201, view
        assert titles(people.agent, f"view={view['id']}") == ["0", "2"]

    def test_are_exported_with_labels(self, people: People) -> None:
        defined(people.admin, "region", "select", options=REGIONS)
        defined(people.admin, "floor", "number", isShown=True)
        opened(people.agent, {"region": "emea", "floor": 3})
        told = people.agent.get("/exports/tickets.csv?columns=title,field:region,field:floor").response.content.decode()
        assert told.splitlines() == ["Title,Region,Floor", "A ticket,Europe,3"] or "Europe,3" in told
        assert people.user.get("/exports/tickets.csv?columns=field:floor").status == 200
        assert people.user.get("/exports/tickets.csv?columns=field:region").status == 403


class TestOptionsThatGo:
    @pytest.fixture
    def field(self, people: People) -> Answer:
        return defined(people.admin, "region", "select", options=REGIONS)

    def test_while_tickets_have_them_are_refused(self, people: People, field: Answer, recorded: Recorded) -> None:
        opened(people.agent, {"region": "us"})
        recorded()
        refused = people.admin.patch(f"/custom-fields/{field['id']}", {"options": REGIONS[:2]})
        assert_refused(refused, "CONFLICT", reason="options_in_use")
        assert refused["data"] == {"counts": {"us": 1}}
        assert recorded() == []
        assert people.admin.get(f"/custom-fields/{field['id']}")["options"] == REGIONS

    def test_give_way_to_others_on_tickets_and_in_views(
        self, people: People, field: Answer, recorded: Recorded
    ) -> None:
        made, other = opened(people.agent, {"region": "us", "x": 1}), opened(people.agent, {"region": "emea"})
        view = people.agent.post("/views", {"name": "V", "filter": {"field": ["region:us,apac"]}})
        recorded()
        body = {"options": REGIONS[:2], "replace": {"us": "apac"}}
        assert people.admin.patch(f"/custom-fields/{field['id']}", body).status == 200
        assert people.agent.get(f"/tickets/{made['id']}")["customFields"] == {"region": "apac", "x": 1}
        assert people.agent.get(f"/tickets/{other['id']}")["version"] == 1
        assert people.agent.get(f"/views/{view['id']}")["filter"] == {"field": ["region:apac"]}
        rows = recorded()
        assert [row.type for row in rows] == ["custom_field.updated", "view.updated", "ticket.updated"]
        assert payload(rows[0])["data"]["replaced"] == {"us": "apac"}

    def test_may_leave_nothing(self, people: People, field: Answer) -> None:
        made = opened(people.agent, {"region": "us"})
        body = {"options": REGIONS[:2], "replace": {"us": None}}
        assert people.admin.patch(f"/custom-fields/{field['id']}", body).status == 200
        assert people.agent.get(f"/tickets/{made['id']}")["customFields"] == {}

    @pytest.mark.parametrize(
        ("replace", "code"),
        [({"us": "mars"}, "unknown_option"), ({"emea": "apac"}, "not_gone"), ({"us": "us"}, "unknown_option")],
    )
    def test_give_way_only_to_what_stays(
        self, people: People, field: Answer, replace: dict[str, str], code: str
    ) -> None:
        answer = people.admin.patch(f"/custom-fields/{field['id']}", {"options": REGIONS[:2], "replace": replace})
        assert answer.status == 400
        assert answer["details"][0]["code"] == code

    def test_on_many_tickets_a_job_goes_on(self, people: People, acme: Desk, field: Answer) -> None:
        with context.tenant(acme.ref), unit_of_work():
            Ticket.objects.bulk_create(
                Ticket(
                    number=10_000 + number,
                    title="One of many",
                    requester=acme.user,
                    created_by=acme.user,
                    custom_fields={"region": "us"},
                )
                for number in range(MOST_AT_ONCE + PAGE + 1)
            )
        body = {"options": REGIONS[:2], "replace": {"us": "apac"}}
        assert people.admin.patch(f"/custom-fields/{field['id']}", body).status == 200
        left = 'SELECT count(*) FROM ticket WHERE custom_fields @> \'{"region": "us"}\''
        assert execute(acme.ref, left) == [(PAGE + 1,)]
        pages = 0
        while True:
            with context.tenant(acme.ref), unit_of_work():
                swept = sweep_some()
            if swept is None:
                break
            pages += 1
        assert execute(acme.ref, left) == [(0,)]
        assert execute(acme.ref, "SELECT count(*) FROM ticket_sweep") == [(0,)]
        assert pages >= 2


class TestWhatIsHidden:
    def test_is_not_told_by_what_a_requester_may_send(self, people: People) -> None:
        defined(people.admin, "secret", "select", options=REGIONS)
        ticket = people.user.post("/tickets", {"title": "Mine"})
        path = f"/tickets/{ticket['id']}"
        people.agent.patch(path, {"setCustomFields": {"secret": "emea"}})
        for key in ("secret", "nothing"):
            for guess in ("emea", "apac", None):
                assert_refused(people.user.patch(path, {"customFields": {key: guess}}), "FORBIDDEN", reason="field")
                assert_refused(
                    people.user.post("/tickets", {"title": "New", "customFields": {key: guess}}),
                    "FORBIDDEN",
                    reason="field",
                )
            for guess in ("emea", "apac"):
                assert_refused(people.user.patch(path, {"setCustomFields": {key: guess}}), "FORBIDDEN", reason="field")
            assert people.user.patch(path, {"setCustomFields": {key: None}}).status == 200
        assert people.user.patch(path, {"customFields": {}}).status == 200
        assert people.agent.get(path)["customFields"] == {"secret": "emea"}


class TestOptionsThatGoWhileOthersAreStillGoing:
    @pytest.fixture
    def field(self, people: People, monkeypatch: pytest.MonkeyPatch) -> Answer:
        """Four tickets have `a`, which becomes `b`; three of them wait for the job."""
        monkeypatch.setattr("helpdesk.sweeps.actions.PAGE", 1)
        monkeypatch.setattr("helpdesk.sweeps.actions.MOST_AT_ONCE", 1)
        field = defined(people.admin, "region", "select", options=self.options("abc"))
        for _ in range(4):
            opened(people.agent, {"region": "a"})
        self.change(people, field, options=self.options("bc"), replace={"a": "b"})
        return field

    @pytest.mark.parametrize(
        ("left", "replace", "held"),
        [("c", {"b": "c"}, "c"), ("c", {"b": None}, None), ("ac", {"b": "a"}, "a")],
    )
    def test_become_what_stands_in_the_place_of_both(
        self, people: People, acme: Desk, field: Answer, left: str, replace: dict[str, Any], held: str | None
    ) -> None:
        self.change(people, field, options=self.options(left), replace=replace)
        assert self.held_once_done(acme) == {held}

    def test_are_replaced_in_a_field_that_is_archived_meanwhile(
        self, people: People, acme: Desk, field: Answer
    ) -> None:
        self.change(people, field, isArchived=True)
        assert self.held_once_done(acme) == {"b"}

    def options(self, values: str) -> list[dict[str, str]]:
        return [{"value": one, "label": one.upper()} for one in values]

    def change(self, people: People, field: Answer, **fields: Any) -> None:
        answer = people.admin.patch(f"/custom-fields/{field['id']}", fields)
        assert answer.status == 200, answer

    def held_once_done(self, acme: Desk) -> set[Any]:
        with context.tenant(acme.ref):
            for _ in range(50):
                with unit_of_work():
                    if sweep_some() is None:
                        return {ticket.custom_fields.get("region") for ticket in Ticket.objects.all()}
        raise AssertionError("It goes on and on.")
