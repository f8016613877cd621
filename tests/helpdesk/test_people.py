"""`/users`, one's profile and password: who may, what follows, and that a desk never loses its last admin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from helpdesk.events.queries import LogRow
from helpdesk.people.models import Person
from helpdesk.work import unit_of_work
from tenants import context
from tests.api import Api
from tests.conftest import PASSWORD, Desk
from tests.contracts.errors import assert_refused
from tests.helpdesk.conftest import People
from tests.helpdesk.log import payload

Recorded = Callable[[], list[LogRow]]


class TestTheList:
    def test_shows_everybody_to_staff(self, people: People, acme: Desk) -> None:
        answer = people.agent.get("/users?sortBy=email&sortOrder=asc")
        assert [row["email"] for row in answer["data"]] == sorted(person.email for person in acme.everybody())
        assert answer["meta"]["total"] == 5

    def test_is_filtered_and_searched(self, people: People, acme: Desk) -> None:
        assert {row["role"] for row in people.agent.get("/users?role=agent")["data"]} == {"AGENT"}
        assert [row["email"] for row in people.agent.get("/users?q=ada")["data"]] == [acme.ada.email]
        assert [row["email"] for row in people.agent.get("/users?q=ada%20acme")["data"]] == [acme.ada.email]
        assert [row["email"] for row in people.agent.get("/users?q=AD%C3%81%25")["data"]] == [acme.ada.email]
        assert people.agent.get("/users?q=%25")["data"] == people.agent.get("/users?q=da")["data"] == []
        assert people.agent.get("/users?isActive=false")["data"] == []
        assert_refused(people.agent.get("/users?role=root"), "VALIDATION_ERROR")

    def test_has_cursors_in_every_order(self, people: People, acme: Desk) -> None:
        for order in ("createdAt", "email", "name"):
            seen: list[str] = []
            cursor = ""
            while cursor is not None:
                page = people.agent.get(f"/users?limit=2&sortBy={order}&cursor={cursor}")
                seen += [row["id"] for row in page["data"]]
                cursor = page["meta"]["nextCursor"]
            assert len(seen) == len(set(seen)) == 5, order

    def test_is_not_the_requesters(self, people: People, acme: Desk) -> None:
        assert_refused(people.user.get("/users"), "FORBIDDEN")
        assert people.user.get(f"/users/{acme.user.id}")["email"] == acme.user.email
        assert_refused(people.user.get(f"/users/{acme.agent.id}"), "NOT_FOUND")
        assert_refused(people.agent.get(f"/users/{uuid4()}"), "NOT_FOUND")


class TestChangingSomebody:
    def test_merges_and_records(self, people: People, acme: Desk, recorded: Recorded) -> None:
        answer = people.admin.put(f"/users/{acme.user.id}", {"firstName": "Uma", "role": "agent"})
        assert (answer["firstName"], answer["role"], answer["lastName"]) == ("Uma", "AGENT", acme.user.last_name)
        (event,) = recorded()
        assert event.type == "user.updated"
        assert payload(event)["changes"] == {"firstName": ["User", "Uma"], "role": ["USER", "AGENT"]}
        assert people.user.get("/users").status == 200, "the role comes from the database"

    def test_says_nothing_where_nothing_changes(self, people: People, acme: Desk, recorded: Recorded) -> None:
        same = {"email": acme.user.email.upper(), "isActive": True, "role": "USER"}
        assert people.admin.patch(f"/users/{acme.user.id}", same).status == 200
        assert recorded() == []

    def test_signs_out_whoever_is_deactivated(self, people: People, acme: Desk, api: Api) -> None:
        login = {"email": acme.user.email, "password": PASSWORD, "tenantSlug": "acme"}
        refresh_token = api.post("/auth/login", login)["refreshToken"]
        assert people.admin.patch(f"/users/{acme.user.id}", {"isActive": False}).status == 200
        assert people.user.get("/auth/me").status == 401
        assert api.post("/auth/refresh", {"refreshToken": refresh_token}).status == 401
        assert api.post("/auth/login", login).status == 401
        assert people.admin.patch(f"/users/{acme.user.id}", {"isActive": True}).status == 200
        assert people.user.get("/auth/me").status == 401, "coming back does not bring old sessions back"
        assert api.post("/auth/login", login).status == 200

    def test_moves_an_address_with_its_sign_in(self, people: People, acme: Desk, api: Api) -> None:
        people.admin.patch(f"/users/{acme.user.id}", {"email": "New.Address@acme.example"})
        assert api.post("/auth/login", {"email": "new.address@acme.example", "password": PASSWORD}).status == 200
        assert api.post("/auth/login", {"email": acme.user.email, "password": PASSWORD}).status == 401

    def test_refuses_an_address_that_is_taken_or_none(self, people: People, acme: Desk) -> None:
        path = f"/users/{acme.user.id}"
        taken = people.admin.patch(path, {"email": acme.agent.email.upper()})
        assert_refused(taken, "CONFLICT", reason="email_taken")
        wrong: list[dict[str, Any]] = [{"email": "nobody"}, {"firstName": " "}, {"role": "PLATFORM_ADMIN"}, {"role": 1}]
        foreign = [{"password": "x"}, {"tenantId": str(uuid4())}, {"scopes": []}, {"passwordHash": "x"}]
        for body in (*wrong, *foreign, {"isActive": None}):
            assert_refused(people.admin.patch(path, body), "VALIDATION_ERROR")

    def test_takes_no_address_that_is_too_long_in_lower_case(self, people: People, acme: Desk) -> None:
        address = "a@" + ".".join(["\u0130" * 60] * 4) + ".example"
        assert len(address) <= 254 < len(address.lower())
        refused = people.admin.patch(f"/users/{acme.user.id}", {"email": address})
        assert_refused(refused, "VALIDATION_ERROR", field="email")
        registration = {"email": address, "password": PASSWORD, "name": "Long", "tenantSlug": "acme"}
        assert_refused(Api().post("/auth/signup", registration), "VALIDATION_ERROR", field="email")

    def test_is_the_admins(self, people: People, acme: Desk) -> None:
        for caller in (people.user, people.agent):
            assert_refused(caller.patch(f"/users/{acme.user.id}", {"role": "ADMIN"}), "FORBIDDEN")

    @pytest.mark.parametrize("body", [{"role": "AGENT"}, {"isActive": False}, {"role": "USER", "isActive": False}])
    def test_leaves_the_last_admin(self, people: People, acme: Desk, body: dict[str, Any], recorded: Recorded) -> None:
        refused = people.admin.patch(f"/users/{acme.admin.id}", body)
        assert_refused(refused, "CONFLICT", reason="last_admin")
        assert recorded() == []
        people.admin.patch(f"/users/{acme.ada.id}", {"role": "ADMIN"})
        assert people.admin.patch(f"/users/{acme.admin.id}", body).status == 200

    def test_counts_only_active_admins(self, people: People, acme: Desk) -> None:
        people.admin.patch(f"/users/{acme.ada.id}", {"role": "ADMIN"})
        people.admin.patch(f"/users/{acme.ada.id}", {"isActive": False})
        refused = people.admin.patch(f"/users/{acme.admin.id}", {"role": "AGENT"})
        assert_refused(refused, "CONFLICT", reason="last_admin")

    def test_counts_no_admin_who_was_only_invited(self, people: People, acme: Desk) -> None:
        invited = people.admin.post("/users", {"email": "x@acme.example", "firstName": "X", "role": "ADMIN"})
        assert invited.status == 201
        for body in ({"role": "AGENT"}, {"isActive": False}):
            refused = people.admin.patch(f"/users/{acme.admin.id}", body)
            assert_refused(refused, "CONFLICT", reason="last_admin")
        assert people.admin.patch(f"/users/{invited['id']}", {"isActive": False}).status == 200


class TestOneself:
    def test_changes_ones_name_and_nothing_else(self, people: People, recorded: Recorded) -> None:
        assert people.user.patch("/users/me", {"firstName": "Uma"})["firstName"] == "Uma"
        assert [event.type for event in recorded()] == ["user.updated"]
        for body in ({"role": "ADMIN"}, {"email": "x@y.example"}, {"isActive": False}, {"firstName": ""}):
            assert_refused(people.user.patch("/users/me", body), "VALIDATION_ERROR")

    def test_signs_out_everywhere(self, people: People, acme: Desk, api: Api, recorded: Recorded) -> None:
        elsewhere = api.as_(acme, acme.user)
        assert people.user.post("/users/me/sign-out").status == 204
        assert people.user.get("/auth/me").status == elsewhere.get("/auth/me").status == 401
        assert people.agent.get("/auth/me").status == 200
        assert [event.type for event in recorded()] == ["user.signed_out"]

    def test_is_signed_out_by_an_admin_alone(self, people: People, acme: Desk) -> None:
        assert_refused(people.agent.post(f"/users/{acme.user.id}/sign-out"), "FORBIDDEN")
        assert people.admin.post(f"/users/{acme.user.id}/sign-out").status == 204
        assert people.user.get("/auth/me").status == 401
        assert_refused(people.admin.post(f"/users/{uuid4()}/sign-out"), "NOT_FOUND")


class TestAPassword:
    NEW = "a-much-better-password"

    def test_is_changed_by_whoever_knows_the_old_one(self, people: People, acme: Desk, api: Api) -> None:
        elsewhere = api.as_(acme, acme.user)
        change = {"currentPassword": PASSWORD, "newPassword": self.NEW}
        assert people.user.post("/auth/password", change).status == 204
        assert people.user.get("/auth/me").status == 200, "the session that asked stays"
        assert elsewhere.get("/auth/me").status == 401
        login = {"email": acme.user.email, "tenantSlug": "acme"}
        assert api.post("/auth/login", login | {"password": PASSWORD}).status == 401
        assert api.post("/auth/login", login | {"password": self.NEW}).status == 200

    def test_stays_where_the_old_one_is_wrong_or_the_new_one_none(self, people: People, acme: Desk) -> None:
        wrong = people.user.post("/auth/password", {"currentPassword": "wrong", "newPassword": self.NEW})
        assert_refused(wrong, "VALIDATION_ERROR", reason="wrong_password")
        for new in ("short", "x" * 73, "", None):
            answer = people.user.post("/auth/password", {"currentPassword": PASSWORD, "newPassword": new})
            assert_refused(answer, "VALIDATION_ERROR")
        with context.tenant(acme.ref), unit_of_work():
            before = Person.objects.get(id=acme.user.id).password_hash
        assert before == acme.user.password_hash
