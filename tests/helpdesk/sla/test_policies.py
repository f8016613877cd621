"""Policies: made, changed, ordered and deleted by admins; what promises nothing that holds is refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from helpdesk.sla.models import SlaPolicyVersion
from helpdesk.work import unit_of_work
from tenants import context
from tests.conftest import Desk
from tests.helpdesk.conftest import People
from tests.helpdesk.sla.promises import OFFICE, policy

OPEN_ON_FRIDAYS = {"zone": "Europe/Berlin", "week": {"friday": [{"opens": "09:00", "closes": "10:00"}]}}
NOBODY = "01930f2a-000b-7000-8000-00000000000b"


def hours(**more: Any) -> dict[str, Any]:
    return {"hours": OFFICE | more}


class TestRefused:
    @pytest.mark.parametrize(
        ("body", "field", "code"),
        [
            ({"targets": {}}, "targets", "missing"),
            ({"targets": {"firstResponse": 0}}, "targets.firstResponse", "greater_than_equal"),
            ({"targets": {"firstResponse": 10 * 366 * 1440}}, "targets.firstResponse", "less_than_equal"),
            ({"targets": {"firstResponse": 1.5}}, "targets.firstResponse", "int_type"),
            ({"targets": {"resolution": 366 * 1440}, "hours": OPEN_ON_FRIDAYS}, "hours", "never_open"),
            ({"targets": {"resolution": 60 * 600}, "hours": OPEN_ON_FRIDAYS}, "targets.resolution", "too_long"),
            ({"warning": 60}, "warning", "too_long"),
            (hours(week={}), "hours", "never_open"),
            (hours(zone="Mars/Olympus"), "hours.zone", "unknown_zone"),
            (hours(zone="../../etc/passwd"), "hours.zone", "unknown_zone"),
            (hours(zone=""), "hours.zone", "unknown_zone"),
            (hours(country="XX"), "hours.country", "unknown_country"),
            (hours(country="DE", subdivision="XX"), "hours.subdivision", "unknown_subdivision"),
            (hours(subdivision="BY"), "hours.subdivision", "missing_country"),
            (hours(week={"monday": [{"opens": "25:00", "closes": "26:00"}]}), "hours.week.monday.0.opens", None),
            (hours(week={"monday": [{"opens": "10:00", "closes": "09:00"}]}), "hours", "bad_hours"),
            (hours(days=[{"date": "2026-12-24"}, {"date": "2026-12-24"}]), "hours.days", "twice"),
            ({"conditions": {"teamIds": [NOBODY]}}, "conditions.teamIds", "unknown_team"),
            ({"conditions": {"colour": "red"}}, "conditions.colour", "extra_forbidden"),
            ({"conditions": {"domains": ["a b"]}}, "conditions.domains.0", None),
            ({"conditions": {"customFields": {"plan": {"deep": 1}}}}, "conditions.customFields", None),
            ({"conditions": {"tags": [f"tag {n}" for n in range(51)]}}, "conditions.tags", "too_long"),
            ({"escalations": [{"on": "breach", "assignToId": NOBODY}]}, "escalations", "unknown_person"),
            ({"escalations": [{"on": "whenever"}]}, "escalations.0.on", None),
            ({"name": "  "}, "name", None),
        ],
    )
    def test_with_the_field_that_is_wrong(
        self, people: People, body: dict[str, Any], field: str, code: str | None
    ) -> None:
        answer = people.admin.post("/sla/policies", policy(**body))
        assert answer.status == 400, answer
        [first, *_] = answer["details"]
        assert first["field"] == field
        assert code in (None, first["code"])
        assert people.admin.get("/sla/policies")["data"] == []

    def test_where_own_days_and_holidays_close_all_that_is_open(self, people: People) -> None:
        from datetime import timedelta

        from helpdesk.clock import now

        today = now().date()
        closed = [{"date": (today + timedelta(days=n)).isoformat()} for n in range(-2, 375)]
        answer = people.admin.post("/sla/policies", policy(**hours(days=closed)))
        assert (answer.status, answer["details"][0]["code"]) == (400, "never_open")

    def test_a_requester_assigns_nothing_and_agents_make_none(self, people: People, acme: Desk) -> None:
        answer = people.admin.post(
            "/sla/policies", policy(escalations=[{"on": "breach", "notifyIds": [str(acme.user.id)]}])
        )
        assert (answer.status, answer["details"][0]["code"]) == (400, "unknown_person")
        assert people.agent.post("/sla/policies", policy()).status == 403
        assert people.user.get("/sla/policies").status == 403

    def test_more_than_fifty_and_a_name_twice(self, people: People) -> None:
        for number in range(50):
            assert people.admin.post("/sla/policies", policy(name=f"No. {number}")).status == 201
        many = people.admin.post("/sla/policies", policy(name="One more"))
        assert (many.status, many["details"][0]["code"]) == (409, "too_many")
        [first, *_] = people.admin.get("/sla/policies")["data"]
        assert people.admin.delete(f"/sla/policies/{first['id']}").status == 204
        twice = people.admin.post("/sla/policies", policy(name="No. 7"))
        assert (twice.status, twice["details"][0]["code"]) == (409, "name_taken")
        assert people.admin.post("/sla/policies", policy(name=first["name"])).status == 201

    def test_an_order_that_is_not_of_all(self, people: People) -> None:
        made = [people.admin.post("/sla/policies", policy(name=name))["id"] for name in "ab"]
        for ids in ([made[0]], [*made, NOBODY], []):
            answer = people.admin.put("/sla/policies/order", {"policyIds": ids})
            assert (answer.status, answer["details"][0]["code"]) == (409, "other_policies")


class TestVersions:
    def test_only_other_terms_make_one(self, people: People) -> None:
        made = people.admin.post("/sla/policies", policy())
        path = f"/sla/policies/{made['id']}"
        assert people.admin.patch(path, {"name": "Another", "isActive": False})["version"] == 1
        assert people.admin.patch(path, {"targets": made["targets"]})["version"] == 1
        assert people.admin.patch(path, {"warning": 10})["version"] == 2
        bad = people.admin.patch(path, {"warning": 1000})
        assert (bad.status, people.admin.get(path)["version"]) == (400, 2)

    def test_never_change(self, people: People, acme: Desk) -> None:
        people.admin.post("/sla/policies", policy())
        with (
            context.tenant(acme.ref),
            unit_of_work(),
            pytest.raises(IntegrityError, match="never changes"),
            transaction.atomic(),
        ):
            SlaPolicyVersion.objects.update(number=7)

    def test_hold_the_holidays_of_their_country(self, people: People) -> None:
        made = people.admin.post("/sla/policies", policy(**hours(country="DE", subdivision="BY")))
        assert made.status == 201, made
        assert {"date": "2027-01-06", "name": "Heilige Drei Könige"} in made["holidays"]
        known = {one["country"]: one["subdivisions"] for one in people.agent.get("/sla/countries")["data"]}
        assert "BY" in known["DE"]


def test_another_desk_sees_and_changes_nothing(people: People, acme: Desk, globex: Desk, api: Any) -> None:
    made = people.admin.post("/sla/policies", policy())
    foreign = api.as_(globex, globex.admin)
    path = f"/sla/policies/{made['id']}"
    assert foreign.get("/sla/policies")["data"] == []
    assert [foreign.get(path).status, foreign.patch(path, {"name": "x"}).status, foreign.delete(path).status] == [
        404
    ] * 3
    assert foreign.put("/sla/policies/order", {"policyIds": [made["id"]]}).status == 409
